#include "models/blob/attachments.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "tests/models/figures.hpp"
#include "tests/models/small_scenario.hpp"

using namespace chatsim;
using namespace chatsim::models;
using tests::figure;
using tests::Figures;

namespace {

Figures with_attachments(const spec::Scenario& scenario,
                         const std::function<void(const Attachments&, Figures&)>& measure) {
  return tests::figures_of([&](Figures& figures) {
    sim::World world(scenario.datacenter);
    const Context context(world, scenario);
    measure(Attachments(context), figures);
  });
}

}  // namespace

TEST_CASE("the mean size is what the distribution states, cut as it is") {
  using spec::Distribution;
  const auto [name, distribution, size_max] =
      GENERATE(std::tuple{std::string("lognormal, mean 300 kB"), Distribution::lognormal_with_mean(300e3, 1), 16e6},
               std::tuple{std::string("lognormal, the cut takes much"), Distribution::lognormal_with_mean(300e3, 2), 2e6},
               std::tuple{std::string("exponential"), Distribution::exponential(300e3), 16e6},
               std::tuple{std::string("constant 40 % of the maximum"), Distribution::constant(6.4e6), 16e6});
  spec::Scenario scenario = tests::one_rack(100);
  scenario.population.attachments.size = distribution;
  scenario.population.attachments.size_max = spec::Bytes{size_max};
  const Figures found = with_attachments(scenario, [](const Attachments& attachments, Figures& figures) {
    constexpr std::uint64_t objects = 1'000'000;
    double smallest = 1e18, largest = 0;
    for (std::uint64_t i = 0; i < objects; ++i) {
      const double size = attachments.size_of(BlobUrl{i}).value();
      figures["mean"] += size / objects;
      smallest = std::min(smallest, size);
      largest = std::max(largest, size);
      figures["not_whole"] += size != std::floor(size);
    }
    figures["smallest"] = smallest;
    figures["largest"] = largest;
    figures["said"] = attachments.mean_size().value();
  });
  const double mean = distribution.mean();
  CHECK(figure("mean size, " + name, mean, found.at("mean"), 0.01 * mean));
  CHECK(figure("what it says itself", mean, found.at("said"), 1e-3 * mean));
  CHECK(found.at("smallest") >= 1);
  CHECK(found.at("largest") <= size_max);
  CHECK(found.at("not_whole") == 0);
}

TEST_CASE("which messages have an attachment, which pass on a hot one, and who gets it") {
  spec::Scenario scenario = tests::one_rack(100);
  scenario.population.attachments.fetched = spec::Probability{0.7};
  constexpr double messages = 2e6;
  const Figures found = with_attachments(scenario, [](const Attachments& attachments, Figures& figures) {
    for (std::uint64_t id = 0; id < static_cast<std::uint64_t>(messages); ++id) {
      const std::optional<BlobUrl> url = attachments.of(MessageId{id});
      figures["changed"] += url != attachments.of(MessageId{id});
      figures["fetched"] += attachments.fetched_by(UserId{id % 1000}, MessageId{id});
      if (!url) continue;
      ++figures["attached"];
      if (!Attachments::hot(*url)) {
        figures["not_its_own"] += url->object != id;
        continue;
      }
      ++figures["hot"];
      const std::uint64_t rank = Attachments::rank_of(*url);
      figures["first"] += rank == 1;
      figures["tenth"] += rank == 10;
      figures["out_of_range"] += rank < 1 || rank > 1000;
    }
  });
  const auto count = [&](const char* what, const std::string& derivation, double probability) {
    CHECK(figure(derivation + ", 4 sigma", messages * probability, found.at(what),
                 4 * std::sqrt(messages * probability * (1 - probability))));
  };
  const double harmonic = std::log(1000.5) + 0.57721566490153286;
  count("attached", "with an attachment, 0.1", 0.1);
  count("hot", "pass on a hot one, 0.1 x 0.05", 0.005);
  count("first", "the first of 1,000: 0.005 / H(1000)", 0.005 / harmonic);
  count("tenth", "the tenth: a tenth of it", 0.0005 / harmonic);
  count("fetched", "fetched, 0.7", 0.7);
  CHECK(found.at("changed") == 0);
  CHECK(found.at("not_its_own") == 0);
  CHECK(found.at("out_of_range") == 0);
}

TEST_CASE("Zipf: ranks follow 1 / n, in the table and beyond it") {
  for (const std::uint64_t ranks : {1ULL, 2ULL, 1000ULL, 4096ULL, 4097ULL, 1'000'000ULL, 1'000'000'000ULL}) {
    const Zipf zipf(ranks);
    CAPTURE(ranks);
    CHECK(zipf.up_to(ranks) == 1);
    CHECK(zipf.rank(1e-16) == 1);
    CHECK(zipf.rank(1 - 0x1p-53) == ranks);
    // The inverse: just above what is up to a rank comes the next one.
    for (const std::uint64_t rank : {1ULL, 2ULL, 999ULL, 4095ULL, 4096ULL, 4097ULL, 4098ULL, 123'456ULL}) {
      if (rank >= ranks) continue;
      CHECK(zipf.rank(zipf.up_to(rank) * (1 + 1e-9)) == rank + 1);
      CHECK(zipf.rank(zipf.up_to(rank) * (1 - 1e-9)) == rank);
    }
  }
  double sum = 0;
  for (std::uint64_t i = 1; i <= 1'000'000; ++i) sum += 1 / static_cast<double>(i);
  CHECK(figure("1 / H(1e6), H added up", 1 / sum, Zipf(1'000'000).up_to(1), 1e-14));
}
