#include "models/population/traffic.hpp"

#include <cmath>
#include <functional>

#include "tests/models/figures.hpp"
#include "tests/models/small_scenario.hpp"

using namespace chatsim;
using namespace chatsim::models;
using tests::figure;
using tests::Figures;

namespace {

Figures with_traffic(const spec::Scenario& scenario,
                     const std::function<void(sim::World&, Directory&, Traffic&, Figures&)>& measure) {
  return tests::figures_of([&](Figures& figures) {
    sim::World world(scenario.datacenter);
    Context context(world, scenario);
    Directory directory(context);
    Traffic traffic(context, directory);
    measure(world, directory, traffic, figures);
  });
}

/// Sums up all that makes a message what it is.
double fingerprint(const Message& message) {
  double sum = static_cast<double>(message.author) + 1e-3 * static_cast<double>(message.recipient);
  if (message.to_group) sum += 1e6 * static_cast<double>(message.group);
  return sum;
}

}  // namespace

TEST_CASE("arrivals are a Poisson process of the stated rate") {
  spec::Scenario scenario = tests::one_rack(5000);
  scenario.population.load_factor = 1.5;
  constexpr double seconds = 40, rate = 7500;
  constexpr int cells = 50;
  const Figures found =
      with_traffic(scenario, [&](sim::World& world, Directory&, Traffic& traffic, Figures& figures) {
        double count = 0, sum = 0, squares = 0, neighbours = 0, previous_gap = 1 / rate, out_of_order = 0;
        std::vector<double> gap_cells(cells, 0), windows(static_cast<std::size_t>(seconds * 100), 0);
        sim::Time previous{};
        sim::spawn(sim::no_machine, traffic.run([&](const Message& message) {
          out_of_order += static_cast<double>(message.id) != ++count;
          const double now = sim::to_seconds(message.sent).value();
          const double gap = now - sim::to_seconds(previous).value();
          previous = message.sent;
          sum += gap;
          squares += gap * gap;
          neighbours += (gap * rate - 1) * (previous_gap * rate - 1);
          previous_gap = gap;
          // Equally likely cells: the quantiles of an exponential.
          ++gap_cells[static_cast<std::size_t>(std::min(cells - 1.0, (1 - std::exp(-gap * rate)) * cells))];
          ++windows[static_cast<std::size_t>(std::min(seconds * 100 - 1, now * 100))];
        }));
        world.plane.run_until(sim::to_time(spec::Seconds{seconds}));
        double chi_square = 0, window_variance = 0;
        for (const double cell : gap_cells)
          chi_square += (cell - count / cells) * (cell - count / cells) / (count / cells);
        for (const double window : windows) window_variance += (window - rate / 100) * (window - rate / 100);
        figures = {{"count", count},
                   {"mean", sum / count},
                   {"deviation", std::sqrt(squares / count - sum / count * (sum / count))},
                   {"correlation", neighbours / count},
                   {"chi_square", chi_square},
                   {"dispersion", window_variance / static_cast<double>(windows.size()) / (rate / 100)},
                   {"out_of_order", out_of_order}};
      });
  const double count = rate * seconds;
  CHECK(figure("messages, 5,000/s x 1.5 x 40 s, 3 sigma", count, found.at("count"), 3 * std::sqrt(count)));
  CHECK(figure("mean gap in s, 1 / 7,500, 3 sigma", 1 / rate, found.at("mean"), 3 / rate / std::sqrt(count)));
  CHECK(figure("standard deviation of gaps in s, the mean, 3 sigma", 1 / rate, found.at("deviation"),
               3 / rate * std::sqrt(2 / count)));
  CHECK(figure("correlation of neighbouring gaps, 0, 3 sigma", 0, found.at("correlation"),
               3 / std::sqrt(count)));
  CHECK(
      figure("chi-square of gaps in 50 cells, 49, 4 sigma", 49, found.at("chi_square"), 4 * std::sqrt(98.0)));
  CHECK(figure("variance over mean of counts in 4,000 windows, 1, 4 sigma", 1, found.at("dispersion"),
               4 * std::sqrt(2 / 4000.0)));
  CHECK(found.at("out_of_order") == 0);
}

TEST_CASE("messages: share to groups, authors online, never to oneself, 2.1 recipients each") {
  spec::Scenario scenario = tests::one_rack(1000);
  scenario.population.users = 1e8;
  scenario.population.groups = 1e8;
  constexpr std::uint64_t messages = 3'000'000;
  const Figures found =
      with_traffic(scenario, [](sim::World&, Directory& directory, Traffic& traffic, Figures& figures) {
        double to_group = 0, recipients = 0, recipients_online = 0, authors_offline = 0, to_oneself = 0,
               no_member = 0;
        for (std::uint64_t number = 1; number <= messages; ++number) {
          const Message message = traffic.message(number);
          if (message.to_group) {
            ++to_group;
            const std::uint32_t size = directory.size_of(message.group);
            recipients += size - 1;
            bool member = false;
            for (std::uint32_t i = 0; i < size; ++i) {
              const UserId user = directory.member_of(message.group, i);
              member = member || user == message.author;
              recipients_online += user != message.author && directory.online(user);
            }
            no_member += !member;
          } else {
            ++recipients;
            to_oneself += message.recipient == message.author;
            recipients_online += directory.online(message.recipient);
          }
          authors_offline += !directory.online(message.author);
        }
        figures = {{"to_group", to_group},
                   {"recipients", recipients},
                   {"recipients_online", recipients_online},
                   {"authors_offline", authors_offline},
                   {"to_oneself", to_oneself},
                   {"no_member", no_member}};
      });
  CHECK(figure("messages to groups, 10 % of 3e6, 3 sigma", 0.1 * messages, found.at("to_group"),
               3 * std::sqrt(0.09 * messages)));
  CHECK(figure("deliveries due a message, 0.9 + 0.1 x (13 - 1), 1 %", 2.1, found.at("recipients") / messages,
               0.021));
  CHECK(figure("online of recipients, as of all users, 1 %", 0.32,
               found.at("recipients_online") / found.at("recipients"), 0.0032));
  CHECK(found.at("authors_offline") == 0);
  CHECK(found.at("to_oneself") == 0);
  CHECK(found.at("no_member") == 0);
}

TEST_CASE("recipients of direct messages are all users alike, the author aside") {
  spec::Scenario scenario = tests::one_rack(1000);
  scenario.population.users = 5;
  scenario.population.group_size = spec::Distribution::constant(3.0);
  scenario.population.group_size_max = 5;
  scenario.population.group_message_share = spec::Probability{0};
  scenario.population.online = spec::Probability{1};
  constexpr double messages = 200'000;
  const Figures found =
      with_traffic(scenario, [](sim::World&, Directory&, Traffic& traffic, Figures& figures) {
        double pairs[5][5] = {};
        for (std::uint64_t number = 1; number <= 200'000; ++number) {
          const Message message = traffic.message(number);
          ++pairs[static_cast<std::size_t>(message.author)][static_cast<std::size_t>(message.recipient)];
        }
        double& chi_square = figures["chi_square"] = 0;
        for (std::size_t author = 0; author < 5; ++author) {
          for (std::size_t recipient = 0; recipient < 5; ++recipient) {
            const double expected = author == recipient ? 0 : messages / 20;
            const double off = pairs[author][recipient] - expected;
            chi_square += expected > 0 ? off * off / expected : off * 1e9;
          }
        }
      });
  CHECK(figure("chi-square of 20 pairs, 19 degrees of freedom, 4 sigma", 19, found.at("chi_square"),
               4 * std::sqrt(38.0)));
}

TEST_CASE("a message is a function of seed and number") {
  spec::Scenario scenario = tests::one_rack(1000);
  const auto fingerprints = [&](std::uint64_t seed, bool backwards) {
    scenario.seed = seed;
    return with_traffic(scenario, [&](sim::World&, Directory&, Traffic& traffic, Figures& figures) {
      for (std::uint64_t i = 1; i <= 300; ++i) {
        const std::uint64_t number = backwards ? 301 - i : i;
        figures["message_" + std::to_string(number)] = fingerprint(traffic.message(number));
      }
    });
  };
  const Figures first = fingerprints(1, false), other = fingerprints(2, false);
  CHECK(first == fingerprints(1, true));
  int same = 0;
  for (const auto& [name, value] : first) same += other.at(name) == value;
  CHECK(same == 0);
}

TEST_CASE("no messages, or nobody to write to groups") {
  spec::Scenario scenario = tests::one_rack(0);
  const Figures quiet =
      with_traffic(scenario, [](sim::World& world, Directory&, Traffic& traffic, Figures& figures) {
        double& count = figures["count"] = 0;
        sim::spawn(sim::no_machine, traffic.run([&](const Message&) { ++count; }));
        world.plane.run_until(sim::to_time(spec::Seconds{10}));
      });
  CHECK(quiet.at("count") == 0);

  scenario.population.groups = 0;
  const Figures direct =
      with_traffic(scenario, [](sim::World&, Directory&, Traffic& traffic, Figures& figures) {
        for (std::uint64_t number = 1; number <= 1000; ++number)
          figures["to_group"] += traffic.message(number).to_group;
      });
  CHECK(direct.at("to_group") == 0);
}
