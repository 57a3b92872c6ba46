#!/usr/bin/python3
"""Checks which folder includes which: the runtime knows nothing of the compiler, nobody includes upwards, and a
folder of the runtime includes only those that the table of runtime/README.md lets it depend on. Includes in
quotes are paths from the repository root, but for public headers, which find each other wherever they are installed."""

import re

import repository

COMPILER = ("compiler", "dialects", "passes", "codegen", "llvm", "mlir")

# What the files of a folder must not include.
FORBIDDEN = {
    "runtime": COMPILER + ("tools", "tests"),
    "dialects": ("compiler", "passes", "codegen", "tools", "tests"),
    "passes": ("compiler", "codegen", "tools", "tests"),
    "codegen": ("compiler", "tools", "tests"),
    "compiler": ("tools", "tests"),
    "tools": ("tests",),
}
OURS = set(FORBIDDEN) | {"tests"}
INCLUDE = re.compile(r'^\s*#?\s*include\s+([<"])([^>"]+)[>"]', re.MULTILINE)


def runtime_table():
    """What each folder of the runtime may include, from `| `exec` | what it holds | `artifact`, `state` |`."""
    rows = re.findall(r"^\| `([\w/]+)` \|[^|]*\|([^|]*)\|$", repository.text("runtime/README.md"), re.MULTILINE)
    return {name: set(re.findall(r"`(\w+)`", allowed)) for name, allowed in rows}


RUNTIME = runtime_table()


def room_of(folders):
    """The row of a folder, which may be one within another: `text/jinja` or, without such a row, `text`."""
    inner = "/".join(folders[:2])
    return inner if inner in RUNTIME else folders[0]


def check_runtime(path, name):
    own, target = room_of(path.parts[1:-1]), room_of(name.split("/")[1:-1])
    if own not in RUNTIME:
        yield f"{path}: the table of runtime/README.md has no row for {own}"
    elif target != own and target not in RUNTIME[own]:
        yield f"{path}: by the table of runtime/README.md, {own} does not depend on {target}: {name}"


def check(path, source):
    folder = path.parts[0]
    for kind, name in INCLUDE.findall(source):
        target = name.split("/")[0]
        if "/" in name and target in FORBIDDEN.get(folder, ()):
            yield f"{path}: {folder}/ must not include {name}"
        if folder == target == "runtime":
            yield from check_runtime(path, name)
        if kind == "<" and target in OURS and "/" in name:
            yield f"{path}: our own header belongs in quotes: {name}"
        is_public = path.parent.as_posix() == "runtime/include/emel"
        if kind == '"' and "/" not in name and not is_public:
            yield f"{path}: expected a path from the repository root, found {name}"
        generated = name.endswith(".inc")
        if kind == '"' and target in OURS and not generated and not (repository.ROOT / name).exists():
            yield f"{path}: there is no {name}"


def main():
    paths = repository.files(".h", ".cpp", ".c", ".cc", ".td", ".inc")
    findings = [f for path in paths for f in check(path, repository.text(path))]
    repository.finish(findings, len(paths))


if __name__ == "__main__":
    main()
