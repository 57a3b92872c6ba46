"""What the lints share: the repository's files and how a finding is reported."""

import os
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def files(*suffixes):
    """The files with one of the suffixes, as paths relative to the root; build folders are left out."""
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name != "build" and not name.startswith(".")]
        found += [pathlib.PurePosixPath(folder, name).relative_to(ROOT) for name in names]
    return sorted(path for path in found if path.suffix in suffixes)


def text(path):
    return (ROOT / path).read_text(encoding="utf-8")


def finish(findings, checked):
    """Prints the findings and exits: 1 where there are any."""
    for finding in findings:
        print(finding, file=sys.stderr)
    print(f"{checked} checked, {len(findings)} wrong")
    sys.exit(1 if findings else 0)
