#!/usr/bin/python3
"""Writes docs/passes.md: what each pass is for as its table says, an example from its test with what the pass makes of it, and
what passes did to the models of the repository. With --check compares the page with what would be written. A pass without a
test, or that did nothing to any model, is an error."""

import argparse
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

import generate

ROOT = pathlib.Path(__file__).resolve().parents[2]
# The head is fused on demand only.
PIPELINE = ("--emel-pipeline=sample=1",)
HEAD = """# Passes

<!-- Written by docs/reference/passes.py from passes/Passes.td, tests/passes/ and the models of the repository; `ninja docs` renews it. -->

Each pass is one row of `passes/Passes.td`, one file, one flag of `emel-opt` and one test, from which the examples here are: the first
function or entry of the test, and what the flag makes of it. `--emel-pipeline` runs them all in order:

{pipeline}

`emel-opt --help` lists the switches of the pipeline. IR is printed without locations unless `--mlir-print-debuginfo` is given;
with it every op names the ops and tensors of the model that it comes from.

**Bits.** `tests/unit/models/passes_test.cpp` runs every model of the tests before and after each pass of the pipeline. The logits have to keep their
bits, unless the pass states how far they may move.

**What passes did** is the module's own attribute `emel.passes`. The tables show, for each thing that a pass counts, the model
of `tests/fixtures/models` (or the demonstration model `tales`) to which it did most.
"""


def sections(tablegen):
    """The text of each pass by its flag without --emel-, in the order of the pass's name."""
    text = subprocess.run(tablegen, check=True, capture_output=True, text=True).stdout
    parts = re.split(r"^### `-emel-([\w-]+)`\n", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2]))


def bounds():
    rows = (ROOT / "passes/Bounds.inc").read_text(encoding="utf-8")
    return dict(re.findall(r'^EMEL_BOUND\("emel-([\w-]+)", ([\w.+-]+)\)', rows, re.MULTILINE))


class Tools:
    def __init__(self, folder):
        self.folder = folder

    def run(self, tool, *arguments, text=None):
        command = [str(self.folder / tool), *arguments]
        result = subprocess.run(command, input=text, capture_output=True, text=True, check=False, cwd=ROOT)
        if result.returncode != 0:
            sys.exit(f"{shlex.join(command)} failed:\n{result.stderr}")
        return result.stdout


def example(tools, flag):
    """The first function or entry of a pass's test and what stands before it, the options of its first run, and what they make of it."""
    path = ROOT / "tests/passes" / (flag + ".mlir")
    lines = path.read_text(encoding="utf-8").splitlines()
    before, commands, opened = [], [], ""
    for line in lines:
        if run := re.match(r"// RUN: (.*)", line):
            commands.append(run[1])
        elif not re.match(r"\s*// [A-Z][A-Z0-9-]*:", line):
            before.append(line)
        if line.startswith(("plan.kernel", "func.func", "plan.entry", "module")):
            opened = line
        if line == "}" and not opened.startswith(("plan.kernel", "func.func private")):
            break
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(before)).strip() + "\n"
    with tempfile.TemporaryDirectory() as folder:
        for command in commands:
            command = command.replace("%t", folder + "/t").replace("%fixtures", str(ROOT / "tests/fixtures"))
            words = shlex.split(command.split("|")[0])
            if words[0] != "emel-opt" or "%s" not in words:
                subprocess.run(command, shell=True, check=True, cwd=ROOT)
                continue
            # Locations would be most of what is shown.
            arguments = [a for a in words[1:] if a != "%s" and a.startswith("--emel")]
            shown = " ".join(shlex.quote(a.replace(folder + "/t", "FOLDER")) for a in arguments)
            return text, shown, tools.run("emel-opt", *arguments, text=text)
    sys.exit(f"{path} runs no emel-opt on itself")


def records(text):
    """What the module's passes counted: (pass, what, how many)."""
    found = re.search(r"emel\.passes = \[(.*?)\]\} \{$", text, re.MULTILINE)
    for entry in re.findall(r"\{((?:[^{}]|\{[^{}]*\})*)\}", found[1] if found else ""):
        name = re.search(r'pass = "([\w-]+)"', entry)[1]
        for what, amount in re.findall(r'(\w+|"[^"]+") = (-?\d+) : i64', re.sub(r"removed = \{[^{}]*\}", "", entry)):
            yield name, what.strip('"'), int(amount)


def statistics(tools):
    """For each pass and thing that it counts the largest sum over a model's passes, and that model."""
    models = sorted((ROOT / "tests/fixtures/models").glob("*/model.gguf"))
    named = {path.parent.name: path for path in models}
    named["split"] = ROOT / "tests/fixtures/split/tiny-00001-of-00003.gguf"
    named["tales"] = ROOT / "models/tales.gguf"
    best = {}
    for model, path in named.items():
        sums = {}
        module = tools.run("emel-compile", str(path))
        for name, what, amount in records(tools.run("emel-opt", *PIPELINE, text=module)):
            sums[name, what] = sums.get((name, what), 0) + amount
        for key, amount in sums.items():
            if amount > best.get(key, (0, ""))[0]:
                best[key] = (amount, model)
    return best


def page(tools, tablegen):
    texts, limits, counted = sections(tablegen), bounds(), statistics(tools)
    order = pipeline(tools)
    out = [HEAD.format(pipeline=" → ".join(f"[`{flag}`](#{flag})" for flag in order))]
    for flag in sorted(texts, key=lambda f: (order.index(f) if f in order else len(order), f)):
        summary, rest = re.match(r"\n_(.*)_\n(.*)", texts[flag], re.DOTALL).groups()
        description, _, options = rest.partition("#### Options")
        out.append(f"## {flag}\n\n{summary}.\n\n{description.strip()}\n")
        if options:
            rows = re.findall(r"^-([\w-]+)\s*: (.*)$", options, re.MULTILINE)
            out.append("| option | |\n| --- | --- |\n" + "".join(f"| `{name}` | {text} |\n" for name, text in rows))
        out.append(f"Bits: the logits move by at most {limits[flag]}.\n" if flag in limits else
                   "Bits: those of the logits are kept.\n")
        before, arguments, after = example(tools, flag)
        out.append(f"```mlir\n{before}```\n\nAfter `emel-opt {arguments}`:\n\n```mlir\n{after.strip()}\n```\n")
        rows = sorted((what, *found) for (name, what), found in counted.items() if name == flag)
        if not rows:
            sys.exit(f"--emel-{flag} did nothing to any model")
        out.append("| counted | most | model |\n| --- | ---: | --- |\n" +
                   "".join(f"| {what} | {amount} | `{model}` |\n" for what, amount, model in rows))
    return "\n".join(out)


def pipeline(tools):
    """The flags of the pipeline in the order of their first run."""
    command = [str(tools.folder / "emel-opt"), *PIPELINE, "--dump-pass-pipeline", "-o", "/dev/null"]
    text = subprocess.run(command, input="module {}", capture_output=True, text=True, check=False).stderr
    return list(dict.fromkeys(re.findall(r"\bemel-([\w-]+)", text)))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("page", type=pathlib.Path)
    parser.add_argument("tools", type=pathlib.Path, help="the folder of emel-opt and emel-compile")
    parser.add_argument("tablegen", nargs="+", help="mlir-tblgen, its options and the table")
    parser.add_argument("--check", action="store_true", help="fail where the page is not what would be written")
    options = parser.parse_args()
    generate.publish(options.page, page(Tools(options.tools.resolve()), options.tablegen), options.check)


if __name__ == "__main__":
    main()
