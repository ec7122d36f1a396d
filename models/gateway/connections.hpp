#pragma once

#include <vector>

#include "models/population/directory.hpp"

namespace chatsim::models {

/// How many connections each gateway holds and how many messages lie on its internal queue. A connection that carries
/// no traffic is no more than one of these counts.
class Connections {
 public:
  /// Everybody who is online at the beginning is connected.
  Connections(const Context& context, const Directory& directory);

  /// Other limits from now on; who is connected, or queued, beyond them stays.
  void reconfigure(const spec::Gateway& gateway);

  /// What one gateway holds at most: its field, or what its memory has room for.
  std::uint32_t limit() const { return limit_; }
  std::uint32_t of(std::uint32_t gateway) const { return connected_[gateway]; }

  /// \returns false if the gateway is full or being drained.
  bool try_accept(std::uint32_t gateway);
  void release(std::uint32_t gateway);
  /// The gateway takes no more connections, or does again.
  void close(std::uint32_t gateway) {
    closed_.resize(connected_.size());
    closed_[gateway] = true;
  }
  void open(std::uint32_t gateway) {
    if (!closed_.empty()) closed_[gateway] = false;
  }
  /// The gateway has died, and all its connections with it. \returns how many.
  std::uint32_t lose(std::uint32_t gateway);
  /// One that was released too much.
  void restore(std::uint32_t gateway) {
    ++connected_[gateway];
    ++total_;
  }
  /// Of all gateways.
  std::uint64_t total() const { return total_; }

  /// A message's place on the internal queue of a gateway, from the push until the client has confirmed it.
  class Queued {
   public:
    Queued(Connections& connections, std::uint32_t gateway);
    Queued(Queued&& other) noexcept : connections_(std::exchange(other.connections_, nullptr)), gateway_(other.gateway_) {}
    Queued& operator=(Queued&&) = delete;
    ~Queued() { leave(); }
    void leave();

   private:
    Connections* connections_;
    std::uint32_t gateway_;
  };
  bool has_room(std::uint32_t gateway) const { return outbound_[gateway] < outbound_limit_; }
  std::uint32_t outbound(std::uint32_t gateway) const { return outbound_[gateway]; }

  void begin_measuring() { outbound_max_ = 0; }
  /// Fills connections, their limit and memory, and the longest internal queue.
  void report(spec::SessionSummary& summary) const;

 private:
  const Directory& directory_;
  double memory_per_connection_;
  std::uint32_t limit_ = 0;
  std::uint32_t outbound_limit_ = 0;
  std::vector<bool> closed_;  // By gateway; none before the first.
  std::uint32_t outbound_max_ = 0;
  std::uint64_t total_ = 0;
  std::vector<std::uint32_t> connected_;  // By gateway.
  std::vector<std::uint32_t> outbound_;
};

}  // namespace chatsim::models
