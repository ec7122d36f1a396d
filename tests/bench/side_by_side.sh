#!/bin/bash
# usage: side_by_side.sh [--rounds N] [--bench CHATSIM_BENCH] [--json FILE]
# The standing pipeline at 50,000 machines (pipeline_draws.hpp) four times, on the same core: chatsim, a plain event loop
# without any library, the core of ns-3, SimPy. They take turns, N rounds (3), and of each the best counts: other programs on the
# machine make a run slower, never faster. Installs the rivals if they are absent, and builds chatsim_bench unless one is
# given. --json appends what was measured, a line a run, for publish.py.
#
# ns-3 simulates 0.3 s and SimPy 0.02 s instead of 1 s, with the same machines and rate: SimPy would need two minutes.
set -u
here=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
root=$(cd -P -- "$here/../.." && pwd)
source "$root/scripts/build.sh"

usage() { sed -n '2s/^# //p' "$0" >&2; exit 2; }
rounds=3 bench='' json=''
while (($# > 0)); do
  [[ $# -ge 2 ]] || usage
  case $1 in
    --rounds) rounds=$2 ;;
    --bench) bench=$2 ;;
    --json) json=$2 ;;
    *) usage ;;
  esac
  shift 2
done

install_packages bench >&2
if [[ -z $bench ]]; then
  lock_builds
  install_packages program tests
  build release tests ON chatsim_bench
  unlock_builds
  bench=$root/build/tests/tests/bench/chatsim_bench
fi
scratch=$(mktemp -d "${TMPDIR:-/tmp}/chatsim-side-by-side.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
# The headers of ns-3 3.37 are not C++20.
g++ -std=c++17 -O2 -o "$scratch/pipeline_ns3" "$here/rivals/pipeline_ns3.cpp" -lns3-core || fail "ns-3's pipeline cannot be compiled"

allowed=$(sed -n 's/^Cpus_allowed_list:[[:space:]]*//p' /proc/self/status)
on_one_core() { taskset -c "${allowed##*[,-]}" "$@" >>"$scratch/lines" </dev/null || fail "$1 failed"; }

for ((round = 1; round <= rounds; ++round)); do
  say "round $round of $rounds"
  on_one_core "$bench" --json pipeline_50000
  on_one_core "$bench" --json bare_loop_50000
  on_one_core "$scratch/pipeline_ns3"
  on_one_core /usr/bin/python3 "$here/rivals/pipeline_simpy.py"
done
[[ -z $json ]] || cat "$scratch/lines" >>"$json"

/usr/bin/python3 - "$scratch/lines" <<'END'
import json, sys
ours = {"pipeline_50000": "chatsim", "bare_loop_50000": "plain structs on a calendar queue"}
best = {}
for row in map(json.loads, open(sys.argv[1])):
    if row["messages_per_s"] > best.get(row["name"], row)["messages_per_s"] or row["name"] not in best:
        best[row["name"]] = row
print(f"{'':<36}{'k messages/s':>14}{'M events/s':>12}{'mean ms':>10}{'of chatsim':>12}")
for name, row in sorted(best.items(), key=lambda item: -item[1]["messages_per_s"]):
    ratio = row["messages_per_s"] / best["pipeline_50000"]["messages_per_s"]
    print(f"{ours.get(name) or row['what']:<36}{row['messages_per_s'] / 1e3:>14.1f}{row['events_per_s'] / 1e6:>12.2f}"
          f"{row['mean_ms']:>10.4f}{ratio:>12.3f}")
print("mean by theory: 2.3833 ms")
END
