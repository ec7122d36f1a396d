#pragma once

#include "models/blob/blob.hpp"
#include "models/checks/checks.hpp"
#include "models/checks/incidents.hpp"
#include "models/clients/changes.hpp"
#include "models/clients/sessions.hpp"
#include "models/control/control_plane.hpp"
#include "models/messaging/messaging.hpp"
#include "models/service/autoscaler.hpp"
#include "models/population/traffic.hpp"
#include "sim/faults/timetable.hpp"

namespace chatsim::models {

/// The whole service of a scenario, put together on a world. Order matters: a machine's place and a store's ring follow
/// from what was added before.
class ChatService {
 public:
  ChatService(sim::World& world, const spec::Scenario& scenario);

  /// Users begin to send, to come and to go.
  void start();

  /// The scenario that it was built for has changed in place, in nothing but what may change while the service runs
  /// (spec::live_fields): all parts take that over at this instant. What is under way goes on.
  void reconfigure();

  void begin_measuring();
  /// What was measured from begin_measuring() until now, the cost of the simulator aside. Once.
  spec::Result report();

  /// From now on no message comes, nothing breaks, and what is broken is mended.
  void heal();
  /// What is open still.
  spec::SettleReport left_open() const;
  /// After the time to settle: what the oracles say in the end.
  void report_settled(spec::Result& result) const;

  Context& context() { return context_; }

  // The parts, for tests that watch or disturb one of them.
  Directory& directory() { return directory_; }
  Gateway& gateways() { return gateways_; }
  Profile& profiles() { return profiles_; }
  Group& groups() { return groups_; }
  Sessions& sessions() { return sessions_; }
  Traffic& traffic() { return traffic_; }
  Messaging& messaging() { return messaging_; }
  ControlPlane& control() { return control_; }
  Store& messages() { return messages_; }
  Store& conversations() { return conversations_; }
  /// A user sends a message, besides what the traffic does.
  void send(Message message);

 private:
  void begin_traffic();
  std::uint64_t object_of(MessageId message) const;
  sim::Task<void> close_windows();
  std::vector<Store*> tables() { return {&messages_, &conversations_, &members_, &profile_rows_}; }
  Store& table(const std::string& name);
  sim::FaultHooks fault_hooks();
  void make_faults();
  Timeline::Sight sight() const;
  void report_steps(spec::Result& result) const;
  void report_loads(sim::TierIndex tier, spec::TierSummary& summary) const;
  void report_activity(spec::Result& result) const;
  void report_storage(spec::Result& result) const;
  void report_tables(spec::Result& result) const;
  void report_network(spec::Result& result) const;
  void report_regions(spec::Result& result) const;
  void report_resilience(spec::Result& result) const;

  sim::World& world_;
  Context context_;
  Directory directory_;
  AccessNetwork access_;

  Gateway gateways_;
  Store messages_;
  Store conversations_;
  Store members_;
  Store profile_rows_;
  Profile profiles_;
  Group groups_;
  Traffic traffic_;
  Mailboxes mailboxes_;
  Messaging messaging_;
  Blob blobs_;
  Sessions sessions_;
  Changes changes_;
  ControlPlane control_;
  Checks checks_;
  Autoscaler messaging_scaler_, group_scaler_;
  // With faults.
  std::unique_ptr<sim::FaultTimetable> faults_;
  std::unique_ptr<Incidents> incidents_;
  std::vector<std::uint64_t> versions_at_end_;  ///< Of each table, when it was healed.
  sim::Time healed_at_{};

  sim::Time measuring_since_{};
};

}  // namespace chatsim::models
