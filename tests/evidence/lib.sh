# Sourced by the evidence scripts. NN_name measures one claim that the project makes: it prints what it measures and
# the figure, and exits non-zero when the figure falls short. They run by themselves, from anywhere:
#   tests/evidence/02_1_full_system
# Temporary files go to $scratch, which is removed at the end.
set -u
root=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
python=/usr/bin/python3 # Debian's: another may come first on PATH
scratch=$(mktemp -d "${TMPDIR:-/tmp}/chatsim-evidence.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM
shortfalls=0

# short WHY: nothing can be measured, which is a failure and no skip.
short() { printf 'NOT SHOWN: %s\n' "$*"; exit 1; }

note() { printf '     %-58s %s\n' "$1" "$2"; }

# check WHAT FIGURE OPERATOR LIMIT: prints a number beside its limit. Operators: == <= >= < >.
check() {
  local mark=ok
  awk -v figure="$2" -v limit="$4" "BEGIN { exit !(figure ~ /^[-+]?[0-9]/ && figure + 0 $3 limit + 0) }" || {
    mark=FAIL
    shortfalls=$((shortfalls + 1))
  }
  printf '%-4s %-58s %s (%s %s)\n' "$mark" "$1" "${2:-nothing}" "$3" "$4"
}

verdict() {
  ((shortfalls == 0)) && { echo "shown"; exit 0; }
  echo "NOT SHOWN: figures above that fall short: $shortfalls"
  exit 1
}

# field RUN.JSON EXPRESSION: a Python expression of the loaded `run`; prints nothing when it is not there.
field() {
  "$python" -c 'import json, sys; run = json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$1" "$2" 2>/dev/null
}

# ready: builds first, so that no later measurement holds a build.
ready() { "$root/chatsim" explain "$root/scenarios/small.yaml" >/dev/null || short "the program cannot be built"; }

# simulate OUT SCENARIO [OPTION...]: runs a scenario of the catalogue on one core. Prints the program's report, leaves
# OUT/run.json, and sets outer_wall_s, outer_processor_s and outer_rss_bytes, as measured from outside.
simulate() {
  local out=$1 scenario=$2 allowed
  shift 2
  allowed=$(sed -n 's/^Cpus_allowed_list:[[:space:]]*//p' /proc/self/status)
  read -r outer_wall_s outer_processor_s outer_rss_bytes < <("$python" - "$scratch/report" taskset -c "${allowed##*[,-]}" \
    "$root/chatsim" run "$root/scenarios/$scenario" --out "$out" --progress off "$@" <<'END'
import resource, subprocess, sys, time
started = time.monotonic()
status = subprocess.run(sys.argv[2:], stdin=subprocess.DEVNULL, stdout=open(sys.argv[1], "w")).returncode
wall = time.monotonic() - started
if status == 0:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"{wall:.2f} {used.ru_utime + used.ru_stime:.2f} {used.ru_maxrss * 1024}")
END
  )
  cat "$scratch/report"
  [[ -n $outer_wall_s ]] || short "chatsim run scenarios/$scenario failed"
}

# test_build: builds the tests in build/tests, as tests/run does.
test_build() {
  (
    source "$root/scripts/build.sh"
    lock_builds
    install_packages program tests
    build release tests ON
  ) 2>"$scratch/build.log" || { cat "$scratch/build.log"; short "the tests cannot be built"; }
}

# catch_tests FILTER NAME...: runs what matches Catch2's filter (a tag, say) in every test program of build/tests and
# shows the figures that the tests print; every NAME (a regular expression) must be the name of one of these tests.
catch_tests() {
  local filter=$1 program names all_names='' wanted
  shift
  while read -r program; do
    names=$("$program" --list-test-names-only "$filter" 2>/dev/null)
    [[ -n $names ]] || continue
    all_names+=$names$'\n'
    (cd "$root" && "$program" "$filter") >"$scratch/catch" 2>&1 </dev/null
    check "${program##*/} $filter: exit code" $? '==' 0
    grep -vE '^(~|-|=|\.)*$' "$scratch/catch" | tail -n 150
  done < <(find "$root/build/tests/tests" -type f -executable -not -path '*/bench/*' -not -path '*/CMakeFiles/*' | sort)
  for wanted in "$@"; do
    check "tests named like '$wanted'" "$(grep -ciE "$wanted" <<<"$all_names")" '>=' 1
  done
}
