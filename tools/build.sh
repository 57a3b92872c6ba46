#!/bin/bash
# usage: tools/build.sh PRESET [OPTION=VALUE]... -- [TARGET]...
# Configures build/PRESET where that is needed, then builds targets there (all of them). Shows how far it is: in place
# on a terminal, else a line for every tenth part. What CMake and compilers say is in build/PRESET/build.log, and
# what they say of an error is shown. JOBS is how many compilers run at once.
set -euo pipefail
[[ $# -ge 2 && " $* " == *" -- "* ]] || { sed -n '2,5s/^# //p' "$0" >&2; exit 2; }
cd "$(dirname "$0")/.."
preset=$1 options=()
while shift; [[ $1 != -- ]]; do options+=("-D$1"); done
shift
folder=build/$preset log=build/$preset/build.log
mkdir -p "$folder"

fail() {  # fail WHAT: with the log's first error, if it names one, else its end
  local shown
  shown=$(grep -m 1 -A 15 -E '(^|[^a-z])(error|Error):?[ :]|^FAILED:' "$log" || tail -n 20 "$log")
  printf '%s\n%s failed; all that it said: %s\n' "$shown" "$1" "$log" >&2
  exit 1
}

is_set() { grep -qs "^${1%%=*}:[A-Z]*=${1#*=}\$" "$folder/CMakeCache.txt"; }
wanted=0
for option in "${options[@]}"; do is_set "${option#-D}" || wanted=1; done
# Where a CMake file changed, Ninja configures again by itself.
if [[ $wanted == 1 || ! -f $folder/build.ninja ]]; then
  cmake --preset "$preset" "${options[@]}" >"$log" 2>&1 || fail "configuring $folder"
fi

show() {  # ninja's lines, which begin with "[done/all]"
  awk -v terminal="$([[ -t 1 ]] && echo 1)" -v width="$(tput cols 2>/dev/null || echo 80)" -v folder="$folder" '
    BEGIN { if (!width) width = 80 }
    match($0, /^\[[0-9]+\/[0-9]+\]/) {
      split(substr($0, 2, RLENGTH - 2), step, "/")
      tenth = int(10 * step[1] / step[2])
      if (terminal) {
        printf "\r\033[K%s", substr($0, 1, width - 1)
        fflush()
      } else if (tenth != last && step[2] >= 10) {
        printf "%s: %d of %d steps\n", folder, step[1], step[2]
        fflush()
      }
      last = tenth
    }
    END { if (terminal) printf "\r\033[K" }'
}
start=$SECONDS
cmake --build "$folder" -j "${JOBS:-$(nproc)}" ${1:+--target "$@"} 2>&1 | tee "$log" | show || fail "building $folder"
echo "$folder: built in $((SECONDS - start)) s"
