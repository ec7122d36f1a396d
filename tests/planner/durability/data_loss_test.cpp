#include "planner/durability/data_loss.hpp"

#include "tests/figure.hpp"

using namespace chatsim::planner;
using chatsim::tests::figure;

TEST_CASE("a set of machines is lost with probability C(k, R) / C(n, R)") {
  CHECK(figure("2 of 4 lost, pairs: 1 / 6", 1.0 / 6, all_lost({4, 2, 2}).value(), 1e-12));
  CHECK(figure("3 of 5, one replica", 0.6, all_lost({5, 3, 1}).value(), 1e-12));
  CHECK(all_lost({5, 2, 3}).value() == 0);
  CHECK(all_lost({5, 5, 3}).value() == 1);
}

TEST_CASE(
    "some of many sets are lost: certain with all machines, impossible with fewer than R, in proportion if rare") {
  CHECK(any_lost({10, 10, 3}, 1).value() == 1);
  CHECK(any_lost({10, 2, 3}, 1e9).value() == 0);
  CHECK(any_lost({10, 5, 3}, 0).value() == 0);
  CHECK(figure("two sets of 1 / 6: 1 - (5 / 6)^2", 11.0 / 36, any_lost({4, 2, 2}, 2).value(), 1e-12));
  const double rare = all_lost({1e6, 10, 3}).value();
  CHECK(figure("a hundred rare ones, a hundred times as likely", 100 * rare, any_lost({1e6, 10, 3}, 100).value(),
               1e-9 * rare));
}

TEST_CASE("random chunks that meet on the same machines count once") {
  CHECK(figure("few chunks are as many sets", 1000, sets_of_random_chunks({5000, 50, 3}, 1000), 1e-2));
  CHECK(figure("many are all 10 there are", 10, sets_of_random_chunks({5, 3, 3}, 1e4), 1e-9));
  // Of five machines three are lost: one set of ten, which has rows for certain.
  CHECK(figure("with all sets, as if independent: 1 - 0.9^10", 1 - std::pow(0.9, 10),
               any_lost_at_random({5, 3, 3}, 1e4).value(), 1e-9));
}

TEST_CASE("copysets of a scatter width") {
  CHECK(copysets(5000, 3, 10) == Approx(25'000.0 / 3));
  CHECK(copysets(5000, 3, 1) == Approx(5000.0 / 3));
  CHECK(copysets(12, 1, 4) == 12);
  CHECK(copysets(6, 3, 1000) == Approx(6));
}
