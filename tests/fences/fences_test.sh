#!/bin/bash
# usage: fences_test.sh CHECKOUT
# Keeps the fences between the rooms: who may include what. First it shows that every fence can be seen to break.
set -u
here=$(cd -P -- "$(dirname -- "$0")" && pwd)
rooms=(scenarios sim models planner cli python tests)

check() { # prints the broken fences of the tree given; fails when there is one
  (cd "$1" && find "${rooms[@]}" -type f \( -name '*.hpp' -o -name '*.cpp' \) -print0 2>/dev/null | sort -z |
    xargs -0 -r awk -f "$here/fences.awk")
}

tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
blind=0
expect() { # seen|passed FILE LINE: is this line, alone in that file, seen as a broken fence?
  local verdict
  rm -rf "${tree:?}"/*
  mkdir -p "$tree/$(dirname "$2")"
  printf '%s\n' "$3" >"$tree/$2"
  if check "$tree" >/dev/null; then verdict=passed; else verdict=seen; fi
  [[ $verdict == "$1" ]] || { echo "the fence test is wrong: expected to be $1: $2: $3"; blind=1; }
}

expect seen planner/size.cpp '#include "sim/kernel/time.hpp"'
expect seen planner/size.cpp '#include "models/run/run.hpp"'
expect seen planner/estimate/ledger.cpp '#include "scenarios/loader/load.hpp"'
expect seen planner/estimate/ledger.cpp '#include "cli/format.hpp"'
expect seen planner/experiment/numbers.cpp '#include "scenarios/json/json.hpp"'
expect passed planner/size.cpp '#include "scenarios/spec/scenario.hpp"'
expect seen models/group/group.cpp '#include <simgrid/s4u.hpp>'
expect seen tests/models/group_test.cpp '#include <simgrid/s4u.hpp>'
expect passed sim/platform/fabric.cpp '#include <simgrid/s4u.hpp>'
expect seen cli/run.cpp '#include <yaml-cpp/yaml.h>'
expect passed scenarios/loader/load.cpp '#include <yaml-cpp/yaml.h>'
expect seen scenarios/loader/load.cpp '#include <CLI/CLI.hpp>'
expect passed cli/main.cpp '#include <CLI/CLI.hpp>'
expect seen models/run/run.cpp '  #  include <pybind11/pybind11.h>'
expect passed python/module.cpp '#include <pybind11/pybind11.h>'
expect seen scenarios/spec/units.hpp '#include "sim/kernel/time.hpp"'
expect seen scenarios/spec/units.hpp '#include "scenarios/loader/load.hpp"'
expect passed scenarios/spec/tier.hpp '#include "scenarios/spec/units.hpp"'
expect seen scenarios/loader/load.cpp '#include "models/run/run.hpp"'
expect seen sim/resources/wire.hpp '#include "models/store/ring.hpp"'
expect seen sim/resources/wire.hpp '#include "scenarios/loader/load.hpp"'
expect seen models/run/run.hpp '#include "cli/progress.hpp"'
expect seen models/group/group.cpp '#include "scenarios/json/json.hpp"'
expect passed models/run/run.cpp '#include "scenarios/json/json.hpp"'
expect seen models/group/group.cpp '#include "models/store/store.cpp"'
expect seen models/group/group.cpp '#include "models/store/internal/rows.hpp"'
expect passed models/store/store.cpp '#include "models/store/internal/rows.hpp"'
expect seen sim/metrics/counter.hpp 'struct ChatCounter {};'
expect seen sim/metrics/counter.hpp 'auto name = "open_conversations";'
expect passed sim/metrics/counter.hpp 'namespace chatsim::sim {}  // not of chat'
expect passed sim/platform/flow.cpp 'simgrid::s4u::Mailbox* box = nullptr; /* chat */'
((blind == 0)) || exit 1
echo "every fence is seen to break when it breaks"

check "$1" || { echo "fences are broken, see above"; exit 1; }
echo "no fence is broken"
