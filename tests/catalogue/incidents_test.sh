#!/bin/bash
# usage: incidents_test.sh PROGRAM [NAME...]
# Every incident of the catalogue comes out as its scenario says: its budgets are met, no promise is broken, and once all is mended
# the service heals. Each has a description of its own, and is named after its file.
set -u
program=$1
shift
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
failed=0 ran=0

check() {
  local scenario=$1 name
  name=$(basename "$scenario" .yaml)
  "$program" run "$scenario" --progress off --out "$out/$name" >"$out/$name.txt"
  local code=$?
  if ((code != 0)); then
    sed -n '/^Budgets/,$p; /^Not healed/,/^$/p' "$out/$name.txt"
    echo "exit code $code"
    return 1
  fi
  /usr/bin/python3 - "$out/$name/run.json" "$name" <<'END'
import json, sys
run = json.load(open(sys.argv[1]))
wrong = []
if run["scenario"] != sys.argv[2]: wrong.append(f"is named {run['scenario']}")
if not run["budgets"]: wrong.append("has no budgets")
if any(not budget["because"] for budget in run["budgets"]): wrong.append("has a budget without a reason")
wrong += [f"{name}: {promise['count']} {promise['what']}, though {promise['reason']}"
          for name, promise in run["promises"].items() if promise["promised"] and not promise["kept"]]
if run["incidents"] and not run["settle"]["demanded"]: wrong.append("was given no time to heal")
for line in wrong: print(line)
print(f"{len(run['budgets'])} budgets met, {len(run['incidents'])} incident(s), healed after {run['settle']['after_s']} s")
sys.exit(bool(wrong))
END
}

for scenario in scenarios/incidents/*.yaml; do
  name=$(basename "$scenario" .yaml)
  (($# > 0)) && [[ " $* " != *" $name "* ]] && continue
  echo "== $name"
  check "$scenario" || failed=1
  ran=$((ran + 1))
done
echo "$ran incidents ran"
((ran > 0 && failed == 0))
