#pragma once

#include <string>
#include <vector>

#include "models/service/context.hpp"
#include "scenarios/spec/fault_report.hpp"
#include "sim/faults/timetable.hpp"

namespace chatsim::models {

/// How a service comes through faults: what users saw before, during and after, and how long it took until somebody
/// noticed, until nobody suffered any more, until what had piled up was worked off, and until all was as before.
///
///     before | during: first fault .. last one mended | after
///            |---> detected
///            |----------> no more failures than before
///            |------------------------------------------> no more requests waiting than before
///            |---------------------------------------------> all of it, and latencies, as before
///
/// "As before" is judged in blocks of the time series that are long enough for a percentile (some hundred messages), against
/// the worst block before: so chance does not look like an incident.
class Incidents {
 public:
  Incidents(const Context& context, const sim::FaultTimetable& faults) : context_(context), faults_(faults) {}

  /// To be called once a window: detection is noticed then.
  void look();

  /// Of a run that is over; the timeline has been reported. Incidents are in the order of time.
  /// \param since where measuring began: what comes before is no baseline.
  std::vector<spec::IncidentReport> report(sim::Time since, sim::Time end) const;

 private:
  /// Machines that the events of one number lost, as far as the control plane has not noticed.
  struct Detection {
    std::size_t known = 0;  ///< Of the event's machines, those that were looked at.
    std::vector<sim::MachineIndex> unnoticed;
    sim::Time last{};
  };
  struct Block;
  struct Span {
    sim::Time begin, end;
    std::vector<std::size_t> events;
  };

  std::vector<Span> spans(sim::Time end) const;
  std::vector<Block> blocks() const;
  spec::PhaseSummary phase(sim::Time begin, sim::Time end) const;

  const Context& context_;
  const sim::FaultTimetable& faults_;
  std::vector<Detection> detections_;  // By event.
};

/// "crash of gateway 0-3 at 2 s for 3 s".
std::string describe(const spec::Fault& fault);

}  // namespace chatsim::models
