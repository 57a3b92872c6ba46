#!/usr/bin/python3
"""Checks that CMake finds libraries and packages by the functions that name Debian's package of each, and that the
table of tools/install-dependencies.sh installs it."""

import re

import repository

ASKS = re.compile(r"^\s*emel_(?:find_(?:package|library)\(\S+|complain\(\"[^\"]*\") ([\w.+-]+)", re.MULTILINE)
# Of the C library alone.
RAW = re.compile(r"^\s*(find_(?:package|library)\((?!Threads\b)\S+)", re.MULTILINE)
ROW = re.compile(r"^\w+ +\| ([\w.+-]+) +\|", re.MULTILINE)


def main():
    installed = set(ROW.findall(repository.text("tools/install-dependencies.sh")))
    paths = [path for path in repository.files(".cmake", ".txt") if path.suffix == ".cmake" or path.name == "CMakeLists.txt"]
    asked = [(path, package) for path in paths for package in ASKS.findall(repository.text(path))
             if path.name != "Emel.cmake"]
    raw = [(path, call) for path in paths if path.name != "Emel.cmake" for call in RAW.findall(repository.text(path))]
    repository.finish([f"{path}: no row of tools/install-dependencies.sh installs {package}"
                       for path, package in asked if package not in installed] +
                      [f"{path}: expected emel_find_…, which names Debian's package, found {call}…" for path, call in raw],
                      len(asked))


if __name__ == "__main__":
    main()
