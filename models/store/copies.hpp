#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <vector>

#include "models/service/context.hpp"

namespace chatsim::models {

/// Data on its way between the machines of a store, as bulk flows of SimGrid: all of them together through one throttle,
/// and so many to one machine at a time. What fails is tried again, from the same machine or from another one of those
/// that the destination copies from.
class Copies {
 public:
  struct Copy {
    sim::MachineIndex source;
    sim::MachineIndex destination;
    spec::Bytes size;
  };
  struct Options {
    std::uint32_t throttle;
    std::uint32_t streams;
  };
  Copies(Context& context, const Options& options) : context_(context), options_(options) {}
  Copies(const Copies&) = delete;
  Copies& operator=(const Copies&) = delete;

  /// \param done called once all of them are there. One job at a time.
  void start(std::vector<Copy> copies, std::function<void()> done);
  bool idle() const { return open_ == 0; }
  /// What is not yet there.
  spec::Bytes open_size() const { return open_size_; }

  struct Counts {
    std::uint64_t completed = 0;
    std::uint64_t failed = 0;  ///< Attempts.
    spec::Bytes copied{};
  };
  const Counts& counts() const { return counts_; }

 private:
  /// Of one machine.
  struct Inbox {
    std::deque<Copy> waiting;
    std::vector<sim::MachineIndex> sources;
  };

  void begin_next(std::size_t inbox);
  void begin(std::size_t inbox, Copy copy);
  void ended(std::size_t inbox, const Copy& copy, bool completed);
  sim::MachineIndex source_for(std::size_t inbox, const Copy& copy) const;
  sim::Task<void> try_again_later(std::size_t inbox, Copy copy);

  Context& context_;
  Options options_;
  std::vector<Inbox> inboxes_;  // In the order of the copies that were asked for.
  std::uint64_t open_ = 0;
  spec::Bytes open_size_{};
  std::function<void()> done_;
  Counts counts_;
};

}  // namespace chatsim::models
