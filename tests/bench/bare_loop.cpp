#include "tests/bench/bare_loop.hpp"

namespace chatsim::bench {

Row measure_bare_loop(std::uint64_t machines) {
  BareLoop<1> loop(static_cast<std::uint32_t>(50'000 / machines));
  BareLoop<1>::Mail none;
  const double begin = processor_s();
  loop.run_before(1'000'000'000, none);
  const double seconds = processor_s() - begin;

  const Completions& completions = loop.completions();
  Row row = {{"machines", machines}};
  row.update(rates(loop.events(), completions.count(), seconds));
  row["processor_s_per_simulated_s"] = seconds;
  row["mean_ms"] = completions.mean_ms();
  row["mean_ms_by_theory"] = pipeline::mean_ms;
  row["hash"] = completions.hash();
  return row;
}

}  // namespace chatsim::bench
