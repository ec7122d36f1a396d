#pragma once

#include "scenarios/spec/field.hpp"

namespace chatsim::spec {

/// What machines, power and traffic cost. Plain numbers, in US dollars; defaults are rounded list prices and published
/// measurements, to be replaced by one's own.
struct Prices {
  double core_hour = 0.012;
  double memory_gb_hour = 0.0016;
  double disk_tb_month = 8;
  double egress_gb = 0.002;
  double power_kwh = 0.07;
  double power_usage_effectiveness = 1.12;
  double watts_idle = 120;
  double watts_per_core = 4;
  double watts_per_disk = 8;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("core_hour", &Prices::core_hour, at_least(0),
          "one core for an hour, amortised purchase and upkeep; about a quarter of a public cloud's list price, assumed");
    visit("memory_gb_hour", &Prices::memory_gb_hour, at_least(0), "a gigabyte of memory for an hour; assumed likewise");
    visit("disk_tb_month", &Prices::disk_tb_month, at_least(0),
          "a terabyte of flash for a month of 730 h; about 100 dollars a terabyte over a year, assumed");
    visit("egress_gb", &Prices::egress_gb, at_least(0),
          "a gigabyte to clients; transit at scale, list prices of public clouds are 10 to 40 times that");
    visit("power_kwh", &Prices::power_kwh, at_least(0), "a kilowatt-hour for industry; about 0.07 to 0.08 in the USA in 2023");
    visit("power_usage_effectiveness", &Prices::power_usage_effectiveness, between(1, 10),
          "power of the building over that of the machines; 1.1 to 1.2 for large operators");
    visit("watts_idle", &Prices::watts_idle, at_least(0), "of one machine that does nothing; assumed");
    visit("watts_per_core", &Prices::watts_per_core, at_least(0), "more for each busy core; assumed");
    visit("watts_per_disk", &Prices::watts_per_disk, at_least(0), "of one disk; assumed");
  }
};

}  // namespace chatsim::spec
