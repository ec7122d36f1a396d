#!/bin/bash
# usage: gate_test.sh PROGRAM
# The gate in the hands of continuous integration: what passes, what fails, what is open, and what it leaves behind.
set -u
program=$(readlink -f -- "$1")
gate=$PWD/scenarios/gate
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
failed=0

expect() { # expect CODE WHAT COMMAND...
  local code=$1 what=$2
  shift 2
  "$@" >report 2>errors
  local got=$?
  ((got == code)) && return
  printf 'FAILED: %s: exit code %d, expected %d: %s\n' "$what" "$got" "$code" "$*"
  cat report errors
  failed=1
}
holds() { # holds WHAT COMMAND...
  local what=$1
  shift
  "$@" || { echo "FAILED: $what: $*"; failed=1; }
}
scenario() { # scenario NAME BUDGET [MORE]
  printf 'extends: %s/everyday.yaml\nname: %s\nsimulation: { duration: 5s }\nbudgets:\n  - holds: %s\n%s' \
    "$gate" "$1" "$2" "${3-}" >"$1.yaml"
}

expect 0 "the default gate" "$program" check "$gate" --out out
holds "a folder with all three forms" test "$(ls out)" = $'check.json\ncheck.md\njunit.xml'
holds "the verdict of all" grep -q '^  "verdict": "passed",$' out/check.json
holds "an element for each budget" test "$(grep -c '<testcase ' out/junit.xml)" = "$(cat "$gate"/*.yaml | grep -c 'holds:')"
/usr/bin/python3 -c 'import xml.etree.ElementTree as tree; tree.parse("out/junit.xml")' || { echo "FAILED: junit.xml is no XML"; failed=1; }

# A service that was slowed down on purpose: the store of messages takes a third longer to write.
slowed=(--set "stores.message.write_time=exponential(13.3ms)")
expect 1 "a slowed service" "$program" check "$gate/everyday.yaml" "${slowed[@]}" --junit junit.xml
holds "its failures" grep -q '<failure type="missed"' junit.xml

scenario border 'tiers.message_store.utilisation <= 0.6862'
expect 3 "a budget on the border" "$program" check border.yaml --replications 5 --junit -
holds "is an error, not a failure" grep -q '<error type="inconclusive"' report
scenario nothing 'latency.blob_upload.p99 <= 10s' $'population: { attachments: { share: 0 } }\n'
expect 4 "a budget without data" "$program" check nothing.yaml
scenario unknown 'latency.send_to_delivr.p99 <= 250ms'
expect 2 "a figure that does not exist" "$program" check unknown.yaml
holds "the remedy" grep -q "did you mean 'latency.send_to_deliver.p99'?" errors
scenario free 'messages.failed == 0'
sed -i '/^budgets:/,$d' free.yaml
sed -i "s#^extends: .*#extends: $gate/../small.yaml#" free.yaml
expect 2 "nothing to check" "$program" check free.yaml
expect 0 "what has no budgets is left out beside what has" "$program" check free.yaml "$gate/everyday.yaml"
holds "and named" grep -q '^free.yaml: left out, it has no budgets$' report
mkdir empty
expect 2 "an empty folder" "$program" check empty

expect 2 "a baseline that is not there" "$program" check "$gate/everyday.yaml" --baseline baseline.json
holds "its remedy" grep -q 'baseline.json: No such file or directory; --update-baseline writes it$' errors
expect 0 "a baseline is written" "$program" check "$gate" --baseline baseline.json --update-baseline
expect 0 "nothing changed" "$program" check "$gate" --baseline baseline.json
holds "to the last bit" grep -qE '^Beside the baseline: none of [0-9]+ figures is worse, [0-9]+ the same$' report
expect 0 "nothing but the seeds changed" "$program" check "$gate/everyday.yaml" --baseline baseline.json --seed 1000 --regression 40%
holds "they are other seeds" grep -q 'other seeds' report
expect 1 "a fifth slower is a regression" \
  "$program" check "$gate/everyday.yaml" --baseline baseline.json --set "stores.message.write_time=exponential(12ms)"
holds "the changed input is named" grep -q 'Changed since the baseline: stores.message.write_time: exponential(10ms) -> exponential(12ms)' report
holds "seed by seed" grep -qE 'tiers.message_store.utilisation .* worse +same seeds' report
expect 4 "a scenario that the baseline has not" "$program" check border.yaml --baseline baseline.json --replications 2 --set budgets[0].holds='messages.failed == 0'
expect 2 "what is no baseline" "$program" check "$gate/everyday.yaml" --baseline out/check.json
expect 2 "an update of nothing" "$program" check "$gate/everyday.yaml" --update-baseline

# The example for any shell.
shell=$gate/../../docs/continuous_integration/gate.sh
expect 0 "the script for any shell" env CHATSIM="$program" "$shell" "$gate/peak.yaml"
holds "its last line" test "$(tail -n 1 report)" = "gate: passed"
holds "its reports" test "$(ls gate)" = $'check.json\ncheck.md\njunit.xml'
expect 3 "the script passes the exit code on" env CHATSIM="$program" CHATSIM_BASELINE=none "$shell" border.yaml --replications 5
/usr/bin/python3 - "$gate/../../docs/continuous_integration/github_actions.yaml" <<'END' || { echo "FAILED: the workflow"; failed=1; }
import sys, re
text = open(sys.argv[1]).read()
commands = re.findall(r"run: (.*)", text)
assert any(command.startswith("docs/continuous_integration/gate.sh ") for command in commands), commands
assert any("--update-baseline" in command for command in commands), commands
END

((failed == 0)) && echo "gate_test: all passed"
exit $failed
