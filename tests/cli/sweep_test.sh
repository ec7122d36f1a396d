#!/bin/bash
# usage: sweep_test.sh PROGRAM
# A sweep that is killed at any moment goes on where it was, runs nothing twice, and leaves the same file to the byte.
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
call=("$program" sweep "$small" --set simulation.duration=1s --set simulation.warmup=200ms --progress off
  --axis population.load_factor=0.5..1.5:4 --axis services.messaging.machines=2,3,4)
sweep() { "${call[@]}" --replications 2 "$@"; }

sweep --out whole >report
check "a sweep ends with 0" test $? = 0
check "a line a point" test "$(wc -l <whole/sweep.csv)" = 13
check "nothing else is left" test "$(ls whole)" = $'sweep.csv\nsweep.sqlite'
check "points in order" grep -qE '^0,0.5,2,2,0,' whole/sweep.csv

for delay in 0.2 0.15 0.25; do
  "${call[@]}" --replications 2 --out killed >/dev/null 2>&1 &
  sleep $delay
  kill -9 $! && wait $! 2>/dev/null
done
done_before=$(/usr/bin/python3 -c 'import sqlite3; print(sqlite3.connect("killed/sweep.sqlite").execute("SELECT count(*) FROM run").fetchone()[0])')
check "it was killed in the middle: $done_before of 24" test "$done_before" -gt 0 -a "$done_before" -lt 24
sweep --out killed >report 2>errors
check "the last call ends with 0" test $? = 0
check "and says what was there" grep -qE "^chatsim: $done_before runs were in killed/sweep.sqlite already\$" errors
check "the same file to the byte" cmp whole/sweep.sqlite killed/sweep.sqlite
check "the same table" cmp whole/sweep.csv killed/sweep.csv

sweep --jobs 1 --out one >/dev/null
check "the number of processes changes nothing" cmp whole/sweep.sqlite one/sweep.sqlite
sweep --out whole --seed 2 >/dev/null 2>errors
check "another sweep does not go into its file" test $? = 2
check "and is told why" grep -q 'whole/sweep.sqlite: is another sweep, its first_seed differs; give it another file, or remove this one$' errors
sweep --axis stores.group.replication=3,7 >/dev/null 2>errors
check "impossible points are told before anything runs" test $? = 2
check "with their number and the remedy" grep -q -- '--axis: 12 of 24 points are not possible, --skip-invalid leaves them out; point 1 (0.5, 2, 7): ' errors
"${call[@]}" --axis stores.group.replication=3,7 --skip-invalid --csv sweep.csv >report
check "or left out" test "$(grep -cE '^[0-9]+,[^,]*,[^,]*,7,0,1,' sweep.csv)" = 12
((failed == 0)) && echo "sweeps go on"
exit $failed
