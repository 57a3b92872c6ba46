#!/usr/bin/python3
"""usage: tests/adding/check.py BUILD-DIR architecture|op|type...
Applies recipes of docs/adding.md, word for word, to a copy of the repository's sources in BUILD-DIR/adding, builds
what they need and uses the result. A recipe that leaves something out fails here."""

import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/reference"))

import gguf_file  # noqa: E402

SECTIONS = {"architecture": "An architecture", "op": "An op", "type": "A quantised type"}
SOURCES = ["CMakeLists.txt", "CMakePresets.json", "cmake", "runtime", "dialects", "passes", "codegen", "compiler",
           "tools"]
BLOCK = re.compile(r'^```\w+ file=(\S+)(?: (before|after)="([^\n]*)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)
KINDS = {bool: "bool", int: "u32", float: "f32", str: "str"}


def insert(text, where, anchor, block):
    """Puts the block before or after the one line that reads `anchor`; "end" is the file's end."""
    if (where, anchor) == ("after", "end"):
        return text + "\n" + block
    lines = text.splitlines(keepends=True)
    places = [number for number, line in enumerate(lines) if line.rstrip("\n") == anchor]
    if len(places) != 1:
        sys.exit(f"expected one line {anchor!r}, found {len(places)}")
    place = places[0] + (where == "after")
    return "".join(lines[:place]) + block + "".join(lines[place:])


def apply(section, copy):
    page = (ROOT / "docs/adding.md").read_text(encoding="utf-8")
    body = page.split(f"## {section}\n")[1].split("\n## ")[0]
    for name, where, anchor, block in BLOCK.findall(body):
        path = copy / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(insert(path.read_text(), where, anchor, block) if where else block)
        print(f"  {where or 'wrote'} {name}")


def run(*command, **options):
    done = subprocess.run([str(part) for part in command], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, **options)
    if done.returncode:
        sys.exit(f"{' '.join(str(part) for part in command)}\n{done.stdout}\nexited with {done.returncode}")
    return done.stdout


def expect(what, text):
    if what not in text:
        sys.exit(f"expected {what!r} in\n{text}")


def kind_of(value):
    if isinstance(value, list):
        return f"[{'i32' if value and isinstance(value[0], int) else KINDS[type(value[0])]}]"
    return KINDS[type(value)]


def check_architecture(copy, tools):
    """A llama fixture becomes one of the example: its keys are renamed, its epsilon is a layer norm's."""
    metadata, tensors = gguf_file.read(ROOT / "tests/fixtures/models/llama-288/model.gguf")
    metadata["general.architecture"] = "example"
    renamed = {re.sub(r"^llama\.", "example.", key).replace("_rms_epsilon", "_epsilon"): value
               for key, value in metadata.items()}
    model = copy / "example.gguf"
    model.write_bytes(gguf_file.encode([(key, kind_of(value), value) for key, value in renamed.items()],
                                       list(tensors.values())))
    expect("emel.layer_norm", run(tools / "emel-compile", model))
    ids = run(tools / "emel-interpret", model, "--tokens", "1,5,7", "--generate", "4")
    if not re.search(r"\d", ids):
        sys.exit(f"expected four ids, found {ids!r}")


def check_op(copy, tools):
    source = copy / "tests/interpreter/peak_norm.mlir"
    ran = run(tools / "emel-interpret", "--functions", source)
    run("/usr/lib/llvm-19/bin/FileCheck", source, input=ran)
    print(ran.strip())


def check_type(copy, tools):
    """The embedding of a llama fixture becomes blocks of the example; one value is known."""
    metadata, tensors = gguf_file.read(ROOT / "tests/fixtures/models/llama-288/model.gguf")
    gguf_file.TYPES["example8"] = type("Row", (), {"number": 200})
    old = tensors["token_embd.weight"]
    block = b"\0\0\0\x3f" + bytes([4] + [256 - 6] * 31)  # 0.5 * 4, 0.5 * -6, ...
    rows, columns = old.shape
    tensors[old.name] = gguf_file.Tensor(old.name, "example8", old.shape, block * (rows * columns // 32))
    model, values = copy / "example8.gguf", copy / "values.f32"
    model.write_bytes(gguf_file.encode([(key, kind_of(value), value) for key, value in metadata.items()],
                                       list(tensors.values())))
    expect(f"tensor<{rows}x{columns}x!emel.example8>", run(tools / "emel-compile", model, "--check-tensors"))
    run(tools / "emel-inspect", model, "--dump", old.name, "-o", values)
    if values.read_bytes()[:8] != b"\0\0\0\x40\0\0\x40\xc0":
        sys.exit("expected the values 2 and -3")


def main():
    if len(sys.argv) < 3 or not set(sys.argv[2:]) <= set(SECTIONS):
        sys.exit(__doc__)
    copy = pathlib.Path(sys.argv[1]).resolve() / "adding"
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir(parents=True)
    for name in SOURCES:
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy2)(ROOT / name, copy / name)
    for recipe in sys.argv[2:]:
        print(SECTIONS[recipe])
        apply(SECTIONS[recipe], copy)
    # The same preset at the same depth: ccache knows every file that the recipes leave alone.
    run("cmake", "--preset", "release", "-DEMEL_BUILD_TESTS=OFF", cwd=copy)
    run("cmake", "--build", "build/release", "-j2", "--target", "emel-compile", "emel-interpret", "emel-inspect",
        cwd=copy)
    for recipe in sys.argv[2:]:
        globals()[f"check_{recipe}"](copy, copy / "build/release/bin")
    print("the recipes suffice:", ", ".join(sys.argv[2:]))
    shutil.rmtree(copy)


if __name__ == "__main__":
    main()
