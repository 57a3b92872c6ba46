#!/bin/sh
# usage: tests/fuzz/run.sh SECONDS [CMAKE-OPTION…]
# Builds every fuzz target with clang 19 and sanitizers in build/fuzz and runs each for SECONDS on its
# corpus. Fails on the first finding, which stays in build/fuzz/findings. What a run learns stays in
# build/fuzz/learned; the corpora here are only read.
set -eu
[ $# -ge 1 ] || { sed -n '2,5s/^# //p' "$0" >&2; exit 2; }
seconds=$1
# LLVM's headers poison memory that its own, uninstrumented library then writes.
export ASAN_OPTIONS=allow_user_poisoning=0
shift
cd "$(dirname "$0")/../.."
cmake -S . -B build/fuzz -G Ninja -DCMAKE_C_COMPILER=clang-19 -DCMAKE_CXX_COMPILER=clang++-19 \
  -DCMAKE_BUILD_TYPE=RelWithDebInfo -DEMEL_FUZZ=ON \
  -DEMEL_SANITIZE=address,undefined,fuzzer-no-link "$@" >/dev/null
targets=$(cd tests/fuzz && ls ./*_fuzzer.cpp | sed 's|^\./||; s|\.cpp$||')
built=$(ninja -C build/fuzz -t targets all | sed -n 's|^fuzz/\(.*_fuzzer\): .*|\1|p')
for target in $targets; do
  echo "$built" | grep -qx "$target" || { echo "$target: not part of this build, skipped"; continue; }
  name=${target%_fuzzer}
  ninja -C build/fuzz "fuzz/$target"
  mkdir -p "build/fuzz/learned/$name" build/fuzz/findings
  dict=tests/fuzz/$name.dict
  "build/fuzz/fuzz/$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=65536 \
    -print_final_stats=1 -artifact_prefix=build/fuzz/findings/ $([ ! -f "$dict" ] || echo "-dict=$dict") \
    "build/fuzz/learned/$name" "tests/fuzz/corpus/$name"
done
