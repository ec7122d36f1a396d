#pragma once

#include <array>
#include <cstdint>

#include "models/service/context.hpp"
#include "sim/kernel/random/permutation.hpp"

namespace chatsim::models {

/// When each of two billion users is connected, as a function of (seed, user, time).
///
/// Every user comes and goes in cycles, connected for the first part of each: a session of length S in a cycle of S
/// divided by the share of users who are connected. Users are dealt (by a keyed permutation) to classes of equally many
/// sessions a second, whose lengths are quantiles of the scenario's distribution, and within a class their cycles
/// begin one after the other at equal distances. So the user of any instant's login follows by counting, and whether a
/// user is connected by a look at the clock:
///
///     position  |class 0 |class 1    |class 2          | ...            a user's position: the permutation
///     class 1:  ranks 0 1 2 3 ...  n-1                                  begin their cycles at rank / n of a cycle
///
/// Sixty-four such streams with phases of their own, superposed, are nearly a Poisson process (Palm-Khintchine).
///
/// The daily curve warps time: cycles run in activity time (its integral), and the share connected rises and falls
/// with it, so that sessions keep their length in real time.
class Schedule {
 public:
  explicit Schedule(const Context& context);

  static constexpr std::uint32_t classes = 64;

  /// A user's place in the order of logins. Who stands next to whom means nothing else.
  enum class Position : std::uint64_t {};
  Position position_of(UserId user) const { return Position{places_.forward(static_cast<std::uint64_t>(user))}; }
  UserId user_at(Position position) const { return UserId{places_.inverse(static_cast<std::uint64_t>(position))}; }

  bool online(Position position, sim::Time now) const;
  /// When the cycle began that lasts now: the last login. Before the run if negative.
  spec::Seconds last_login(Position position, sim::Time now) const;
  /// When the cycle after it begins.
  spec::Seconds next_login(Position position, sim::Time now) const;
  /// How long the user was away before the login that begins at this time.
  spec::Seconds away_before_login(Position position, sim::Time now) const;

  /// A user who is connected, all alike. \param draw bits64(0) and bits64(1). Without anybody connected: anybody.
  Position someone_online(const sim::Draw& draw, sim::Time now) const;
  /// A user who is connected, as if chosen by login: of each class alike, so that short sessions count as often as long
  /// ones. \param draw as above.
  Position someone_who_logged_in(const sim::Draw& draw, sim::Time now) const;

  /// Logins of a class, one after the other; and who logs out at the same time.
  class Logins {
   public:
    Logins(const Schedule& schedule, std::uint32_t of_class, sim::Time since);
    sim::Time at() const { return at_; }
    Position who() const;
    /// Who logs out about now: as many as log in, where the daily curve does not swing.
    Position who_leaves() const;
    void advance();

   private:
    const Schedule& schedule_;
    std::uint32_t class_;
    std::uint64_t number_;  // Of the login: rank + cycles x users.
    sim::Time at_;
  };
  /// Of a class: the number of the last login, how many of those before it and itself are connected, and who had a number.
  std::int64_t newest(std::uint32_t of_class, sim::Time now) const;
  std::int64_t count_online(std::uint32_t of_class, sim::Time now) const {
    return static_cast<std::int64_t>(count_of(of_class, now));
  }
  Position who(std::uint32_t of_class, std::int64_t number) const;
  /// Whether as many are connected at all times: then every login has a logout.
  bool is_level() const { return curve_.amplitude == 0; }
  /// No session lasts longer.
  sim::Duration longest_session() const;
  /// Whether anybody ever logs in.
  bool has_logins() const { return online_ > 0; }
  std::uint64_t users_of(std::uint32_t of_class) const { return first_[of_class + 1] - first_[of_class]; }

  /// Calls visit(begin, end) for ranges of positions that together are all users who are connected now.
  template <class Visit>
  void for_each_range_online(sim::Time now, Visit visit) const {
    for (std::uint32_t c = 0; c < classes; ++c) {
      const std::uint64_t n = users_of(c);
      if (n == 0) continue;
      const std::uint64_t newest = rank_at(c, now), count = count_of(c, now);
      const std::uint64_t oldest = (newest + n + 1 - count) % n;
      if (count == 0) continue;
      if (oldest + count <= n) {
        visit(first_[c] + oldest, first_[c] + oldest + count);
      } else {
        visit(first_[c] + oldest, first_[c] + n);
        visit(first_[c], first_[c] + count - (n - oldest));
      }
    }
  }

 private:
  friend class Logins;
  /// Integral of the daily curve since the run began, in seconds.
  double activity_until(double t) const;
  double time_when(double activity, double guess) const;
  double share_online(double t) const;
  std::uint32_t class_of(std::uint64_t position) const;
  Position someone_online_of(std::uint32_t of_class, const sim::Draw& draw, sim::Time now, Position otherwise) const;
  /// Part of its cycle, in [0, 1), that a position has behind it.
  double phase(std::uint32_t of_class, std::uint64_t position, double t) const;
  /// The rank that logged in last, and how many of those before it are still connected.
  std::uint64_t rank_at(std::uint32_t of_class, sim::Time now) const;
  std::uint64_t count_of(std::uint32_t of_class, sim::Time now) const;

  spec::DailyCurve curve_;
  double online_;
  std::uint64_t users_;
  sim::Permutation places_;
  std::array<std::uint64_t, classes + 1> first_{};
  std::array<double, classes> cycle_s_{};
  std::array<double, classes> offset_{};  // Phase of a class, so that classes do not begin together.
  double class_scale_ = 0;                // Positions to the guide below.
  std::array<std::uint8_t, 1024> guide_{};
};

}  // namespace chatsim::models
