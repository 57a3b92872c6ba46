#!/usr/bin/python3
"""Writes the reference page of a dialect from what mlir-tblgen prints about it, or with --check compares the two. What
TableGen says about C++ is left out: classes, traits, parameters, and the enums that the attributes list already."""

import argparse
import pathlib
import re
import subprocess
import sys

NOISE = re.compile(r"^(?:Traits|Interfaces|Effects): .*\n\n?", re.MULTILINE)
CASES = re.compile(r"^Enum cases:\n((?:\* .*\n)+)", re.MULTILINE)
PARAMETERS = re.compile(r"^#### Parameters:\n\n(?:\|.*\n)+", re.MULTILINE)
ATTRIBUTE_SYNTAX = re.compile(r"Syntax:\n\n```\n#\w+\.\w+<\n(?:  .*# \w+\n)+>\n```\n\n")


def tidy(text):
    """The page for readers of IR."""
    text = re.sub(r"<!-- .* -->\n", "", text, count=1)
    text = re.sub(r"^# '(\w+)' Dialect\n\n(.*)\n", r"# The `\1` dialect\n\n\2.\n\n", text, count=1, flags=re.MULTILINE)
    text = text[:text.index("## Enums")] if "## Enums" in text else text
    text = NOISE.sub("", text)
    text = re.sub(r"^(### `[\w.]+`) \(.*\)$", r"\1", text, flags=re.MULTILINE)
    text = ATTRIBUTE_SYNTAX.sub("", text)
    text = CASES.sub(lambda match: re.sub(r"\* (\w+) \(.*\n(?=\*)", r"`\1`, ", match[1]), text)
    text = re.sub(r"\* (\w+) \(`\w+`\)$", r"`\1`.", text, flags=re.MULTILINE)
    text = re.sub(r"<td>::(?:mlir|emel)::(?:plan::)?(\w+)</td>", r"<td>\1</td>", text)
    text = PARAMETERS.sub("", text)
    text = re.sub(r"\n{3,}", "\n\n", text)
    ops = re.findall(r"^### `(\w+)\.(\w+)`$", text, re.MULTILINE)
    contents = " · ".join(f"[`{op}`](#{dialect}{op})" for dialect, op in ops)
    text = text.replace("[TOC]", f"Ops: {contents}")
    return "<!-- Written by docs/reference/generate.py from the tables in dialects/; `ninja docs` renews it. -->\n" + \
        text.strip() + "\n"


def publish(page, text, check):
    """Writes the page; with `check` says instead where it is stale."""
    if not check:
        page.write_text(text, encoding="utf-8")
    elif not page.exists() or page.read_text(encoding="utf-8") != text:
        print(f"{page} is stale: build the target 'docs'", file=sys.stderr)
        sys.exit(1)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("page", type=pathlib.Path)
    parser.add_argument("command", nargs="+", help="mlir-tblgen, its options and the table")
    parser.add_argument("--check", action="store_true", help="fail where the page is not what would be written")
    options = parser.parse_args()
    text = tidy(subprocess.run(options.command, check=True, capture_output=True, text=True).stdout)
    publish(options.page, text, options.check)


if __name__ == "__main__":
    main()
