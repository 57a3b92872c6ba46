#!/usr/bin/python3
"""usage: tests/summary.py CTEST.xml LIT.xml
Says how many tests of each kind ran, lists those that did not and why, and fails where one failed or fewer
than MINIMUM ran: a test that silently left the build must not look like success."""

import collections
import re
import sys
import xml.etree.ElementTree as xml

# How many tests must have been executed, skipped ones not counted. Raise it as tests come.
MINIMUM = 1400


def kind(name):
    """What sort of CTest test a name belongs to."""
    for prefix in ("lint", "fuzz-corpus", "reference", "adding"):
        if name.startswith(prefix):
            return prefix
    return "unit" if "." in name else "other"


def skip_reason(output):
    """GoogleTest prints where the test skipped itself and, on the lines after it, why."""
    found = re.search(r": Skipped\n(.*?)\n*\[ *SKIPPED", output, re.DOTALL)
    return " ".join(found[1].split()) if found else "no reason given"


def ctest_cases(path):
    """(kind, name, outcome, text) of each test; the one that runs lit is replaced by what lit reports."""
    for case in xml.parse(path).iter("testcase"):
        name, output = case.get("name").split("  # GetParam")[0], case.findtext("system-out", "")
        outcome = {"run": "passed", "fail": "failed"}.get(case.get("status"), "skipped")
        if name != "lit":
            yield kind(name), name, outcome, skip_reason(output) if outcome == "skipped" else output


def lit_cases(path):
    for case in xml.parse(path).iter("testcase"):
        name = f"{case.get('classname').replace('.', '/')}/{case.get('name')}"
        skipped, failure = case.find("skipped"), case.find("failure")
        if failure is not None:
            yield "lit", name, "failed", failure.text or ""
        elif skipped is not None:
            yield "lit", name, "skipped", skipped.get("message", "")
        else:
            yield "lit", name, "passed", ""


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    cases = [*ctest_cases(sys.argv[1]), *lit_cases(sys.argv[2])]
    counts = collections.Counter((of, outcome) for of, _, outcome, _ in cases)
    failed = [case for case in cases if case[2] == "failed"]
    for _, name, _, output in failed:
        print(f"--- {name}\n{output.strip()}\n")
    for _, name, outcome, reason in cases:
        if outcome == "skipped":
            print(f"skipped {name}: {reason}")
    print(f"\n{'kind':<12}{'passed':>8}{'failed':>8}{'skipped':>8}")
    for of in sorted({of for of, *_ in cases}):
        print(f"{of:<12}" + "".join(f"{counts[of, outcome]:>8}" for outcome in ("passed", "failed", "skipped")))
    executed = sum(outcome != "skipped" for _, _, outcome, _ in cases)
    print(f"{executed} tests executed, {len(failed)} failed")
    if executed < MINIMUM:
        sys.exit(f"expected at least {MINIMUM} tests, executed {executed}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
