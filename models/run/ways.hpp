#pragma once

#include "models/service/context.hpp"
#include "scenarios/spec/traces.hpp"

namespace chatsim::models {

/// The ways of what was measured of the messages that were followed (Context::traces): backwards from its end, each time to
/// the call that ended then, until the message was sent. So of several things that were done at once it is the last that
/// counts, of a quorum's answers the one that decided.
///
///     send_to_ack:      gateway takes it | messaging takes it ( row of the message ) answer
///     send_to_deliver:  gateway takes it | messaging takes it ( row of the message
///                       to the group server ( rows, author, place for the member  to messaging (
///                       row of the conversation | server of the recipient | push to the gateway
spec::Traces ways_of(const Context& context, sim::Duration measured);

}  // namespace chatsim::models
