#!/bin/bash
# usage: tests/bare-debian.sh [OPTION]... [demo|test]... (both)
# Runs the README's commands from nothing: for each one a fresh minimal Debian 12 in a temporary folder, with the host's
# apt configuration, git and make, and in it a clone of this repository's HEAD and `make`. Prints how long each took.
#   --shared=FOLDER    is there as well, read-only, beside the clone
#   --ccache=FOLDER    is the compiler's cache there; without it everything is compiled
#   --packages=FOLDER  keeps downloaded packages for the next time
# Exits with 1 where a command failed and with 3 where such a Debian cannot be made.
# Needs root, debootstrap and about 6 GB in $TMPDIR.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
shared='' ccache='' packages='' targets=()
for argument in "$@"; do
  case $argument in
    --shared=*) shared=$(realpath "${argument#*=}") ;;
    --ccache=*) ccache=${argument#*=} ;;
    --packages=*) packages=${argument#*=} ;;
    demo | test) targets+=("$argument") ;;
    *) sed -n '2,9s/^# //p' "$0" >&2; exit 2 ;;
  esac
done
[[ ${#targets[@]} -gt 0 ]] || targets=(demo test)

cannot() { echo "cannot make a bare Debian: $1" >&2; exit 3; }
[[ $(id -u) == 0 ]] || cannot "debootstrap and chroot need root"
command -v debootstrap >/dev/null || cannot "debootstrap is missing: tools/install-dependencies.sh system"
# The mirror that apt uses for Debian itself, whatever its name here.
mirror=$(apt-get indextargets --format '$(SITE) $(CODENAME) $(COMPONENT)' 'Created-By: Packages' |
  awk '$2 == "bookworm" && $3 == "main" { print $1; exit }')
[[ -n $mirror ]] || cannot "apt knows no source of Debian bookworm"

work=$(realpath "$(mktemp -d)")
[[ $work =~ ^[[:alnum:]/._-]+$ ]] || cannot "TMPDIR has letters that /proc/mounts writes in another way"
system=$work/system
[[ -n $packages ]] || packages=$work/packages
mkdir -p "$packages/base" "$packages/archives" ${ccache:+"$ccache"}
packages=$(realpath "$packages")
cleanup() {
  local mounted
  # The deepest mounts first; nothing is removed while something is still mounted below.
  while read -r mounted; do umount "$mounted" || umount -l "$mounted"; done < <(
    awk -v work="$work/" 'index($2, work) == 1 { print $2 }' /proc/mounts | sort -r)
  grep -q " $work/" /proc/mounts || rm -rf --one-file-system "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

inside() {  # inside COMMAND: as a login on a fresh machine, with none of our environment but proxies
  chroot "$system" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 CCACHE_STATSLOG=/root/ccache.log \
    EMEL_TEST_DEPTH="${EMEL_TEST_DEPTH:-}" ${EMEL_TEST_VARIANTS:+EMEL_TEST_VARIANTS="$EMEL_TEST_VARIANTS"} \
    ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} bash -ec "$1"
}

bind() {  # bind FOLDER PLACE [ro]
  mkdir -p "$system$2"
  mount --bind "$1" "$system$2"
  [[ -z ${3:-} ]] || mount -o remount,bind,ro "$system$2"
}

make_system() (  # makes $system, with git, make and the clone in /root/emel
  set -e
  debootstrap --variant=minbase --include=ca-certificates --cache-dir="$packages/base" bookworm "$system" "$mirror"
  rm -f "$system/etc/apt/sources.list"  # debootstrap's own, which names one of the same again
  cp -a /etc/apt/. "$system/etc/apt/"
  cp -L /etc/resolv.conf /etc/hosts "$system/etc/"
  rm -f "$system/etc/apt/apt.conf.d/docker-clean"  # which would empty the folder of packages
  cp -a /usr/local/share/ca-certificates/. "$system/usr/local/share/ca-certificates/" 2>/dev/null || true
  mount -t proc proc "$system/proc"
  mount --bind /dev "$system/dev"
  bind "$work/emel" /mnt/emel ro
  bind "$packages/archives" /var/cache/apt/archives
  if [[ -n $shared ]]; then bind "$shared" /root/shared ro; fi
  if [[ -n $ccache ]]; then bind "$ccache" /root/.cache/ccache; fi
  inside 'update-ca-certificates >/dev/null 2>&1
    apt-get -q update
    DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends git make
    git clone -q /mnt/emel /root/emel'
)

# Of a second build of the same sources by the same packages nearly all is in the cache, or it does not serve.
check_cache() {
  local hits all known rate
  read -r hits all < <(awk '/^(direct|preprocessed)_cache_hit$/ { ++hits } /^cache_miss$/ { ++misses }
    END { print hits + 0, hits + misses }' "$system/root/ccache.log")
  [[ $all -gt 0 ]] || { echo "expected the compiler cache to be used, found no sign of it" >&2; return 1; }
  rate=$((100 * hits / all))
  known=$ccache/emel-built/$(git -C "$root" rev-parse 'HEAD^{tree}')-$(inside 'dpkg-query -W' | sha256sum | cut -c1-16)
  echo "=== compiler cache: $hits of $all compilations found, $rate%$([[ ! -e $known ]] || echo ", built before")"
  [[ ! -e $known || $rate -ge 95 ]] ||
    { echo "expected 95% in the compiler cache, since the same was built before" >&2; return 1; }
  mkdir -p "$ccache/emel-built" && touch "$known"
}

git clone -q --no-local "$root" "$work/emel"
for target in "${targets[@]}"; do
  start=$SECONDS
  # Its `set -e` counts only where nothing asks for its outcome.
  set +e
  make_system >"$work/system.log" 2>&1
  made=$?
  set -e
  [[ $made == 0 ]] || { tail -n 20 "$work/system.log" >&2; cannot "the last of these steps failed"; }
  echo "=== make $target: git and make are there after $((SECONDS - start)) s"
  inside "cd /root/emel && make $target" || { echo "=== make $target: failed in a bare Debian 12" >&2; exit 1; }
  echo "=== make $target: passed in a bare Debian 12, $((SECONDS - start)) s from nothing, $(nproc) cores"
  [[ -z $ccache ]] || check_cache
  inside 'apt-get -q autoclean >/dev/null' || true  # what newer packages have taken the place of
  awk -v work="$work/" 'index($2, work) == 1 { print $2 }' /proc/mounts | sort -r | xargs -r umount
  rm -rf --one-file-system "$system"
done
