#!/bin/bash
# usage: tests/run.sh BUILD-DIR [JOBS]
# Runs every test of a build and says at the end how many of each kind ran, which were skipped and why.
# Fails when a test fails, or when fewer ran than tests/summary.py expects. Reports stay in BUILD-DIR/results.
set -euo pipefail
[[ $# -ge 1 ]] || { sed -n '2,4s/^# //p' "$0" >&2; exit 2; }
build=$(realpath "$1") start=$SECONDS
cd "$(dirname "$0")/.."
rm -rf "$build/results"
mkdir "$build/results"
report=(-Q)
[[ ! -t 1 ]] || report=(--progress)
# A failure shows in the summary, with its output.
ctest --test-dir "$build" -j "${2:-2}" "${report[@]}" --output-junit "$build/results/ctest.xml" || true
/usr/bin/python3 tests/summary.py "$build/results"
echo "$build: tested in $((SECONDS - start)) s"
