#pragma once

#include "models/messaging/messaging.hpp"
#include "models/population/traffic.hpp"

namespace chatsim::models {

/// The whole service of a scenario, put together on a world. Order matters: a machine's place and a store's ring follow
/// from what was added before.
class ChatService {
 public:
  ChatService(sim::World& world, const spec::Scenario& scenario);

  /// Users begin to send.
  void start();

  void begin_measuring();
  /// What was measured from begin_measuring() until now, the cost of the simulator aside. Once.
  spec::Result report();

  Context& context() { return context_; }

 private:
  sim::Task<void> close_windows();
  void report_steps(spec::Result& result) const;
  void report_network(spec::Result& result) const;
  void report_invariants(spec::Result& result) const;

  sim::World& world_;
  Context context_;
  Directory directory_;

  Gateway gateways_;
  Store messages_;
  Store conversations_;
  Store members_;
  Store profile_rows_;
  Profile profiles_;
  Group groups_;
  Messaging messaging_;
  Traffic traffic_;

  sim::Time measuring_since_{};
};

}  // namespace chatsim::models
