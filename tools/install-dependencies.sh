#!/bin/bash
# usage: tools/install-dependencies.sh [build|test|checks|system]
# Installs what building needs (build, the default), what the tests need as well (test), what the
# further checks of .ci/run need as well (checks), or what makes a bare Debian to build in (system).
# Does nothing, and needs no network, when all of it is there. What apt said is in
# build/dependencies.log. On another system than Debian 12 it says what is missing instead.
set -euo pipefail
cd "$(dirname "$0")/.."

# group | Debian's package | how to see it elsewhere | what uses it
table='
build  | g++                | command g++                              | compiles the project
build  | cmake              | command cmake                            | configures the build
build  | ninja-build        | command ninja                            | runs the build
build  | ccache             | command ccache                           | keeps rebuilds short
build  | libmlir-19-dev     | file /usr/lib/llvm-19/lib/cmake/mlir/MLIRConfig.cmake | the compiler stands on MLIR
build  | llvm-19-dev        | file /usr/lib/llvm-19/lib/cmake/llvm/LLVMConfig.cmake | the compiler stands on LLVM
build  | mlir-19-tools      | command /usr/lib/llvm-19/bin/mlir-tblgen | generates the dialects from their tables
build  | liblld-19-dev      | header lld/Common/Driver.h               | links the code of models
build  | zlib1g-dev         | header zlib.h                            | the linker stands on it
build  | libzstd-dev        | header zstd.h                            | the linker stands on it
build  | libabsl-dev        | header absl/status/statusor.h            | status, strings and containers
build  | libpcre2-dev       | header pcre2.h                           | splits text for tokenizers
build  | libutf8proc-dev    | header utf8proc.h                        | Unicode tables for tokenizers
build  | nlohmann-json3-dev | header nlohmann/json.hpp                 | JSON output of the tools
build  | libxxhash-dev      | header xxhash.h                          | checksums of artifacts
build  | libssl-dev         | header openssl/sha.h                     | SHA-256 of weights and sources
build  | pkg-config         | command pkg-config                       | tells programs that embed the runtime what to link
test   | llvm-19-tools      | command /usr/lib/llvm-19/bin/FileCheck   | lit and FileCheck run the IR tests
test   | libgtest-dev       | header gtest/gtest.h                     | unit tests
test   | libgmock-dev       | header gmock/gmock.h                     | unit tests
test   | python3            | command /usr/bin/python3                 | reference values, lints and lit
test   | python3-numpy      | python numpy                             | reference values
test   | python3-jinja2     | python jinja2                            | says what chat templates mean
test   | qemu-user          | command qemu-aarch64                     | runs tests of kernels for aarch64
checks | clang-19           | command clang++-19                       | fuzz targets, sanitizers and coverage
checks | libclang-rt-19-dev | file /usr/lib/llvm-19/lib/clang/19/lib/linux/libclang_rt.fuzzer-x86_64.a | fuzz targets and coverage
checks | llvm-19            | command llvm-cov-19                      | coverage reports
checks | clang-format-19    | command clang-format-19                  | the layout of the code
checks | clang-tidy-19      | command clang-tidy-19                    | mistakes that compilers do not see
system | debootstrap        | command debootstrap                      | makes a bare Debian
'

group=${1:-build}
case $group in
  build) wanted=build ;;
  test) wanted='build|test' ;;
  checks) wanted='build|test|checks' ;;
  system) wanted=system ;;
  *) sed -n '2,7s/^# //p' "$0" >&2; exit 2 ;;
esac

on_debian_12() {
  [[ -r /etc/os-release ]] && (. /etc/os-release && [[ ${ID:-} == debian && ${VERSION_ID:-} == 12 ]])
}

installed() {  # installed PACKAGE PROBE WHAT
  if on_debian_12; then
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
    return
  fi
  case $2 in
    command) command -v "$3" ;;
    file) [[ -e $3 ]] ;;
    header) echo "#include <$3>" | "${CXX:-c++}" -DPCRE2_CODE_UNIT_WIDTH=8 -I/usr/lib/llvm-19/include -x c++ -E - ;;
    python) /usr/bin/python3 -c "import $3" ;;
  esac >/dev/null 2>&1
}

missing=()
reasons=
while IFS='|' read -r of package probe reason; do
  read -r of <<<"$of"
  [[ $of =~ ^($wanted)$ ]] || continue
  read -r package <<<"$package"
  read -r probe what <<<"$probe"
  installed "$package" "$probe" "$what" && continue
  missing+=("$package")
  reasons+=$(printf '  %-19s %s' "$package" "${reason# }")$'\n'
done <<<"$table"
[[ ${#missing[@]} -gt 0 ]] || exit 0

if ! on_debian_12; then
  echo "this is not Debian 12: please install what these packages hold there, then try again" >&2
  printf '%s' "$reasons" >&2
  exit 1
fi
as_root=()
if [[ $(id -u) != 0 ]]; then
  command -v sudo >/dev/null || { printf 'missing, and neither root nor sudo to install them:\n%s' "$reasons" >&2; exit 1; }
  as_root=(sudo)
fi
printf 'installing through %sapt-get:\n%s' "${as_root[*]:+sudo }" "$reasons"
apt() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 \
    -o Dpkg::Use-Pty=0 "$@"
}
mkdir -p build
log=build/dependencies.log start=$SECONDS
if ! { apt update && apt install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "installing ${missing[*]} failed; all that apt-get said: $log" >&2
  exit 1
fi
echo "installed in $((SECONDS - start)) s"
