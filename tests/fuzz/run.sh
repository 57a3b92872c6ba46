#!/bin/sh
# usage: tests/fuzz/run.sh SECONDS
# Builds every fuzz target with clang 19 and sanitizers in build/fuzz and runs each for SECONDS on its
# corpus. Fails on the first finding, which stays in build/fuzz/findings. What a run learns stays in
# build/fuzz/learned; the corpora here are only read.
set -eu
[ $# = 1 ] || { sed -n '2,5s/^# //p' "$0" >&2; exit 2; }
seconds=$1
# LLVM's headers poison memory that its own, uninstrumented library then writes.
export ASAN_OPTIONS=allow_user_poisoning=0
cd "$(dirname "$0")/../.."
targets=$(cd tests/fuzz && ls ./*_fuzzer.cpp | sed 's|^\./||; s|\.cpp$||')
tools/build.sh fuzz -- $targets
for target in $targets; do
  name=${target%_fuzzer}
  mkdir -p "build/fuzz/learned/$name" build/fuzz/findings
  dict=tests/fuzz/$name.dict
  log=build/fuzz/$name.log
  "build/fuzz/fuzz/$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=65536 \
    -print_final_stats=1 -artifact_prefix=build/fuzz/findings/ $([ ! -f "$dict" ] || echo "-dict=$dict") \
    "build/fuzz/learned/$name" "tests/fuzz/corpus/$name" >"$log" 2>&1 ||
    { tail -n 60 "$log"; echo "$target: found something; all that it said: $log" >&2; exit 1; }
  sed -n "s/^stat::number_of_executed_units: */$target: no finding in $seconds s, inputs tried: /p" "$log"
done
