#pragma once

#include <deque>
#include <vector>

#include "models/blob/placement.hpp"

namespace chatsim::models {

/// Which objects a machine of the blob service has in its memory: those it wrote or read last, as far as they fit.
///
/// No entry a machine and object: 1,000 machines of 64 GB hold 200 million of them. What leaves an LRU cache has not been
/// asked for since its characteristic time T, which for many objects hardly varies (Che, Tung, Wang: Hierarchical web
/// caching systems, JSAC 2002). T follows from the scenario: the bytes a second that enter a machine's memory times T,
/// and the hot objects in it, fill it. So an object that was uploaded in the run is in memory for T from then on (that
/// somebody asks for it again does not prolong that), and a hot object with the probability that anybody asked this
/// machine for it within T: from the start, as after months. An object from before the run, not hot, is on disk. After
/// a machine's death its memory is empty and fills again.
class ObjectMemory {
 public:
  ObjectMemory(const Context& context, const Attachments& attachments, const Placement& placement);

  /// T; a billion seconds if everything fits.
  spec::Seconds keeps() const { return sim::to_seconds(keeps_); }

  /// An upload begins. Objects are numbered in the order in which they begin.
  void uploading(BlobUrl url);
  /// \param machine its number in the tier. \param lot decides about a hot object.
  bool holds(std::uint32_t machine, BlobUrl url, const sim::Draw& lot) const {
    return Attachments::hot(url) ? lot.uniform64(0) < hot_probability(machine, url) : recent(machine, url);
  }
  /// It wrote its part of the object in this run and has it still.
  bool recent(std::uint32_t machine, BlobUrl url) const;

  void lost(std::uint32_t machine);

 private:
  struct Mark {
    sim::Time time;
    std::uint64_t objects;  ///< Those with a smaller number began before.
  };
  static constexpr int marks_within_keeps = 256;

  sim::Time now() const { return context_.world.scheduler.now(); }
  /// Bytes in one machine's memory if it keeps everything for so long.
  double filled_by(double seconds) const;
  double hot_probability(std::uint32_t machine, BlobUrl url) const;

  const Context& context_;
  const Attachments& attachments_;
  double machines_, holders_;  ///< Of all, and of one object: who may be asked for it.
  double entering_;            ///< Bytes a second into one machine's memory.
  double hot_gets_;            ///< A second, all hot objects and machines together.
  sim::Duration keeps_{};
  std::uint64_t objects_ = 0;        // Larger than any number that began to upload.
  std::deque<Mark> marks_;           // Of the last T, at equal distances.
  std::vector<sim::Time> empty_at_;  // By machine.
};

}  // namespace chatsim::models
