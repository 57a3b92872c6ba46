"""One numeric test of an op: its inputs, its text and the values that it must give.

    case("add", "row", {"a": A, "b": B}, "%r = emel.add %a, %b : ({a}, {b}) -> {r}", lambda r: A + B)

adds function @row to tests/interpreter/add.mlir. Inputs become constants, `{a}` the type of input a. The op's
results are named %r, %s and %t; the last argument computes them in float64, given `r`, which rounds to the type
that intermediate values have: float32, or nothing where the interpreter runs with --f64.
"""

import collections

import numpy as np

RESULTS = ("r", "s", "t")
CASES = collections.OrderedDict()  # op -> list of Case

Case = collections.namedtuple("Case", "name inputs body expected out args module")


class State(dict):
    """A state's cells: (slot, position) -> (key, value)."""

    def __init__(self, type_text, cells):
        super().__init__(cells)
        self.type_text = type_text


class Rounded:
    """Activations of 8 bits: the scale and the integers of each group."""

    def __init__(self, type_text, scales, integers):
        self.type_text, self.scales, self.integers = type_text, scales, integers


def case(op, name, inputs, body, expected, out="f32", args="", module=""):
    """`out` is the results' element type (or all of a type, where a dimension is unknown), or one for each result;
    `args` are the function's arguments, `module` is the text before the function."""
    CASES.setdefault(op, []).append(Case(name, inputs, body, expected, out, args, module))


def f32(values):
    """Numbers as float32 holds them, for float64 arithmetic."""
    return np.asarray(values, dtype=np.float32).astype(np.float64)


def i32(values):
    return np.asarray(values, dtype=np.int32)


def i64(values):
    return np.asarray(values, dtype=np.int64)


def random(seed, *shape, scale=1.0):
    """Numbers of three decimals, so that the tests read well."""
    return f32(np.round(np.random.default_rng(seed).normal(size=shape) * scale, 3))


def bf16(values):
    """Rounded to bfloat16, ties to even."""
    bits = np.asarray(values, dtype=np.float32).view(np.uint32).astype(np.uint64)
    bits = (bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000
    return bits.astype(np.uint32).view(np.float32).astype(np.float64)


def to_f32(x):
    return np.asarray(x, dtype=np.float64).astype(np.float32).astype(np.float64)


def exactly(x):
    return np.asarray(x, dtype=np.float64)


ROUND = {
    "f16": lambda x: np.asarray(x, dtype=np.float64).astype(np.float16).astype(np.float64),
    "bf16": bf16,
    "f64": exactly,
}


def round_result(element, mode, values):
    """A result as it is printed: `mode` rounds f32, the other types have their own rounding."""
    if element.startswith("i"):
        return np.asarray(values)
    if element.startswith("tensor"):
        element = "f32"  # what blocks decode to
    return (mode if element == "f32" else ROUND[element])(values)
