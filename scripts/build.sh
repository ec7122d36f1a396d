# Sourced by ./chatsim, tests/run and tests/evidence/lib.sh: installs what is missing, configures, builds.
# Needs `root` (the checkout). Nothing here writes to standard output: that belongs to the program.
# Environment: CHATSIM_JOBS, compile jobs at a time (default: one a core).

say() { printf 'chatsim: %s\n' "$*" >&2; }
fail() { say "error: $*"; exit 70; }

# packages_of SECTION...: names listed in packages.txt under [SECTION], one a line.
packages_of() {
  local section='' name rest wanted
  while read -r name rest; do
    case $name in
      ''|'#'*) ;;
      '['*) section=${name//[\[\]]/} ;;
      *) for wanted in "$@"; do [[ $section != "$wanted" ]] || printf '%s\n' "$name"; done ;;
    esac
  done <"$root/packages.txt"
}

missing_packages() {
  local name
  local -A installed=()
  while read -r name; do installed[$name]=1; done < <(
    dpkg-query -W -f '${db:Status-Status} ${Package}\n' 2>/dev/null | sed -n 's/^installed //p')
  while read -r name; do [[ -n ${installed[$name]-} ]] || printf '%s\n' "$name"; done < <(packages_of "$@")
}

install_packages() {
  if ! command -v dpkg-query >/dev/null; then
    say "this is not Debian: what packages.txt lists must be there already"
    return
  fi
  local -a missing as_root=()
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]})) || return 0
  local command="apt-get install -y --no-install-recommends ${missing[*]}"
  if ((EUID != 0)); then
    sudo -n true 2>/dev/null || fail "packages are missing; as root run: apt-get update && $command"
    as_root=(sudo -n)
  fi
  say "installing ${#missing[@]} Debian packages, once: ${missing[*]}"
  local log=$root/build/packages.log
  mkdir -p "$root/build"
  apt_get() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive LC_ALL=C \
      apt-get -q -y -o DPkg::Lock::Timeout=300 "$@" >>"$log" 2>&1 </dev/null
  }
  : >"$log"
  # The lists may be absent (a fresh root) or too old to find anything: only then are they worth a download.
  apt_get install --no-install-recommends "${missing[@]}" && return
  apt_get update && apt_get install --no-install-recommends "${missing[@]}" && return
  tail -n 15 "$log" >&2
  fail "packages could not be installed (log: $log); as root run: apt-get update && $command"
}

# build PRESET FOLDER TESTS TARGET...: FOLDER is below build/, TESTS is ON or OFF.
build() {
  local preset=$1 folder=$root/build/$2 tests=$3 log
  shift 3
  local -a fresh=()
  # A folder that was configured for a checkout elsewhere (moved, copied, a chroot) is configured anew.
  if [[ -e $folder/CMakeCache.txt ]] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$folder/CMakeCache.txt"; then
    fresh=(--fresh)
  fi
  log=$folder/configure.log
  mkdir -p "$folder"
  (cd "$root" && cmake --preset "$preset" -B "$folder" -DCHATSIM_TESTS="$tests" "${fresh[@]}") >"$log" 2>&1 </dev/null || {
    tail -n 20 "$log" >&2
    fail "configuring failed (log: $log)"
  }
  local -a jobs=()
  [[ -z ${CHATSIM_JOBS-} ]] || jobs=(-j "$CHATSIM_JOBS")
  ninja -C "$folder" "${jobs[@]}" "$@" >&2 </dev/null || fail "the build failed, see above (folder: $folder)"
}

# One build at a time: two first starts must not write the same folder.
lock_builds() {
  mkdir -p "$root/build" || fail "cannot write to $root/build"
  exec {build_lock}>"$root/build/.lock"
  flock -n "$build_lock" || { say "waiting for another build to end"; flock "$build_lock"; }
}
unlock_builds() { exec {build_lock}>&-; }
