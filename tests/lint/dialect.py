#!/usr/bin/python3
"""Checks what belongs together around the dialect's ops, which docs/reference/emel.md lists:

* each numbered constraint has a test that breaks it, and tests expect no others;
* each op's example stands in a test, and each op has numeric cases;
* docs/reference/ggml-coverage.md names ops that exist, and every op;
* the training ops it calls refused are those that the parser refuses.
"""

import re

import repository

DECLARATIONS = {"shard", "weight"}  # they have no value to compute
EXPECTED = re.compile(r"expected-error.*?\{\{.*?\(([A-Z]\d+)\)")


def squeeze(text):
    return re.sub(r"\s+", " ", text).strip()


def documented_ops():
    """Each op's name and text of the reference page, and under None what stands before the ops."""
    page = repository.text("docs/reference/emel.md")
    head, *ops = re.split(r"^### `emel\.", page.split("\n## Attributes")[0], flags=re.MULTILINE)
    return {None: head, **{op[:op.index("`")]: op for op in ops}}


def tests(pattern):
    return [path.read_text() for path in sorted((repository.ROOT / "tests").glob(pattern))]


def broken_constraints():
    """The pairs of op and constraint that negative tests break; None for those of whole modules."""
    broken = set()
    for text in tests("dialect/*-invalid.mlir"):
        for section in text.split("// -----"):
            lines = section.splitlines()
            for i, line in enumerate(lines):
                match = EXPECTED.search(line)
                if not match:
                    continue
                op = re.search(r"emel\.(\w+)", " ".join(rest for rest in lines[i + 1:] if "// expected" not in rest))
                broken.add((op[1] if op and match[1][0] == "C" else None, match[1]))
    return broken


def check_constraints(ops):
    listed = {(op, constraint) for op, text in ops.items() for constraint in re.findall(r"^\* \(([A-Z]\d+)\)", text, re.MULTILINE)}
    broken = broken_constraints()
    for op, constraint in sorted(listed - broken, key=str):
        yield f"no test breaks ({constraint}) of {op or 'the dialect'}"
    for op, constraint in sorted(broken - listed, key=str):
        yield f"a test breaks ({constraint}) of {op or 'the dialect'}, which its description does not list"


def check_examples(ops):
    positive = squeeze(" ".join(text for text in tests("dialect/*.mlir") if "-verify-diagnostics" not in text))
    numeric = {path.stem for path in (repository.ROOT / "tests" / "interpreter").glob("*.mlir")}
    for op, text in ops.items():
        if op is None:
            continue
        examples = re.findall(r"```mlir\n(.*?)```", text, re.DOTALL)
        if len(examples) != 1:
            yield f"emel.{op}: expected one example, found {len(examples)}"
        for example in examples:
            if squeeze(example) not in positive:
                yield f"emel.{op}: its example is in no test of tests/dialect"
        if op not in numeric | DECLARATIONS:
            yield f"emel.{op}: there is no tests/interpreter/{op}.mlir"


def check_coverage(ops):
    table = repository.text("docs/reference/ggml-coverage.md")
    named = set(re.findall(r"`emel\.(\w+)`", table))
    for op in sorted(named - set(ops)):
        yield f"ggml-coverage.md names emel.{op}, which does not exist"
    for op in sorted(set(ops) - {None} - named):
        yield f"ggml-coverage.md does not name emel.{op}"
    refused = {name.strip().lower() for row in re.findall(r"^\| (.*) \| training, refused \|$", table, re.MULTILINE)
               for name in row.split(",")}
    source = repository.text("dialects/emel/EmelDialect.cpp")
    parser = set(re.findall(r'"(\w+)"', source[source.index("kTrainingOps[]"):].split(";")[0]))
    for op in sorted(refused ^ parser):
        yield f"{op} is refused only by {'the parser' if op in parser else 'ggml-coverage.md'}"


def main():
    ops = documented_ops()
    findings = [*check_constraints(ops), *check_examples(ops), *check_coverage(ops)]
    repository.finish(findings, len(ops))


if __name__ == "__main__":
    main()
