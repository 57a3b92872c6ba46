#!/usr/bin/python3
"""Checks that every expectation in a lit test is read: a line with a FileCheck prefix needs a RUN line
that gives FileCheck this prefix, a prefix that is given needs lines, and every test has a RUN line."""

import re

import repository

DIRECTIVE = re.compile(
    r"^\s*(?://|#)\s*([A-Z][A-Z0-9_-]*?)(?:-(?:NEXT|SAME|NOT|DAG|LABEL|EMPTY|COUNT-\d+))?:",
    re.MULTILINE)
NO_PREFIX = {"RUN", "COM", "REQUIRES", "UNSUPPORTED", "XFAIL", "END", "ALLOW_RETRIES", "DEFINE",
             "REDEFINE"}
RUN = re.compile(r"^\s*(?://|#)\s*RUN:(.*)$", re.MULTILINE)
PREFIXES = re.compile(r"--?check-prefix(?:es)?[= ](\S+)")


def given_prefixes(run):
    """The prefixes that the FileCheck calls of the RUN lines read."""
    prefixes = set()
    for call in re.split(r"\||&&|;|\n", run):
        if "FileCheck" not in call:
            continue
        names = [name for match in PREFIXES.findall(call) for name in match.split(",")]
        prefixes.update(names or ["CHECK"])
    return prefixes


def check(path, source):
    run = "\n".join(RUN.findall(source)).replace("\\\n", " ")
    if not run:
        yield f"{path}: has no RUN line"
        return
    given = given_prefixes(run)
    found = set(DIRECTIVE.findall(source)) - NO_PREFIX
    for prefix in sorted(found - given):
        yield f"{path}: no FileCheck reads the lines of {prefix}"
    for prefix in sorted(given - found):
        yield f"{path}: FileCheck is given {prefix}, which has no lines"


def main():
    paths = [path for path in repository.files(".mlir", ".test")
             if path.parts[0] == "tests" and "fixtures" not in path.parts and "inputs" not in path.parts]
    findings = [f for path in paths for f in check(path, repository.text(path))]
    repository.finish(findings, len(paths))


if __name__ == "__main__":
    main()
