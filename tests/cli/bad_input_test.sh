#!/bin/bash
# usage: bad_input_test.sh PROGRAM
# What users do wrong: each mistake is one clear line (with its position, where it is in a file) and exit code 2, and
# an interrupted run keeps what it has and says so.
set -u
program=$(readlink -f -- "$1")
small=$PWD/scenarios/small.yaml
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
failed=0 passed=0

fail() {
  echo "FAILED: $1"
  failed=$((failed + 1))
}

# expect CODE MESSAGE ARGUMENT...: the whole of standard error, nothing on standard output
expect() {
  local code=$1 message=$2
  shift 2
  local output errors
  output=$("$program" "$@" 2>errors)
  local actual=$?
  errors=$(<errors)
  if [[ $actual == "$code" && $errors == "$message" && -z $output ]]; then
    passed=$((passed + 1))
    return
  fi
  fail "chatsim $*"
  printf '  expected %s: %s\n  actual   %s: %s\n' "$code" "$message" "$actual" "$errors"
  [[ -z $output ]] || printf '  and on standard output: %s\n' "$output"
}

# scenario NAME TEXT: writes a file, \n and all
scenario() { printf "$2" >"$1"; }

echo "== the scenario"
scenario malformed.yaml 'name: [small\nseed: 1\n'
expect 2 "malformed.yaml:2:5: error: malformed YAML: end of sequence flow not found" run malformed.yaml
scenario empty.yaml ''
expect 2 "empty.yaml: error: the file is empty" run empty.yaml
scenario unknown.yaml 'services:\n  gatway:\n    machines: 5\n'
expect 2 "unknown.yaml:2:3: error: services.gatway: unknown key; did you mean 'gateway'?" run unknown.yaml
scenario duplicate.yaml 'seed: 1\nseed: 2\n'
expect 2 "duplicate.yaml:2:1: error: seed: duplicate key, first at line 1" run duplicate.yaml
scenario unit.yaml 'simulation:\n  duration: 3GB\n'
expect 2 "unit.yaml:2:13: error: simulation.duration: '3GB' has an unknown unit 'GB'; a time has one of ns us µs ms s min h d" \
  run unit.yaml
scenario bare.yaml 'simulation:\n  duration: 3\n'
expect 2 "bare.yaml:2:13: error: simulation.duration: '3' has no unit; write 3ms or 3s" run bare.yaml
scenario range.yaml 'services:\n  gateway:\n    machines: 0\n'
expect 2 "range.yaml:3:15: error: services.gateway.machines: 0 is too small, at least 1" run range.yaml
expect 2 "missing.yaml: error: cannot read the file: No such file or directory" run missing.yaml
expect 2 ".: error: cannot read the file: Is a directory" run .
scenario extends.yaml 'extends: none.yaml\n'
expect 2 "extends.yaml:1:10: error: extends: 'none.yaml': cannot read the file: No such file or directory" run extends.yaml
scenario one.yaml 'extends: two.yaml\n'
scenario two.yaml 'extends: one.yaml\n'
expect 2 "two.yaml:1:10: error: extends: goes in a circle: one.yaml -> two.yaml -> one.yaml" run one.yaml
scenario replicas.yaml 'stores:\n  group:\n    machines: 2\n    replication: 3\n'
expect 2 "replicas.yaml:4:18: error: stores.group.replication: 3 is too large, at most stores.group.machines (2): each replica has a machine of its own" \
  run replicas.yaml
scenario crowded.yaml 'services:\n  gateway:\n    machines: 60000\n'
expect 2 "crowded.yaml:3:15: error: services.gateway.machines: 60000 is too large: services, stores and coordination together need 70103 machines, the datacenter has 50400 hosts (1 regions x 1 datacenters x 35 pods x 36 racks x 40 hosts)" \
  run crowded.yaml
scenario several.yaml 'seed: x\nservices:\n  gateway:\n    machines: 0\n    thread: 5\n'
expect 2 "several.yaml:1:7: error: seed: 'x' is not a whole number
several.yaml:4:15: error: services.gateway.machines: 0 is too small, at least 1
several.yaml:5:5: error: services.gateway.thread: unknown key; did you mean 'threads'?" run several.yaml
expect 2 "several.yaml:1:7: error: seed: 'x' is not a whole number
several.yaml:4:15: error: services.gateway.machines: 0 is too small, at least 1
several.yaml:5:5: error: services.gateway.thread: unknown key; did you mean 'threads'?" explain several.yaml

echo "== the call"
expect 2 "--set:1: error: services.gateway.machins: unknown key; did you mean 'services.gateway.machines'?" \
  run "$small" --set services.gateway.machins=3
expect 2 "--set:1: error: 'nonsense' is not of the form path=value" run --set nonsense "$small"
expect 2 "chatsim run: error: --seed: '-1' is no seed, a whole number from 0 to 18446744073709551615 (see chatsim run --help)" \
  run "$small" --seed -1
expect 2 "chatsim run: error: --sede: unknown option, did you mean --seed? (see chatsim run --help)" run --sede 5 "$small"
expect 2 "chatsim run: error: -x: unknown option (see chatsim run --help)" run "$small" -x
expect 2 "chatsim run: error: --progress: 'loud' is not one of auto, on, off (see chatsim run --help)" \
  run "$small" --progress loud
expect 2 "chatsim run: error: --jobs: '0' is not a number of processes, at least 1 (see chatsim run --help)" \
  run "$small" --jobs 0
expect 2 "chatsim run: error: --replications: '0' is not a number of replications, 1 to 10000 (see chatsim run --help)" \
  run "$small" --replications 0
expect 2 "chatsim run: error: --replications: '-3' is not a number of replications, 1 to 10000 (see chatsim run --help)" \
  run "$small" --replications -3
expect 2 "chatsim run: error: --precision: '0%' is no precision, such as 5% or 0.05 (see chatsim run --help)" \
  run "$small" --precision 0%
expect 2 "chatsim run: error: --max-time: '0s' is too short, more than 0s (see chatsim run --help)" \
  run "$small" --max-time 0s
expect 2 "chatsim: error: --metric: without --precision it has no meaning" run "$small" --metric tiers.gateway.utilisation
expect 2 "chatsim: error: --metric: 'tiers.gatewy.utilisation' is no number of the results, did you mean \
tiers.gateway.utilisation?; see run.json for their paths" run "$small" --set simulation.duration=500ms \
  --set simulation.warmup=100ms --precision 5% --metric tiers.gatewy.utilisation
expect 2 "chatsim run: error: --slice: 'half' is no part of a system, such as 1/100 or 0.01 (see chatsim run --help)" \
  run "$small" --slice half
expect 2 "chatsim run: error: --slice: '1/0' is no part of a system, such as 1/100 or 0.01 (see chatsim run --help)" \
  run "$small" --slice 1/0
expect 2 "--slice: error: simulation.slice: 2 is too large, at most 1" run "$small" --slice 2
expect 2 "--slice: error: simulation.slice: 0.001 is too small: it leaves 1 users, at least 2" \
  run "$small" --set population.users=1000 --slice 1/1000
expect 2 "chatsim run: error: SCENARIO is required (see chatsim run --help)" run
expect 2 "chatsim run: error: 'other.yaml': unexpected argument (see chatsim run --help)" run "$small" other.yaml
expect 2 "chatsim run: error: --json: 1 required FILE|- missing (see chatsim run --help)" run "$small" --json
expect 2 "chatsim: error: rnu: unknown command, did you mean run?" rnu "$small"
expect 2 "chatsim: error: simulate: unknown command, one of estimate, plan, durability, availability, run, check, sweep, capacity, map, blame, branch, compare, reconcile, explain, schema" simulate "$small"
expect 2 "chatsim: error: which command? one of estimate, plan, durability, availability, run, check, sweep, capacity, map, blame, branch, compare, reconcile, explain, schema"
expect 2 "chatsim: error: --verison: unknown option, did you mean --version? (see chatsim --help)" --verison

expect 2 "chatsim plan: error: services.group.service_time: its variance is infinite, so that queues before it have no mean wait; a Pareto distribution needs alpha above 2, or simulate with run" \
  plan "$small" --set "services.group.service_time=pareto(x_min=0.5ms, alpha=1.5)"
expect 2 "--range:1: error: 'population.users=1,2' is not of the form path=low,mid,high" \
  estimate "$small" --range population.users=1,2
expect 2 "--range:2: error: population.user: unknown key; did you mean 'population.users'?" \
  estimate "$small" --range population.users=1e5,2e5,4e5 --range population.user=1,2,3
expect 2 "--range:1: error: population.retention: '3' has no unit; write 3ms or 3s" \
  estimate "$small" --range population.retention=1d,2d,3
expect 2 "--range:1: error: population.group_size: with a combination of low and high values: the mean of 300 members is too large, at most population.group_size_max (200)" \
  estimate "$small" --range "population.group_size=5,lognormal(mean=13, sigma=1),300"
expect 2 "chatsim: error: --json none/estimate.json: cannot write there: No such file or directory; choose a place where files can be written" \
  estimate "$small" --json none/estimate.json

echo "== variants"
half=half:population.load_factor=0.5
scenario variant.yaml 'services:\n  gateway:\n    machines: 3\n    thread: 5\n'
expect 2 "variant.yaml:3:5: error: services.gateway.machines: cannot change while the service runs; fields that can: in \
services.gateway threads, queue_limit, service_time, cpu_share, shedding, connections_per_machine, handshake_time, heartbeat_time, outbound_limit, login_rate, spare_open_at
variant.yaml:4:5: error: services.gateway.thread: unknown key; did you mean 'threads'?
--variant slow:1: error: stores.message.write_time: '50' has no unit; write 50ms or 50s" \
  branch "$small" --at 2s --variant variant.yaml --variant slow:stores.message.write_time=50
expect 2 "chatsim: error: --at: 5s is not within the simulation: more than 0s, less than simulation.duration, 5s" \
  branch "$small" --at 5s --variant $half
expect 2 "chatsim: error: --at: 0s is not within the simulation: more than 0s, less than simulation.duration, 5s" \
  branch "$small" --at 0s --variant $half
expect 2 "chatsim branch: error: --at: '2' has no unit; write 2ms or 2s (see chatsim branch --help)" \
  branch "$small" --at 2 --variant $half
expect 2 "chatsim blame: error: --latency: 'send_to_delivr' is no latency that is followed, did you mean send_to_deliver? (see chatsim blame --help)" \
  blame "$small" --latency send_to_delivr
expect 2 "chatsim blame: error: --quantile: 'median' is no quantile that is looked at, one of p50, p99, p999 (see chatsim blame --help)" \
  blame "$small" --quantile median
expect 2 "chatsim blame: error: --faster: '100%' is no part of a time, such as 20% or 0.2 (see chatsim blame --help)" \
  blame "$small" --faster 100%
expect 2 "chatsim blame: error: --simulate: '0' is not a number of hops, 1 to 100 (see chatsim blame --help)" \
  blame "$small" --simulate 0
expect 2 "chatsim branch: error: --at is required (see chatsim branch --help)" branch "$small" --variant $half
expect 2 "chatsim branch: error: --variant is required (see chatsim branch --help)" branch "$small" --at 2s
expect 2 "chatsim: error: --variant 'population.load_factor=2': neither a file nor of the form NAME:PATH=VALUE" \
  branch "$small" --at 2s --variant population.load_factor=2
expect 2 "chatsim: error: --variant '../x:population.load_factor=2': '../x' is no name, of letters, digits, '_', '-' and '.'" \
  branch "$small" --at 2s --variant ../x:population.load_factor=2
expect 2 "chatsim: error: --variant 'half:population.load_factor=2': there is a branch of the name 'half' already" \
  branch "$small" --at 2s --variant $half --variant half:population.load_factor=2
expect 2 "chatsim: error: --variant 'baseline:population.load_factor=2': there is a branch of the name 'baseline' already" \
  branch "$small" --at 2s --variant baseline:population.load_factor=2
expect 2 "other.yaml: error: cannot read the file: No such file or directory" branch "$small" --at 2s --variant other.yaml

echo "== where results cannot be written, which is found out before the simulation"
touch file
remedy="choose a place where files can be written"
long="--set simulation.duration=1h"
expect 2 "chatsim: error: --out file/out: cannot make the folder: Not a directory; $remedy" run "$small" $long --out file/out
expect 2 "chatsim: error: --out file: cannot make the folder: Not a directory; $remedy" run "$small" $long --out file
expect 2 "chatsim: error: --out /proc/out: cannot make the folder: No such file or directory; $remedy" \
  run "$small" $long --out /proc/out
expect 2 "chatsim: error: --out /proc: cannot write there: No such file or directory; $remedy" \
  run "$small" $long --out /proc
expect 2 "chatsim: error: --json none/run.json: cannot write there: No such file or directory; $remedy" \
  run "$small" $long --json none/run.json
[[ ! -s file ]] || fail "the file in the way was written to"

echo "== Ctrl-C"
# start DIR: a run that would take hours, in a process group of its own, as a terminal has it; back when it is under way
start() {
  set -m
  "$program" run "$small" $long --set simulation.warmup=10ms --out "$1" --progress on >"$1.txt" 2>"$1.progress" &
  run=$!
  set +m
  for ((tenths = 0; tenths < 600; ++tenths)); do
    ! grep -q '^running' "$1.progress" || break
    kill -0 "$run" 2>/dev/null || break
    sleep 0.1
  done
  sleep 0.5 # past the warm-up
}
no_process_left() {
  for ((tenths = 0; tenths < 50; ++tenths)); do
    kill -0 -- "-$run" 2>/dev/null || return 0
    sleep 0.1
  done
  return 1
}

start interrupted
kill -INT -- "-$run"
wait "$run"
code=$?
[[ $code == 130 ]] || fail "an interrupted run ended with exit code $code, not 130: $(<interrupted.progress)"
[[ $(head -1 interrupted.txt) =~ ^"Interrupted after "[0-9.]+" s of simulated time: partial results"$ ]] ||
  fail "the report of an interrupted run begins with: $(head -1 interrupted.txt)"
grep -q '"interrupted": true' interrupted/run.json || fail "run.json does not say that the run was interrupted"
grep -q '"offered": [1-9]' interrupted/run.json || fail "run.json of an interrupted run has no partial results"
[[ $(ls interrupted) == $'run.json\nseries.csv' ]] || fail "left in the folder: $(ls interrupted)"
no_process_left || fail "a process is left after Ctrl-C"

# A thousand short ones: what has ended by then is kept.
set -m
"$program" run "$small" --replications 1000 --jobs 2 --json several.json --progress on >several.txt 2>several.progress &
run=$!
set +m
for ((tenths = 0; tenths < 600; ++tenths)); do
  ! grep -q '^[2-9] of at most' several.progress || break
  kill -0 "$run" 2>/dev/null || break
  sleep 0.1
done
kill -INT -- "-$run"
wait "$run"
code=$?
[[ $code == 130 ]] || fail "interrupted replications ended with exit code $code, not 130: $(<several.progress)"
grep -qE 'means of [2-9][0-9]* seeds from 1 on' several.txt || fail "interrupted replications report: $(head -5 several.txt)"
grep -qE '^chatsim: interrupted: the results of [2-9][0-9]* replications$' several.progress ||
  fail "interrupted replications say: $(tail -1 several.progress)"
grep -q '"ending": "interrupted"' several.json || fail "run.json does not say that replications were interrupted"
no_process_left || fail "a process is left after Ctrl-C among replications"

# Branches that would take hours: both under way have something, the third is not begun.
set -m
"$program" branch "$small" $long --at 2s --variant $half --variant double:population.load_factor=1.2 --jobs 2 --json branches.json \
  --out branches --progress on >branches.txt 2>branches.progress &
run=$!
set +m
for ((tenths = 0; tenths < 600; ++tenths)); do
  ! grep -q '^0 of at most 3 branches done, 2 running' branches.progress || break
  kill -0 "$run" 2>/dev/null || break
  sleep 0.1
done
sleep 0.5
kill -INT -- "-$run"
wait "$run"
code=$?
[[ $code == 130 ]] || fail "interrupted branches ended with exit code $code, not 130: $(<branches.progress)"
grep -qE '^half: interrupted after [0-9.]+ s of simulated time: partial results$' branches.txt ||
  fail "interrupted branches report: $(head -5 branches.txt)"
[[ $(ls branches) == $'baseline\nhalf' ]] || fail "left in the folder of branches: $(ls branches)"
grep -q '"result": null' branches.json || fail "branches.json does not say that one branch was not begun"
no_process_left || fail "a process is left after Ctrl-C among branches"

start twice
kill -INT -- "-$run"
kill -INT -- "-$run" 2>/dev/null
wait "$run"
code=$?
[[ $code == 130 ]] || fail "a run interrupted twice ended with exit code $code, not 130"
no_process_left || fail "a process is left after the second Ctrl-C"

start killed
kill -KILL "$run"
wait "$run" 2>/dev/null
[[ ! -e killed/run.json ]] || fail "a killed run left results that look whole"
no_process_left || fail "the simulating process outlived the program"

echo "$passed messages as expected, $failed failures"
((failed == 0))
