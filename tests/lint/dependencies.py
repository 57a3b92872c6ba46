#!/usr/bin/python3
"""Checks that whatever CMake asks Debian for is in the table that tools/install-dependencies.sh installs from."""

import re

import repository

ASKS = re.compile(r"^\s*emel_(?:find_(?:package|library)\(\S+|complain\(\"[^\"]*\") ([\w.+-]+)", re.MULTILINE)
ROW = re.compile(r"^\w+ +\| ([\w.+-]+) +\|", re.MULTILINE)


def main():
    installed = set(ROW.findall(repository.text("tools/install-dependencies.sh")))
    paths = [path for path in repository.files(".cmake", ".txt") if path.suffix == ".cmake" or path.name == "CMakeLists.txt"]
    asked = [(path, package) for path in paths for package in ASKS.findall(repository.text(path))
             if path.name != "Emel.cmake"]
    repository.finish([f"{path}: no row of tools/install-dependencies.sh installs {package}"
                       for path, package in asked if package not in installed], len(asked))


if __name__ == "__main__":
    main()
