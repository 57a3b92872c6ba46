#!/bin/bash
# usage: tests/benchmark/check.sh FOLDER
# Runs peer.mjs once on a small model, so that it cannot rot; what it measures there means nothing. Installs
# node-llama-cpp in FOLDER where it is not there yet; exits with 77 where that fails.
set -euo pipefail
[[ $# == 1 ]] || { sed -n '2,4s/^# //p' "$0" >&2; exit 2; }
root=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$1"
cd "$1"
npm ls node-llama-cpp >/dev/null 2>&1 || npm install --no-audit --no-fund --loglevel=error node-llama-cpp || exit 77
model=$(mktemp --suffix=.gguf)
trap 'rm -f "$model"' EXIT
"$root/build/release/bin/emel-modelgen" --layers=2 --embd=256 --heads=4 --kv-heads=2 --ffn=512 --vocab=21000 \
  --type=q4_0 -o "$model"
node "$root/tests/benchmark/peer.mjs" "$model" --bin="$root/build/release/bin" --prompt=64 --generate=8 --runs=1
