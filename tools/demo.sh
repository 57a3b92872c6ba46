#!/bin/bash
# usage: tools/demo.sh BIN-DIR [MODEL.gguf [PROMPT]]
# The way of a model through what exists today: what the file holds, the IR that the importer makes of
# it, what canonicalisation does to it, and a few tokens from the reference interpreter.
set -euo pipefail
[[ $# -ge 1 ]] || { sed -n '2,4s/^# //p' "$0" >&2; exit 2; }
root=$(cd "$(dirname "$0")/.." && pwd)
bin=$(realpath "$1")
model=${2:-models/tales.gguf}
prompt=${3:-Once there was a}
new_tokens=53
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

run() {  # run OUT COMMAND…: shows the command, then runs it into OUT
  local out=$1
  shift
  echo "   \$ ${*//"$work/"/}"
  timed "$bin/$1" "${@:2}" >"$out"
}

kilobytes() { awk -v bytes="$(wc -c <"$1")" 'BEGIN { printf "%.1f kB", bytes / 1000 }'; }

op_counts() {  # op_counts IR OUT: "name count" of each op of the emel dialect
  "$bin/emel-opt" "$1" --print-op-stats -o /dev/null 2>&1 |
    awk '$1 ~ /^emel\./ { gsub(",", ""); print $1, $2 }' | sort >"$2"
}

heading "1. A model: $model, $(kilobytes "$model")"
"$bin/emel-inspect" "$model" | sed -n '2,/^$/s/^ /   /p'

heading "2. Import: the file becomes IR"
run "$work/model.mlir" emel-compile "$model" --emit=mlir
echo "   $took s, $(wc -l <"$work/model.mlir") lines, $(kilobytes "$work/model.mlir"): weights stay in the file, the IR names their bytes. The first op:"
grep -m 1 'emel.get_rows' "$work/model.mlir" | sed 's/ loc(.*//; s/^ */     /'

heading "3. Simplify: the same numbers from fewer ops"
run "$work/simple.mlir" emel-opt "$work/model.mlir" --emel-simplify
op_counts "$work/model.mlir" "$work/before"
op_counts "$work/simple.mlir" "$work/after"
echo "   $took s"
join -a 1 -a 2 -e 0 -o 0,1.2,2.2 "$work/before" "$work/after" | awk '
  BEGIN { printf "   %-18s%10s%14s\n", "op", "imported", "simplified" }
  { printf "   %-18s%10d%14d%s\n", $1, $2, $3, $2 == $3 ? "" : sprintf("  %+d", $3 - $2)
    before += $2; after += $3; change[$1] = $3 - $2 }
  END {
    printf "   %-18s%10d%14d  %+d\n\n", "all", before, after, after - before
    if (change["emel.mul"] < 0 && !change["emel.rms_norm"])
      print "   Each norm took in the product with its weight, so emel.mul went."
    if (change["emel.glu"] > 0)
      print "   Each activation and the product behind it became one gated unit, emel.glu."
    if (change["emel.get_weight"] < 0)
      print "   A weight that was named twice is named once."
  }'

heading "4. Continue a text, greedily, with the reference interpreter"
ids=$(printf '%s' "$prompt" | "$bin/emel-tokenize" "$model" | tr -d '[] \n')
echo "   prompt: \"$prompt\" = tokens $ids"
run "$work/ids" emel-interpret "$model" --tokens "$ids" --generate $new_tokens
tr -s ', \n' ' ' <"$work/ids" | fold -s -w 90 | sed 's/^/   /'
echo
echo "   $took s for $(tr ',' '\n' <<<"$ids" | wc -l) + $new_tokens tokens: it computes op by op, slow and obvious, to judge faster code by."
echo
{ echo "$ids"; cat "$work/ids"; } | tr ',\n' '  ' | "$bin/emel-tokenize" "$model" --detokenize --no-special |
  fold -s -w 90 | sed 's/^/     /'
echo

heading "Next"
bin=${bin#"$root"/}
cat <<NEXT
   every byte of the file    $bin/emel-inspect $model --map
   where a weight is used    $bin/emel-compile $model --why blk.0.attn_q.weight
   what each pass does       $bin/emel-compile $model | $bin/emel-opt --emel-simplify --mlir-print-ir-after-all
   everything, checked       make test
NEXT
