#!/usr/bin/python3
"""usage: tests/jinja/compare.py PROGRAM [FIRST COUNT]
Renders generated templates by emel-jinja and by Jinja2, which must agree: on the text, or that there is none. A run
takes a part of the templates and all of them with EMEL_TEST_DEPTH=deep; FIRST and COUNT say which seeds. Says how often
each construct was there, and fails where one never was, or where more than a fifth of the templates end in errors."""

import collections
import os
import sys

try:
    import jinja2  # noqa: F401
except ImportError:
    print("skipped: no Jinja2 to compare with: Debian's package python3-jinja2 has it")
    sys.exit(77)

import generate
import run_cases

# What one of us knows and the other does not.
APART = ("integers of at most 64 bits", "a whole power of a negative number")


def is_apart(difference):
    return any(reason in difference[2].get("error", "") for reason in APART)


def main():
    if len(sys.argv) not in (2, 4):
        sys.exit(__doc__)
    deep = os.environ.get("EMEL_TEST_DEPTH") == "deep"
    first, count = (int(sys.argv[2]), int(sys.argv[3])) if len(sys.argv) == 4 else (0, 40000 if deep else 6000)
    cases = [generate.make_case(seed) for seed in range(first, first + count)]
    found, errors = run_cases.differences(sys.argv[1], cases)
    found = [difference for difference in found if not is_apart(difference)]
    for case, theirs, ours in found[:20]:
        print(f"seed {case['seed']}: {case['template']!r}\n  expected {theirs}\n  found {ours.get('text', ours.get('error'))!r}")
    used = collections.Counter(construct for case in cases for construct in case["used"])
    print(f"{count} templates, {errors} with errors, {len(found)} differ; {len(used)} constructs:")
    print(", ".join(f"{construct} {times}" for construct, times in sorted(used.items())))
    missing = generate.constructs() - set(used) if len(sys.argv) == 2 else set()
    if missing:
        print("never there:", ", ".join(sorted(missing)))
    sys.exit(1 if found or missing or errors * 5 > count else 0)


if __name__ == "__main__":
    main()
