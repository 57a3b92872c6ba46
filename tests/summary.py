#!/usr/bin/python3
"""usage: tests/summary.py [--skipped] RESULTS
Says how many tests of each kind ran, lists those that did not and why, and fails where one failed, where fewer
than MINIMUM ran, or where a reference test was skipped though the reference data is there: a test that silently
left the build must not look like success. RESULTS is a folder with ctest.xml, lit.xml, and a report of
GoogleTest's for each run of a unit test program. With --skipped it only lists what those skipped."""

import collections
import os
import pathlib
import re
import sys
import xml.etree.ElementTree as xml

# How many tests must have been executed, skipped ones not counted. Raise it as tests come.
MINIMUM = 1780
ROOT = pathlib.Path(__file__).resolve().parents[1]
# What tests that compare with reference data say where there is none.
WANTS_REFERENCE = re.compile(r"no reference data|EMEL_ORACLE")


def ctest_cases(path):
    """(kind, name, outcome, text) of each test that is one process. Programs with a report of their own count here only
    where that does not say what went wrong: where there is none, or it is all well and the program failed."""
    for case in xml.parse(path).iter("testcase"):
        name, output = case.get("name"), case.findtext("system-out", "")
        outcome = {"run": "passed", "fail": "failed"}.get(case.get("status"), "skipped")
        if name == "lit" or name.startswith("unit-"):
            report = path.with_name(f"{name.removeprefix('unit-').replace('/', '-')}.xml")
            found = {case[2] for case in cases_of(report)} if report.exists() else set()
            if not found or (outcome != "passed" and "failed" not in found):
                yield "unit", name, "failed", output or "did not run"
            continue
        kind = next((kind for kind in ("lint", "fuzz-corpus", "reference", "adding", "docs") if name.startswith(kind)),
                    "other")
        yield kind, name, outcome, output


def cases_of(path):
    """The same of a report by lit or GoogleTest."""
    for case in xml.parse(path).iter("testcase"):
        kind = "lit" if path.name == "lit.xml" else "unit"
        name = f"{case.get('classname').replace('.', '/')}{'/' if kind == 'lit' else '.'}{case.get('name')}"
        skipped, failure = case.find("skipped"), case.find("failure")
        if failure is not None:
            yield kind, name, "failed", "\n".join(part.text or "" for part in case.findall("failure"))
        elif skipped is not None:
            # GoogleTest says where, then why.
            reason = (skipped.get("message") or "").split("\n", 1)[-1] if kind == "unit" else skipped.get("message")
            yield kind, name, "skipped", " ".join((reason or "").split())
        elif case.get("status") != "notrun":
            yield kind, name, "passed", ""


def judge(case, has_reference):
    kind, name, outcome, text = case
    if outcome == "skipped" and has_reference and WANTS_REFERENCE.search(text):
        return kind, name, "failed", f"skipped, though the reference data is there: {text}"
    return case


def print_skipped(cases):
    by_reason = collections.defaultdict(list)
    for _, name, outcome, reason in cases:
        if outcome == "skipped":
            by_reason[reason or "no reason given"].append(name)
    for reason, names in sorted(by_reason.items(), key=lambda row: -len(row[1])):
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        print(f"skipped {names[0]}{more}: {reason}")


def main():
    if len(sys.argv) < 2 or sys.argv[1:-1] not in ([], ["--skipped"]):
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[-1])
    if len(sys.argv) == 3:
        return print_skipped([case for report in sorted(folder.glob("*.xml")) for case in cases_of(report)])
    oracle = pathlib.Path(os.environ.get("EMEL_ORACLE", ROOT / "../shared/oracle"))
    found = [*ctest_cases(folder / "ctest.xml")]
    for report in sorted(folder.glob("*.xml")):
        if report.name != "ctest.xml":
            found += cases_of(report)
    cases = [judge(case, oracle.is_dir()) for case in found]
    counts = collections.Counter((of, outcome) for of, _, outcome, _ in cases)
    failed = [case for case in cases if case[2] == "failed"]
    for _, name, _, output in failed:
        print(f"--- {name}\n{output.strip()[-20000:]}\n")
    print_skipped(cases)
    print(f"\n{'kind':<12}{'passed':>8}{'failed':>8}{'skipped':>8}")
    for of in sorted({of for of, *_ in cases}):
        print(f"{of:<12}" + "".join(f"{counts[of, outcome]:>8}" for outcome in ("passed", "failed", "skipped")))
    executed = sum(outcome != "skipped" for _, _, outcome, _ in cases)
    print(f"{executed - len(failed)} passed, {len(failed)} failed, {len(cases) - executed} skipped")
    if executed < MINIMUM:
        sys.exit(f"expected at least {MINIMUM} tests, executed {executed}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
