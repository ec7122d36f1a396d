#!/bin/bash
# usage: commands_test.sh PROGRAM
# The contract of the command line where nothing goes wrong: what is printed where, and what is left in --out.
set -u
program=$(readlink -f -- "$1")
small=$PWD/scenarios/small.yaml
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
failed=0

check() { # check WHAT COMMAND...
  local what=$1
  shift
  "$@" || { echo "FAILED: $what: $*"; failed=1; }
}
# What the simulator itself costs differs between runs of one seed; all else may not.
results() { grep -vE '"(wall_s|platform_build_s|peak_rss_bytes)"' "$1"; }
run() { "$program" run "$small" --set simulation.duration=500ms --set simulation.warmup=100ms "$@"; }

run --out out --json copy.json >report 2>errors
check "run ends with 0" test $? = 0
check "nothing is said on standard error" test ! -s errors
check "the folder holds the results and nothing else" test "$(ls out)" = $'run.json\nseries.csv'
check "--json FILE is what run.json holds" cmp copy.json out/run.json
check "a table for people on standard output" grep -q '^Tiers$' report
check "no escapes where there is no terminal" test "$(grep -c $'\x1b' report)" = 0
check "run.json names the program's version" grep -q '^  "version": "[0-9.]*",$' out/run.json
check "run.json holds the resolved scenario" grep -q '^    "population": {$' out/run.json
check "a line of names and one a window" test "$(wc -l <out/series.csv)" = 6

run --json - >again.json 2>errors
check "--json - prints the same in place of the table" test "$(results again.json)" = "$(results out/run.json)"
check "and nothing else" test ! -s errors
run --json - --seed 2 >other.json
check "another seed gives other results" test "$(results other.json)" != "$(results out/run.json)"
run --set seed=2 --json - >set.json
check "--seed and --set seed are the same" test "$(results other.json)" = "$(results set.json)"
run --slice 1/2 --json - >half.json
run --set simulation.slice=0.5 --json - >set.json
check "--slice and --set simulation.slice are the same" test "$(results half.json)" = "$(results set.json)"
check "a part of the system is another system" test "$(results half.json)" != "$(results out/run.json)"
run --progress on >report 2>progress
check "--progress on prints lines without a terminal" grep -q '^building the datacenter$' progress

"$program" blame "$small" --set population.load_factor=1.6 --latency send_to_ack >report
check "blame warns where a queue grows without end" grep -q '^message_store is saturated: its queue grows ' report

quick=(--set simulation.duration=500ms --set simulation.warmup=100ms)
"$program" compare "$small" "${quick[@]}" --replications 2 --json differences.json >report 2>errors
check "compare ends with 0" test $? = 0
check "and says nothing on standard error" test ! -s errors
check "the changed inputs come first" grep -q '^  simulation.duration  *5s  *500ms$' report
check "then the figures" grep -qE '^  latency.send_to_ack.p99_ms +[0-9.]+ +[0-9.]+ +[+-][0-9.]+ % \+- ' report
check "JSON has every figure" grep -q '"metric": "events_per_message.push",' differences.json
"$program" run "$small" "${quick[@]}" --replications 2 --out a >/dev/null
"$program" run "$small" "${quick[@]}" --replications 2 --out b --set population.load_factor=1.2 >/dev/null
"$program" compare a b/run.json --metric 'tiers.*.utilisation' >report
check "results are compared as they are" grep -q '^  population.load_factor  1  *1.2$' report
check "a tier at a time" test "$(grep -c utilisation report)" = 10
"$program" compare a a --markdown - >report
check "nothing differs from itself" grep -q '^No input differs.$' report

run --replications 3 --jobs 1 --json three.json >report 2>errors
check "several replications end with 0" test $? = 0
check "and say nothing on standard error either" test ! -s errors
run --replications 3 --jobs 2 --json two_jobs.json >/dev/null
check "the number of processes changes nothing" test "$(results three.json)" = "$(results two_jobs.json)"
check "figures carry their intervals" grep -qE '^small on [0-9]+ machines: [0-9.]+ k/s \+- [0-9.]+ messages offered' report
check "run.json holds what each seed gave" test "$(grep -c '^      "seed": ' three.json)" = 3
check "and intervals" grep -q '^    "latency.send_to_ack.p99_ms": {$' three.json
check "of one replication there are none" grep -q '^  "intervals": {},$' out/run.json
run --precision 90% --metric 'tiers.*.utilisation' --jobs 2 --json precise.json >report
check "precision stops it" grep -q '^    "ending": "precise",$' precise.json
check "and the report says so" grep -qE '^Precise to 90 % after [0-9]+ replications, the widest interval of ' report
run --max-time 1ms --json timed.json >report
check "the first replication ends whatever the time" grep -q '^    "ending": "time_is_up",$' timed.json

branch() {
  "$program" branch "$small" --set simulation.duration=500ms --set simulation.warmup=100ms --at 200ms \
    --variant half:population.load_factor=0.5,services.group.fanout=batched --variant slow.yaml "$@"
}
printf 'stores:\n  message:\n    write_time: lognormal(mean=50ms, sigma=0.5)\n' >slow.yaml
branch --out branches --json branches.json >report 2>errors
check "branch ends with 0" test $? = 0
check "branch says nothing on standard error" test ! -s errors
check "a folder for each branch" test "$(cd branches && echo *)" = "baseline half slow"
check "with the results" test "$(ls branches/half)" = $'run.json\nseries.csv'
baseline_of() { python3 -c 'import json, sys; print(json.dumps(json.load(open(sys.argv[1]))["branches"][0]["result"], indent=1))' "$1" | results -; }
run_of() { python3 -c 'import json, sys
run, branch = json.load(open(sys.argv[1])), json.load(open(sys.argv[2]))["branches"][0]["result"]
print(json.dumps({key: run[key] for key in branch}, indent=1))' "$1" "$2" | results -; }
check "the baseline is what run gives" test "$(baseline_of branches.json)" = "$(run_of out/run.json branches.json)"
check "and in its folder, too" test "$(baseline_of branches.json)" = "$(run_of branches/baseline/run.json branches.json)"
check "before the instant all are the same" test "$(head -3 branches/slow/series.csv)" = "$(head -3 branches/baseline/series.csv)"
check "after it they are not" test "$(tail -1 branches/slow/series.csv)" != "$(tail -1 branches/baseline/series.csv)"
check "the report names the changes" grep -qF '  half: population.load_factor 1 -> 0.5, services.group.fanout each -> batched' report
check "and has a column for each branch" grep -qE '^ +baseline +half +change +slow +change$' report
check "over all and after the instant" grep -q '^After 200ms, 3 windows in 0.3 s$' report
check "--json has the changes" grep -q '"population.load_factor": "0.5",' branches.json
branch --jobs 1 --json - >again.json 2>errors
check "branches do not depend on the number of processes" test "$(results again.json)" = "$(results branches.json)"
branch --slice 1/2 --progress on >report 2>progress
check "branch --progress on prints lines" grep -qE '^[0-3] of at most 3 branches done, [0-3] running' progress

"$program" explain "$small" --set services.profile.machines=4 --seed 9 --json explain.json >explained
check "explain names the option" grep -qE '^services.profile.machines: 4 +# --set' explained
check "explain names the line of the file" grep -qE "^services.gateway.machines: [0-9]+ +# $small:[0-9]+:[0-9]+" explained
check "explain names the seed's option" grep -qE '^seed: 9 +# --seed' explained
check "explain has a JSON form" grep -q '"services.profile.machines"' explain.json

"$program" schema >schema.json
check "the schema is JSON" test "$(head -c 1 schema.json)" = "{"
"$program" schema --json file.json >nothing
check "schema --json FILE writes the same" cmp schema.json file.json
check "and prints nothing" test ! -s nothing

published=${small%/*}/chat_2b_as_published.yaml
"$program" estimate "$published" --json estimate.json >estimate 2>errors
check "estimate ends with 0" test $? = 0
check "estimate says nothing on standard error" test ! -s errors
check "estimate reads like the document" grep -qE '^  message_storage +1,500 d x 100 billion x 800 B +1.2 EB +120 PB +140 PB  differs$' estimate
for part in Estimates Notes 'Reasons to scale' 'Growth of storage'; do
  check "estimate shows: $part" grep -q "^$part" estimate
done
check "estimate --json has 26 figures" test "$(grep -c '"verdict":' estimate.json)" = 26
for key in name formula unit published recomputed exact verdict note; do
  check "each figure has its $key" test "$(sed -n '/"figures"/,/"reasons"/p' estimate.json | grep -c "^      \"$key\":")" = 26
done
"$program" estimate "$published" --json - >again.json
check "estimate --json - prints the same" cmp estimate.json again.json
"$program" estimate "$published" --markdown >estimate.md
check "estimate --markdown is a table of Markdown" grep -q '^| message_disks | message_storage x replication / disk_capacity | 120 PB x 3 / 100 TB | 30,000 | 3,600 | 4,197 | differs |$' estimate.md
"$program" estimate "$small" >estimate
check "without a document there are exact figures alone" test "$(grep -cE 'recomputed|differs' estimate)" = 0
"$program" estimate "$small" --range population.users=1e5,2e5,4e5 >ranges
check "estimate --range gives intervals" grep -qE '^  profile_storage +200,000 x 164 B +32.8 MB \(16.4 MB - 65.6 MB\)$' ranges
"$program" estimate "$small" --set population.users=4e5 >set
check "estimate --set changes figures" grep -qE '^  profile_storage +400,000 x 164 B +65.6 MB$' set

"$program" durability "$small" --json durability.json >durability 2>errors
check "durability ends with 0" test $? = 0
check "durability says nothing on standard error" test ! -s errors
for part in Tables 'Chance that any row is lost within 1 year' 'Machines that fail more often' 'What buys a nine: message' \
  'What this assumes'; do
  check "durability shows: $part" grep -q "^$part" durability
done
check "durability --json holds the alternatives" grep -q '"change": "4 replicas"' durability.json
check "and where formula and simulation meet" grep -q '"agrees": true' durability.json
"$program" durability "$small" --json - >again.json
check "the same seed gives the same losses" cmp durability.json again.json
"$program" durability "$small" --no-simulation --years 10 >durability
check "durability --no-simulation has formulas alone" test "$(grep -c 'Machines that fail more often' durability)" = 0
check "durability --years" grep -q '^Chance that any row is lost within 10 years' durability
"$program" durability "$small" --no-simulation --set faults.random.disk.time_to_failure=1h \
  --set stores.message.growth.bandwidth=1kB/s >durability
check "machines that are never filled again are a 1" test $? = 1

"$program" availability "$small" --kind power --seeds 2 --json availability.json >availability 2>errors
check "availability ends with 0" test $? = 0
check "availability says nothing on standard error" test ! -s errors
for part in 'A year of each operation' 'What takes send away' 'What this assumes'; do
  check "availability shows: $part" grep -q "^$part" availability
done
check "availability names who owns the downtime" grep -qE '^  send .* power domain 100 %$' availability
for operation in send deliver login upload; do
  check "availability --json has $operation" grep -q "^    \"$operation\": {$" availability.json
done

blame() { "$program" blame "$small" --set simulation.duration=2s --set simulation.traces=2000 --progress off "$@"; }
blame --out blamed --trace picture.json --json blame.json >report 2>errors
check "blame ends with 0" test $? = 0
check "blame says nothing on standard error" test ! -s errors
check "a table for each latency and quantile" test "$(grep -cE '^send_to_(ack|deliver) p(50|99|99\.9): [0-9.]+ [mu]?s, hop by hop' report)" = 6
check "with the hops" grep -qE '^  service of message_store \(write\) +[0-9.]+ [mu]?s +[0-9.]+ % +[0-9.]+ [mu]?s$' report
check "and the slowest messages" grep -q '^The slowest send_to_deliver$' report
check "the folder holds blame and trace" test "$(ls blamed)" = $'blame.json\ntrace.json'
check "--json FILE is what blame.json holds" cmp blame.json blamed/blame.json
check "--trace FILE is what trace.json holds" cmp picture.json blamed/trace.json
check "the trace is JSON with events" python3 -c 'import json; assert len(json.load(open("picture.json"))["traceEvents"]) > 100'
blame --latency send_to_ack --quantile p99.9 >report
check "--latency and --quantile choose one table" test "$(grep -c 'hop by hop' report)" = 1
blame --simulate 1 --replications 2 --jobs 2 --latency send_to_ack --quantile p50 >report 2>errors
check "blame --simulate ends with 0" test $? = 0
check "calculated stands beside simulated" \
  grep -qE '^  service of message_store \(write\) +send_to_ack p50 +[0-9.]+ ms \+- [0-9.]+ +[0-9.]+ ms \+- [0-9.]+ ' report
check "with what was changed" grep -qF '  service of message_store (write): stores.message.write_time x 0.8' report
run --set simulation.traces=200 --json followed.json >report
check "run says what owns the p99 of messages that it followed" grep -q '^What owns the latencies, by messages that were followed' report
check "blame is all that differs in run.json" python3 - out/run.json followed.json <<'END'
import json, sys
plain, followed = (json.load(open(path)) for path in sys.argv[1:])
costs = ("wall_s", "platform_build_s", "peak_rss_bytes", "blame", "resolved_scenario", "replications", "intervals")
assert followed["blame"]["latency"] and not plain["blame"]["latency"]
assert all(plain[key] == followed[key] for key in plain if key not in costs)
END

check "--version" grep -qE '^chatsim [0-9]+\.[0-9]+\.[0-9]+$' <("$program" --version)
for command in durability availability estimate run blame branch explain schema; do
  check "$command --help has examples" grep -q '^Examples:$' <("$program" $command --help)
done
((failed == 0)) && echo "the commands keep their contract"
