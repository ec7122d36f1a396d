#include "scenarios/loader/suggestion.hpp"

#include <catch2/catch.hpp>

using namespace chatsim;
using namespace chatsim::loader;

TEST_CASE("Edit distance counts insertions, deletions, substitutions and swaps") {
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("abc", "abc") == 0);
  CHECK(edit_distance("machnies", "machines") == 1);
  CHECK(edit_distance("thread", "threads") == 1);
  CHECK(edit_distance("kitten", "sitting") == 3);
  CHECK(edit_distance("kitten", "sitting", 3) == 3);
  CHECK(edit_distance("kitten", "sitting", 2) > 2);
  CHECK(edit_distance("services", "machines", 1) > 1);
}

TEST_CASE("Suggested is what is nearest") {
  const spec::FieldNode& store = *spec::find_field("stores.message");
  CHECK(suggest_key("read_quorom", store) == "; did you mean 'read_quorum'?");
  CHECK(suggest_key("connections_per_machine", store) ==
        "; did you mean 'services.gateway.connections_per_machine'?");
  CHECK(suggest_key("service_time", store) ==
        "; did you mean 'services.gateway.service_time' or 'services.messaging.service_time' or "
        "'services.group.service_time'?");
  CHECK(suggest_path("stores.mesage.machines") == "; did you mean 'stores.message.machines'?");
  CHECK(suggest_path("machines.of.all").starts_with("; did you mean 'services.gateway.machines' or "));
  CHECK(suggest_path(std::string(10'000, 'x')).starts_with("; allowed here are name, "));
}
