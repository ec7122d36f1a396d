#!/bin/bash
# usage: catalogue_test.sh PROGRAM
# Every scenario of the catalogue can be explained, runs for a moment of simulated time, and keeps the books.
set -u
program=$1
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
failed=0 ran=0

for scenario in scenarios/*.yaml; do
  echo "== $scenario"
  # A million machines take 20 s and 4 GB; a twentieth of them is as large as chat_2b.yaml.
  slice=1
  [[ $scenario == */ten_billion.yaml ]] && slice=0.05
  "$program" explain "$scenario" >/dev/null || { echo "explain: exit code $?"; failed=1; continue; }
  "$program" run "$scenario" --set simulation.duration=60ms --set simulation.warmup=20ms \
    --set simulation.window=10ms --set simulation.slice=$slice --progress off --out "$out" >"$out/stdout" || { echo "run: exit code $?"; failed=1; continue; }
  /usr/bin/python3 - "$out/run.json" <<'END' || failed=1
import json, sys
run = json.load(open(sys.argv[1]))
residual = run["invariants"]["conservation_residual"]
print(f"{run['machines']} machines, {run['messages']['offered']} messages offered, conservation residual {residual}")
sys.exit(residual != 0 or run["messages"]["offered"] == 0)
END
  ran=$((ran + 1))
done
echo "$ran scenarios ran"
((ran > 0 && failed == 0))
