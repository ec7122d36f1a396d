#pragma once

#include <coroutine>
#include <cstdint>
#include <utility>

#include "sim/kernel/arena.hpp"
#include "sim/kernel/check.hpp"
#include "sim/kernel/time.hpp"
#include "sim/resources/fleet.hpp"

namespace chatsim::sim {

class Rpc;
struct CallRecord;

/// How a request ended, as its caller learns it.
enum class Outcome : std::uint8_t {
  ok,
  rejected,  ///< Too many servers turned it away: their queues were full, or their service refused.
  lost,      ///< Too many servers died while they had it.
  timeout,   ///< The deadline passed.
};

struct Reply {
  Outcome outcome = Outcome::ok;
  /// Of the reply that decided the outcome, or the largest (CallOptions::largest_value).
  std::uint64_t value = 0;
};

/// What the network adds to a route's latency, one value a direction: nothing, or what somebody drew.
struct WireDelays {
  std::uint32_t there_ns = 0;
  std::uint32_t back_ns = 0;
};

/// A request to one server: one leg of a call. 64 bytes, so that an event of it costs one line of the cache.
struct alignas(64) Leg {
  /// machine is the server; next links the server's queue, later it is the answer's turn.
  BlockHeader header;
  MachineIndex client;
  std::uint32_t call;  ///< Block of the CallRecord that it belongs to.
  Duration service;    ///< On a machine of speed 1.
  /// From when on it waits, or is served: not yet, while it is on its way (Rpc::lookahead). Then, when the
  /// client has the answer.
  Time since;
  std::uint64_t value;
  std::uint32_t request_bytes;
  std::uint32_t reply_bytes;
  WireDelays delays;  ///< If Rpc::use_wire_delays() was called; not set otherwise.

  // Of tied calls: once it is served, nobody needs to know any more how long that takes.
  void note_begin(Time begin) { service = Duration{-1} - begin.time_since_epoch(); }
  bool has_begun() const { return service < Duration{}; }
  Time begin() const { return Time{Duration{-1} - service}; }

  CallRecord* record() const { return reinterpret_cast<CallRecord*>(arena.at(call)); }
};
static_assert(sizeof(Leg) == 64);

/// What becomes of a request when its server has served it: the answer goes back at once, or when the service
/// says Rpc::reply.
enum class Served : std::uint8_t { reply, refuse, deferred };

class CallGroup;
using ServeFunction = Served (*)(void* context, Leg& leg, CallRecord& call);
using PrefetchFunction = void (*)(void* context, const CallRecord& call);
using UnservedFunction = void (*)(void* context, const Leg& leg, CallRecord& call);

/// A call in flight, followed in memory by its legs.
struct alignas(64) CallRecord {
  BlockHeader header;
  Handle waiter;  ///< The coroutine that waits; stale or empty when nobody does any more.
  union {
    Reply* result;     ///< In the waiter's frame.
    CallGroup* group;  ///< There too: if in_group.
  };
  std::uint64_t argument;  ///< For the server: a key, a task.
  const void* next;        ///< Memory that whoever goes on after this call will touch.
  std::uint8_t legs, needed;
  std::uint8_t answers;        ///< Sent, of whatever kind: gives each its turn.
  std::uint8_t succeeded;      ///< Sent; the client may not have them yet.
  std::uint8_t refused, died;  ///< The client knows.
  std::uint8_t open;           ///< Legs that are not closed, and whoever else needs the record.
  std::uint8_t server;         ///< Index of its ServeFunction.
  bool with_task : 1;          ///< The argument is a task that was not yet started.
  bool in_group : 1;
  bool largest_value : 1;  ///< See CallOptions.
  bool expired : 1;        ///< Its deadline has passed, whether somebody still waited or not.
  bool guarded : 1;        ///< ClientGuard counts it.
  bool tied : 1;           ///< See HedgeOptions.
  bool traced : 1;         ///< A Tracer hears of it.
  std::uint8_t hedging;    ///< See CallOptions.
  std::uint8_t reserve;    ///< Legs at the end that are sent later, if at all.
  float cpu_share;

  const Leg* leg(unsigned i) const { return reinterpret_cast<const Leg*>(this + 1) + i; }
  Leg* leg(unsigned i) { return reinterpret_cast<Leg*>(this + 1) + i; }
  /// Which of the legs it is.
  unsigned index_of(const Leg& leg_of_this) { return static_cast<unsigned>(&leg_of_this - leg(0)); }
};
static_assert(sizeof(CallRecord) == 64);

/// Where the answer to a request goes. Whoever serves a request by a task holds one; if it is dropped without
/// an answer, the request is refused. (A machine that dies answers nothing.)
class ReplyTo {
 public:
  ReplyTo() = default;
  ReplyTo(Rpc& rpc, Handle leg) : rpc_(&rpc), leg_(leg) {}
  ReplyTo(ReplyTo&& other) noexcept : rpc_(std::exchange(other.rpc_, nullptr)), leg_(other.leg_) {}
  ReplyTo& operator=(ReplyTo&&) = delete;
  ~ReplyTo() {
    if (rpc_ != nullptr) answer(false, 0);
  }
  /// Without effect where nobody asked.
  void ok(std::uint64_t value = 0) { answer(true, value); }
  void refuse(std::uint64_t value = 0) { answer(false, value); }

 private:
  void answer(bool accepted, std::uint64_t value);

  Rpc* rpc_ = nullptr;
  Handle leg_;
};

/// A call that is ready to be sent: `const Reply reply = co_await call;`. May be moved until then.
class [[nodiscard]] Call {
 public:
  Call(Rpc& rpc, CallRecord* record, Duration timeout) : rpc_(rpc), record_(record), timeout_(timeout) {}
  Call(Call&&) = default;
  Call& operator=(Call&&) = delete;

  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> coroutine);
  Reply await_resume() const { return result_; }

 private:
  friend class CallGroup;
  friend class Rpc;

  Rpc& rpc_;
  CallRecord* record_;
  Duration timeout_;
  Reply result_;
};

/// Calls that one task makes in parallel, at most `limit` at a time, and waits for. It lives in the frame of
/// that task; if the frame dies, the calls end unheard.
///
///     CallGroup calls(limit);
///     for (...) co_await calls.start(rpc.call(...));   // waits while `limit` are under way
///     co_await calls.join();
class CallGroup {
 public:
  explicit CallGroup(std::uint32_t limit) : limit_(limit) {
    CHATSIM_CHECK(limit > 0, "none of the calls may run");
  }
  CallGroup(const CallGroup&) = delete;
  CallGroup& operator=(const CallGroup&) = delete;

  class [[nodiscard]] Start {
   public:
    Start(CallGroup& group, Call call) : group_(group), call_(std::move(call)) {}
    bool await_ready() const { return false; }
    /// Sends the call; goes on at once unless the group is full by then.
    bool await_suspend(std::coroutine_handle<> parent);
    void await_resume() const {}

   private:
    CallGroup& group_;
    Call call_;
  };
  Start start(Call call) { return {*this, std::move(call)}; }

  class [[nodiscard]] Join {
   public:
    explicit Join(CallGroup& group) : group_(group) {}
    bool await_ready() const { return group_.running_ == 0; }
    void await_suspend(std::coroutine_handle<>) const { group_.wanted_ = 0; }
    void await_resume() const {}

   private:
    CallGroup& group_;
  };
  Join join() { return Join{*this}; }

 private:
  friend class Rpc;
  static constexpr std::uint32_t nothing = ~std::uint32_t{0};

  std::uint32_t limit_;
  std::uint32_t running_ = 0;
  std::uint32_t wanted_ = nothing;  ///< The task waits until no more than this many are running.
};

/// What is the same for all legs of a call.
struct CallOptions {
  MachineIndex client = 0;
  std::uint8_t step = 0;    ///< What its events are counted under.
  std::uint8_t server = 0;  ///< From Rpc::add_server.
  std::uint8_t needed = 1;  ///< Replies to wait for.
  float cpu_share = 1;      ///< Part of the service that holds a core.
  std::uint32_t request_bytes = 0;
  std::uint32_t reply_bytes = 0;
  Duration timeout{};
  std::uint64_t argument = 0;
  std::uint64_t value = 0;  ///< What the legs' values are before a server changes them.
  std::uint64_t trace = 0;  ///< What a Tracer is to know it by; 0: none follows it.
  /// Reply::value is the largest of the values that came by then, not that of the last one.
  bool largest_value = false;
  /// Memory that the caller, or the task that serves, will touch next: fetched ahead.
  const void* next = nullptr;
  std::uint8_t hedging = 0;  ///< From Rpc::add_hedging; 0: the call has no reserve.
  std::uint8_t reserve = 0;  ///< So many of its legs, the last ones, are sent only if it is not over by then.
};

struct LegOptions {
  MachineIndex server = 0;
  Duration service{};  ///< On a machine of speed 1.
  WireDelays delays{};
};

}  // namespace chatsim::sim
