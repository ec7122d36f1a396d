#!/bin/bash
# usage: smoke_test.sh CHATSIM_BENCH
# The small benchmarks run, and compute the same twice. How long they take is no test's business.
set -u
first=$("$1" --smoke) || exit
second=$("$1" --smoke) || exit
echo "$first"
grep -cE '^[a-z_0-9]+ [0-9a-f]{16,}$' <<<"$first" | grep -qx 9 || { echo "nine hashes were expected"; exit 1; }
[[ $first == "$second" ]] || { echo "the second run computed something else:"; echo "$second"; exit 1; }
