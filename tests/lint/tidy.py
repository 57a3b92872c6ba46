#!/usr/bin/python3
"""usage: tests/lint/tidy.py [SECONDS [FOLDER...]]
Runs clang-tidy 19 on every .cpp file, in batches, and fails where it finds something. A batch that passed is not
looked at again until one of its files, a header of ours that they include, or .clang-tidy changes: what passed is
kept in ~/.cache/emel/tidy. SECONDS is how long to look, 600 by default; what changed last comes first.
With folders only what is in one of them."""

import concurrent.futures
import hashlib
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "emel/tidy"
BUILD = ROOT / "build/tidy"
INCLUDE = re.compile(rb'^#include "([^"]+)"', re.MULTILINE)
# Tables become headers in a build; without one, every file depends on all of them.
TABLES = sorted(ROOT.glob("dialects/*/*.td")) + sorted(ROOT.glob("passes/*.td")) + sorted(ROOT.glob("codegen/*/*.td"))


def run(*command):
    return subprocess.run([str(part) for part in command], cwd=ROOT, capture_output=True, text=True)


def output(*command):
    done = run(*command)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def configure():
    """Files in batches, since to read MLIR's headers takes longer than to look at ours, and what tables become."""
    output("cmake", "-S", ROOT, "-B", BUILD, "-G", "Ninja", "-DCMAKE_C_COMPILER=clang-19",
           "-DCMAKE_CXX_COMPILER=clang++-19", "-DCMAKE_BUILD_TYPE=Debug", "-DEMEL_FUZZ=ON")
    output("ninja", "-C", BUILD, "emel_dialect_gen", "emel_plan_dialect_gen", "emel_passes_gen",
           "emel_cpu_passes_gen")


def files_of(unit):
    """What is compiled with a batch, or a file itself."""
    if not unit.is_relative_to(BUILD):
        return [unit]
    return [ROOT / name.decode() for name in INCLUDE.findall(unit.read_bytes())]


def units(folders):
    """Every batch and file that is compiled, those with the last changes first."""
    found = {pathlib.Path(path) for path in
             re.findall(r'"file": "([^"]+\.cpp)"', (BUILD / "compile_commands.json").read_text())}
    changed = output("git", "log", "--format=", "--name-only", "-n", "200").split()
    order = {ROOT / name: place for place, name in reversed(list(enumerate(changed)))}
    chosen = [unit for unit in found if not folders or any(
        file.is_relative_to(ROOT / folder) for folder in folders for file in files_of(unit))]
    return sorted(chosen, key=lambda unit: min(order.get(file, len(changed)) for file in files_of(unit)))


class Digests:
    """What decides on the findings in a file."""

    def __init__(self):
        self.base = hashlib.sha256((output("clang-tidy-19", "--version") + (ROOT / ".clang-tidy").read_text()).encode())
        for table in TABLES:
            self.base.update(table.read_bytes())
        self.read = {}

    def reach(self, file, seen):
        if file in seen or not file.is_file():
            return
        seen.add(file)
        if file not in self.read:
            self.read[file] = file.read_bytes()
        for name in INCLUDE.findall(self.read[file]):
            self.reach(ROOT / name.decode(), seen)

    def of(self, file):
        seen = set()
        self.reach(file, seen)
        digest = self.base.copy()
        for part in sorted(seen):
            digest.update(str(part.relative_to(ROOT)).encode() + self.read[part])
        return digest.hexdigest()


def main():
    seconds, *folders = sys.argv[1:] or ["600"]
    if not seconds.isdigit() or not all((ROOT / folder).is_dir() for folder in folders):
        sys.exit(__doc__)
    end = time.monotonic() + float(seconds)
    CACHE.mkdir(parents=True, exist_ok=True)
    configure()
    digests = Digests()
    known, passed, left, failures = 0, 0, 0, []

    def look(unit):
        nonlocal known, passed, left
        mark = CACHE / digests.of(unit)
        if mark.exists():
            mark.touch()
            known += len(files_of(unit))
        elif time.monotonic() > end:
            left += len(files_of(unit))
        else:
            done = run("clang-tidy-19", "--quiet", "-p", BUILD, unit)
            if done.returncode:
                failures.append(done.stdout + done.stderr)
            else:
                mark.touch()
                passed += len(files_of(unit))

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(look, units(folders)))
    for text in failures:
        print(text)
    print(f"clang-tidy 19: {passed} files passed, {known} had passed before, findings in {len(failures)} batches")
    if left:
        print(f"left out clang-tidy of {left} files: no time; make checks takes it")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
