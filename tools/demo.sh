#!/bin/bash
# usage: tools/demo.sh BIN-DIR [MODEL.gguf [PROMPT]]
# The way of a model from a file to a program that tells a story, and what that took.
set -euo pipefail
[[ $# -ge 1 ]] || { sed -n '2,3s/^# //p' "$0" >&2; exit 2; }
root=$(cd "$(dirname "$0")/.." && pwd)
bin=$(realpath "$1")
model=${2:-models/tales.gguf}
prompt=${3:-Once there was a}
[[ $# -ge 2 ]] || cd "$root"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

heading() { printf '\n\033[1m%s\033[0m\n' "$*"; }
[[ -t 1 ]] || heading() { printf '\n%s\n' "$*"; }

timed() {  # timed COMMAND…: runs it and leaves its seconds in $took
  local start=$EPOCHREALTIME
  "$@"
  took=$(awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.2f", b - a }')
}

show() { echo "   \$ ${*//"$work/"/}"; }

size() { awk -v bytes="$(wc -c <"$1")" 'BEGIN { printf "%.2f MiB", bytes / 1048576 }'; }
# of JSON KEY: the first number of that name which stands two levels deep.
of() { sed -n "s/^  \"$2\": \([0-9]*\),*$/\1/p" "$1" | head -1; }

heading "1. A model: $model, $(size "$model")"
"$bin/emel-inspect" "$model" | sed -n '2,/^$/s/^ /   /p'

heading "2. Compile it: reader, importer, passes, plan, machine code, one executable"
show emel-compile "$model" --emit=exe -o tales
timed "$bin/emel-compile" "$model" --emit=exe -o "$work/tales" 2>"$work/log" || { cat "$work/log" >&2; exit 1; }
compile=$took
"$bin/emel-inspect" "$work/tales" --format=json >"$work/tales.json"
echo "   $compile s, $(size "$work/tales"): a program of its own, with the weights in the order in which its code reads them"

heading "3. It tells a story, greedily"
show ./tales -p "'$prompt'" --timings
timed "$work/tales" -p "$prompt" --timings 2>"$work/timings" >"$work/story"
story=$took
fold -s -w 90 "$work/story" | sed 's/^/     /'
echo
sed 's/^/   /' "$work/timings"

heading "4. What was just done"
awk -v weights="$(of "$work/tales.json" weights_bytes)" -v arena="$(of "$work/tales.json" arena_bytes)" \
    -v kv="$(of "$work/tales.json" kv_bytes)" -v worker="$(of "$work/tales.json" scratch_bytes)" \
    -v compile="$compile" -v story="$story" 'BEGIN {
  printf "   compiled in %s s; the story took %s s, from the start of the process to its end\n", compile, story
  printf "   memory, known before the first run: %.2f MiB of weights mapped from the file,\n", weights / 1048576
  printf "   %.2f MiB of keys and values for a whole context, %.2f MiB to compute in, %.1f KiB per worker\n", kv / 1048576, arena / 1048576, worker / 1024
}'
echo "   any number of threads gives the same text, since every result has the same bits:"
for threads in 1 2 7; do
  "$work/tales" -p "$prompt" --threads=$threads 2>/dev/null | cmp -s - "$work/story" ||
    { echo "   $threads threads told another story" >&2; exit 1; }
  echo "     $threads thread$([[ $threads == 1 ]] || echo s): the same story"
done

bin=${bin#"$root"/}
heading "Next, with a model of your own"
cat <<NEXT
   $bin/emel-compile model.gguf -o model.emel            # or --emit=exe -o model: one executable
   $bin/emel-run model.emel -p 'Once upon a time'
   $bin/emel-inspect model.gguf                          # what it holds
NEXT
heading "Next, with this one"
cat <<NEXT
   the same program, to keep $bin/emel-compile $model --emit=exe -o tales && ./tales -p '$prompt'
   the memory plan, drawn    $bin/emel-compile $model --emit=plan-svg -o plan.svg
   the code                  $bin/emel-compile $model --emit=asm -o tales.s
   every byte of the file    $bin/emel-inspect $model --map
   the other tools           make tools
   everything, checked       make test
NEXT
