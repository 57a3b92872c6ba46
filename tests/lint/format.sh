#!/bin/bash
# usage: tests/lint/format.sh [--fix]
# Compares the layout of every C and C++ file here with what clang-format 19 makes of it; --fix writes that.
set -euo pipefail
cd "$(dirname "$0")/../.."
case ${1:-} in
  '') arguments=(--dry-run -Werror) ;;
  --fix) arguments=(-i) ;;
  *) sed -n '2,3s/^# //p' "$0" >&2; exit 2 ;;
esac
# What is new and not yet known to git counts as well.
files=(--cached --others --exclude-standard '*.cpp' '*.h' '*.c')
git ls-files -z "${files[@]}" | xargs -0 -n 40 -P 2 clang-format-19 "${arguments[@]}" ||
  { echo "expected the layout of clang-format 19: tests/lint/format.sh --fix" >&2; exit 1; }
echo "$(git ls-files "${files[@]}" | wc -l) files have the layout of clang-format 19"
