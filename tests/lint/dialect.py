#!/usr/bin/python3
"""Checks what belongs together around the ops of the dialects, which docs/reference/DIALECT.md lists:

* each numbered constraint has a test that breaks it, and tests expect no others;
* each error of the plan dialect, where a verifier looks at whole steps, says which constraint is broken;
* each op's example stands in a test;
* each op of emel has numeric cases;
* docs/reference/ggml-coverage.md names ops that exist, and every op of emel;
* the training ops it calls refused are those that the parser refuses.
"""

import re

import repository

DECLARATIONS = {"shard", "weight", "yield"}  # they have no value of their own to compute
EXPECTED = re.compile(r"expected-error.*?\{\{.*?\(([A-Z]\d+)\)")


def squeeze(text):
    return re.sub(r"\s+", " ", text).strip()


def documented_ops(dialect):
    """Each op's name and text of the reference page, and under None what stands before the ops."""
    page = repository.text(f"docs/reference/{dialect}.md")
    head, *ops = re.split(rf"^### `{dialect}\.", page.split("\n## Attributes")[0], flags=re.MULTILINE)
    return {None: head, **{op[:op.index("`")]: op for op in ops}}


def tests(pattern):
    return [path.read_text() for path in sorted((repository.ROOT / "tests").glob(pattern))]


def negative_tests(dialect):
    """Those of plans are in files of that name."""
    every = {path: path.read_text() for path in (repository.ROOT / "tests" / "dialect").glob("*-invalid.mlir")}
    return [text for path, text in sorted(every.items()) if path.name.startswith("plan") == (dialect == "plan")]


def broken_constraints(dialect):
    """The pairs of op and constraint that negative tests break; None for those of whole modules."""
    broken = set()
    for text in negative_tests(dialect):
        for section in text.split("// -----"):
            lines = section.splitlines()
            for i, line in enumerate(lines):
                match = EXPECTED.search(line)
                if not match:
                    continue
                op = re.search(rf"{dialect}\.(\w+)", " ".join(rest for rest in lines[i + 1:] if "// expected" not in rest))
                broken.add((op[1] if op and match[1][0] == "C" else None, match[1]))
    return broken


def check_constraints(dialect, ops):
    listed = {(op, constraint) for op, text in ops.items() for constraint in re.findall(r"^\* \(([A-Z]\d+)\)", text, re.MULTILINE)}
    broken = broken_constraints(dialect)
    for op, constraint in sorted(listed - broken, key=str):
        yield f"no test breaks ({constraint}) of {dialect}{'.' + op if op else ''}"
    for op, constraint in sorted(broken - listed, key=str):
        yield f"a test breaks ({constraint}) of {dialect}{'.' + op if op else ''}, which its description does not list"


def check_numbered(dialect):
    for path in sorted((repository.ROOT / "dialects" / dialect).glob("*.cpp")):
        for match in re.finditer(r'emit(?:Op)?Error\(\s*"(?!\([A-Z]\d)(.*?)"', path.read_text()):
            yield f"{path.relative_to(repository.ROOT)}: '{match[1]}' begins without the number of a constraint"


def check_examples(dialect, ops):
    positive = squeeze(" ".join(text for text in tests("dialect/*.mlir") if "-verify-diagnostics" not in text))
    for op, text in ops.items():
        if op is None:
            continue
        examples = re.findall(r"```mlir\n(.*?)```", text, re.DOTALL)
        if len(examples) != 1:
            yield f"{dialect}.{op}: expected one example, found {len(examples)}"
        for example in examples:
            if squeeze(example) not in positive:
                yield f"{dialect}.{op}: its example is in no test of tests/dialect"


def check_numbers(ops):
    numeric = {path.stem for path in (repository.ROOT / "tests" / "interpreter").glob("*.mlir")}
    for op in sorted(set(ops) - {None} - numeric - DECLARATIONS):
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
    findings, checked = [], 0
    for dialect in ("emel", "plan"):
        ops = documented_ops(dialect)
        findings += [*check_constraints(dialect, ops), *check_examples(dialect, ops)]
        if dialect == "emel":
            findings += [*check_numbers(ops), *check_coverage(ops)]
        else:
            findings += check_numbered(dialect)
        checked += len(ops)
    repository.finish(findings, checked)


if __name__ == "__main__":
    main()
