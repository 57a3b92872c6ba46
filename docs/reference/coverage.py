#!/usr/bin/python3
"""Writes docs/reference/coverage.md from what a program says that asks the dialect, the interpreter and the tables of code. With
--check compares the page with what would be written."""

import argparse
import pathlib
import subprocess

import generate

HEAD = """# What computes which op

<!-- Written by docs/reference/coverage.py from the tables of handlers and emitters; `ninja docs` renews it. -->

All ops of the `emel` dialect. The interpreter is the reference; code is what `emel-compile` makes for CPUs. What stands behind
"part" are the reasons with which forms are refused (exit code 3). "In place" is an op whose
result is a part of its operand, where that lies. Declarations such as weights and tokenizers are computed by nobody, `emel.get_weight` becomes
an operand of kernels, and `emel.fuse` a kernel.

"""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("page", type=pathlib.Path)
    parser.add_argument("program", help="prints the table")
    parser.add_argument("--check", action="store_true", help="fail where the page is not what would be written")
    options = parser.parse_args()
    table = subprocess.run([options.program], check=True, capture_output=True, text=True).stdout
    generate.publish(options.page, HEAD + table, options.check)


if __name__ == "__main__":
    main()
