#!/bin/sh
# usage: tests/random/run.sh SECONDS [SEED]
# Builds emel-random in build/release and lets it look for mistakes with a seed that nobody chose, or the one that is
# given; then sees whether it finds those that are made on purpose. Findings stay in build/random.
set -eu
[ $# = 1 ] || [ $# = 2 ] || { sed -n '2,4s/^# //p' "$0" >&2; exit 2; }
cd "$(dirname "$0")/../.."
tools/build.sh release -- emel-random emel-reduce
build/release/tests/emel-random --seed="${2:-$(date +%s)}" --seconds="$1" --coverage --out=build/random
build/release/tests/emel-random --mutate=all --seconds=300
