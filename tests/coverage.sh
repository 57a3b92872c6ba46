#!/bin/sh
# usage: tests/coverage.sh [PERCENT]
# Measures how many lines of the model reader (runtime/gguf, runtime/io) its own tests execute, prints
# the report per file, and fails below PERCENT (90).
set -eu
wanted=${1:-90}
cd "$(dirname "$0")/.."
dir=build/coverage
tests="io_tests gguf_tests gguf_replay"
cmake -S . -B $dir -G Ninja -DCMAKE_C_COMPILER=clang-19 -DCMAKE_CXX_COMPILER=clang++-19 \
  -DCMAKE_BUILD_TYPE=Debug -DEMEL_BUILD_COMPILER=OFF \
  -DCMAKE_CXX_FLAGS="-fprofile-instr-generate -fcoverage-mapping" >/dev/null
ninja -C $dir $tests
rm -f $dir/*.profraw
objects=
for test in $tests; do
  arguments=
  [ $test != gguf_replay ] || arguments=tests/fuzz/corpus/gguf
  LLVM_PROFILE_FILE=$dir/$test.profraw $dir/tests/$test $arguments >$dir/$test.log ||
    { tail -30 $dir/$test.log; exit 1; }
  objects="$objects -object $dir/tests/$test"
done
llvm-profdata-19 merge -o $dir/reader.profdata $dir/*.profraw
llvm-cov-19 report ${objects# -object } -instr-profile=$dir/reader.profdata \
  -show-region-summary=false -show-branch-summary=false -sources runtime/gguf runtime/io | tee $dir/report.txt
found=$(awk '$1 == "TOTAL" { sub("%", "", $NF); print $NF }' $dir/report.txt)
awk -v found="$found" -v wanted="$wanted" 'BEGIN { exit !(found >= wanted) }' ||
  { echo "expected $wanted% of the reader's lines covered, found $found%" >&2; exit 1; }
