#!/bin/bash
# usage: tests/bare-debian.sh [demo|test]... (both)
# Runs the README's commands from nothing: for each one a fresh minimal Debian 12 in a temporary folder, with the host's
# apt configuration, and in it a clone of this repository's HEAD and `make`. Prints how long each took.
# Needs root, debootstrap and about 6 GB in $TMPDIR.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
[[ $# -gt 0 ]] || set -- demo test
for target in "$@"; do
  [[ $target == demo || $target == test ]] || { sed -n '2,5s/^# //p' "$0" >&2; exit 2; }
done
[[ $(id -u) == 0 ]] || { echo "expected to run as root, for debootstrap and chroot" >&2; exit 2; }
command -v debootstrap >/dev/null || { echo "debootstrap is missing: apt-get install debootstrap" >&2; exit 2; }

work=$(mktemp -d)
cleanup() {
  local mounted
  # The deepest mounts first; nothing is removed while something is still mounted below.
  while read -r mounted; do umount "$mounted" || umount -l "$mounted"; done < <(
    awk -v work="$work/" 'index($2, work) == 1 { print $2 }' /proc/mounts | sort -r)
  grep -q " $work/" /proc/mounts || rm -rf --one-file-system "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

# The mirror that apt uses for Debian itself, whatever its name here.
mirror=$(apt-get indextargets --format '$(SITE) $(CODENAME) $(COMPONENT)' 'Created-By: Packages' |
  awk '$2 == "bookworm" && $3 == "main" { print $1; exit }')
[[ -n $mirror ]] || { echo "expected apt to know Debian bookworm, found no such source" >&2; exit 1; }

git clone -q --no-local "$root" "$work/emel"
debootstrap --variant=minbase --include=ca-certificates bookworm "$work/base" "$mirror" >"$work/debootstrap.log" ||
  { tail -n 20 "$work/debootstrap.log" >&2; exit 1; }
rm -f "$work/base/etc/apt/sources.list"  # debootstrap's own, which names one of the same again
cp -a /etc/apt/. "$work/base/etc/apt/"
cp -L /etc/resolv.conf /etc/hosts "$work/base/etc/"
cp -a /usr/local/share/ca-certificates/. "$work/base/usr/local/share/ca-certificates/" 2>/dev/null || true

inside() {  # inside CHROOT COMMAND: as a login on a fresh machine, with none of our environment but proxies
  chroot "$1" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
    ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} bash -ec "$2"
}

for target in "$@"; do
  system=$work/$target
  cp -a "$work/base" "$system"
  mount -t proc proc "$system/proc"
  mount --bind /dev "$system/dev"
  mkdir "$system/mnt/emel"
  mount --bind -o ro "$work/emel" "$system/mnt/emel"
  start=$SECONDS
  inside "$system" 'update-ca-certificates >/dev/null 2>&1
    apt-get -q update >/dev/null
    DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends git make >/dev/null 2>&1
    git clone -q /mnt/emel /root/emel'
  echo "=== make $target: git and make are there after $((SECONDS - start)) s"
  inside "$system" "cd /root/emel && make $target"
  echo "=== make $target: passed in a bare Debian 12, $((SECONDS - start)) s from nothing, $(nproc) cores"
  umount "$system/mnt/emel" "$system/dev" "$system/proc"
  rm -rf --one-file-system "$system"
done
