#!/usr/bin/python3
"""Writes the numeric tests of tests/interpreter/: the inputs, and the values that NumPy computes from them in
float64. With --check it compares them with the files that are there."""

import argparse
import pathlib
import sys

import numpy as np

import op_case
from op_cases import (attention, contraction, elementwise, fill, fusions, movement, norm, quantization, reduction,
                      rope, update, weights)

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "interpreter"
TYPED = (op_case.State, op_case.Rounded)  # values that know their type
SPECIALS = {"f32": ("0x7F800000", "0xFF800000", "0x7FC00000"), "f16": ("0x7C00", "0xFC00", "0x7E00"),
            "f64": ("0x7FF0000000000000", "0xFFF0000000000000", "0x7FF8000000000000")}


def element_of(values):
    return {"int8": "i8", "int16": "i16", "int32": "i32", "int64": "i64"}.get(values.dtype.name, "f32")


def type_of(values, element):
    if isinstance(values, TYPED):
        return values.type_text
    if element.startswith("tensor"):
        return element
    return "tensor<" + "".join(f"{size}x" for size in values.shape) + element + ">"


def literal(values, element):
    """A dense literal; infinities and NaN by their bits, as MLIR has no words for them."""
    if values.size == 0:
        return ""
    if values.ndim:
        return "[" + ", ".join(literal(value, element) for value in values) + "]"
    if element.startswith("i"):
        return str(values)
    if not np.isfinite(values):
        positive, negative, nan = SPECIALS[element]
        return nan if np.isnan(values) else positive if values > 0 else negative
    text = repr(float(values)) if element == "f64" else str(np.float32(values))
    mantissa, _, exponent = text.partition("e")
    return (mantissa if "." in mantissa else mantissa + ".0") + (f"e{exponent}" if exponent else "")


def number(value):
    if isinstance(value, (np.integer, int)):
        return str(value)
    return "nan" if np.isnan(value) else "%.6g" % value


def row(values):
    return " ".join(number(value) for value in np.ravel(values))


def lines(values):
    """What the interpreter prints for a value."""
    if isinstance(values, op_case.State):
        return [f"slot {slot} position {position}: {row(key)} -> {row(value)}"
                for (slot, position), (key, value) in sorted(values.items())]
    if isinstance(values, op_case.Rounded):
        return [f"{number(scale)} * {row(integers)}" for scale, integers in zip(values.scales, values.integers)]
    values = np.asarray(values)
    if values.size == 0:
        return []
    return [row(part) for part in values.reshape(-1, values.shape[-1] if values.ndim else 1)]


def results(case, mode):
    values = case.expected(mode)
    values = values if isinstance(values, tuple) else (values,)
    elements = case.out if isinstance(case.out, tuple) else (case.out,) * len(values)
    return [(value, "") if isinstance(value, TYPED)
            else (op_case.round_result(element, mode, value), element)
            for value, element in zip(values, elements)]


def function(case, single):
    types = {}
    body = []
    for name, values in case.inputs.items():
        element = "f32"
        if isinstance(values, tuple):
            values, element = values
        elif element_of(values) != "f32":
            element = element_of(values)
        types[name] = type_of(values, element)
        body.append(f"  %{name} = arith.constant dense<{literal(values, element)}> : {types[name]}")
    for name, (values, element) in zip(op_case.RESULTS, single):
        types[name] = type_of(values, element)
    returned = op_case.RESULTS[:len(single)]
    text = case.body.strip()
    for name, type_text in types.items():
        text = text.replace("{" + name + "}", type_text)
    body += ["  " + line.strip() for line in text.splitlines()]
    body.append("  return " + ", ".join(f"%{name}" for name in returned) + " : " +
                ", ".join(types[name] for name in returned))
    return (case.module + f"func.func @{case.name}({case.args}) -> (" + ", ".join(types[name] for name in returned) +
            ") {\n" + "\n".join(body) + "\n}\n")


def expectations(case, single, double):
    """The lines to expect, and whether the two modes differ in one."""
    text, differ = [], False
    pairs = zip((line for value, _ in single for line in lines(value)),
                (line for value, _ in double for line in lines(value)))
    for ours, wide in pairs:
        if ours == wide:
            text.append(f"// CHECK-NEXT: {ours}")
        else:
            differ = True
            text += [f"// F32-NEXT: {ours}", f"// F64-NEXT: {wide}"]
    return text, differ


def test_file(cases):
    parts, differ = [], False
    for i, case in enumerate(cases):
        single, double = results(case, op_case.to_f32), results(case, op_case.exactly)
        expected, differs = expectations(case, single, double)
        differ |= differs
        label = f"// CHECK{'-NEXT' if i else ''}: @{case.name}"
        parts.append("\n".join([function(case, single) + label] + expected) + "\n")
    prefixes = [f" --check-prefixes=CHECK,{mode}" if differ else "" for mode in ("F32", "F64")]
    head = ("// Written by tests/reference/ops.py.\n"
            f"// RUN: emel-interpret %s --functions | FileCheck %s --match-full-lines{prefixes[0]}\n"
            f"// RUN: emel-interpret %s --functions --f64 | FileCheck %s --match-full-lines{prefixes[1]}\n")
    return head + "\n" + "\n".join(parts) + "// CHECK-NOT: {{.}}\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare with the committed files")
    check = parser.parse_args().check
    stale = []
    for op, cases in op_case.CASES.items():
        path, text = FOLDER / f"{op}.mlir", test_file(cases)
        if check:
            if not path.exists() or path.read_text() != text:
                stale.append(path.name)
        else:
            path.write_text(text)
    count = sum(len(cases) for cases in op_case.CASES.values())
    print(f"{count} cases of {len(op_case.CASES)} ops" + "".join(f"\nstale: {name}" for name in stale))
    sys.exit(1 if stale else 0)


if __name__ == "__main__":
    with np.errstate(all="ignore"):
        main()
