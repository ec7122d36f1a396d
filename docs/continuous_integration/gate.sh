#!/bin/bash
# usage: gate.sh SCENARIO|FOLDER...
# A gate for any shell: budgets, and figures beside baseline.json where there is one. Leaves the verdict in gate/ as JSON,
# Markdown and XML of JUnit, says in a line what it means, and passes the exit code on.
# CHATSIM names the program (./chatsim), CHATSIM_BASELINE the baseline (baseline.json), CHATSIM_REGRESSION what is allowed (5%).
set -u
program=${CHATSIM:-./chatsim}
baseline=${CHATSIM_BASELINE:-baseline.json}
options=(--out gate)
[[ -f $baseline ]] && options+=(--baseline "$baseline" --regression "${CHATSIM_REGRESSION:-5%}")

"$program" check "$@" "${options[@]}"
code=$?
case $code in
  0) echo "gate: passed" ;;
  1) echo "gate: a budget is missed or a figure has become worse: see gate/check.md" ;;
  2) echo "gate: a scenario or the call is wrong: see above" ;;
  3) echo "gate: inconclusive: a limit lies within the interval of its figure; move it, or give --replications more" ;;
  4) echo "gate: a budget or the baseline is about a figure that was not measured" ;;
  130) echo "gate: interrupted" ;;
  *) echo "gate: internal error $code: please report it with the scenario" ;;
esac
exit $code
