#!/bin/bash
# usage: tests/instrumented.sh address|thread RELEASE CHECKED
# Runs compiled models on several workers in code that is instrumented for a sanitizer, so that kernels
# are checked together with the runtime. emel-compile is of the build folder RELEASE, emel-run of
# CHECKED, which is built with the sanitizer.
set -euo pipefail
[ $# = 3 ] || { sed -n '2,5s/^# //p' "$0" >&2; exit 2; }
sanitizer=$1 release=$2/bin checked=$3/bin
export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
tokens=1,5,7,2,9,4,4,11,300,21,33,8,60,77,13,100,5,81,19,2
check() {  # check NAME MODELGEN-OPTION…
  local name=$1 gguf=$folder/$1.gguf
  shift
  "$release/emel-modelgen" --layers=2 --embd=64 --heads=4 --kv-heads=2 --ffn=96 --vocab=400 \
    --context=64 --fill=quantized "$@" -o "$gguf"
  "$release/emel-compile" "$gguf" -q --small=1 --batch=16 -o "$folder/plain.emel"
  "$release/emel-compile" "$gguf" -q --small=1 --batch=16 --sanitize="$sanitizer" -o "$folder/checked.emel"
  for options in "" --one-by-one; do
    "$release/emel-run" "$folder/plain.emel" --tokens "$tokens" --logits "$folder/plain.f32" $options
    for workers in 1 2 3; do
      "$checked/emel-run" "$folder/checked.emel" --tokens "$tokens" --threads "$workers" $options \
        --logits "$folder/checked.f32"
      cmp "$folder/plain.f32" "$folder/checked.f32"
    done
  done
  echo "$name: no errors on 1 to 3 workers, the same bits"
}
check dense --type=q4_0
check experts --experts=4 --experts-used=2 --type=q8_0
