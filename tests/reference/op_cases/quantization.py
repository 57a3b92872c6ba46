"""Cases of activations rounded to 8 bits: of the rounding, in float32 as NumPy has it, and of the sums that the scheme
prescribes, in fractions that are rounded where it says so. Beside a sum stands how far it is from the right float32, which
is 0 to the last bit; with --f64 it is what the sums in float32 have lost."""

from fractions import Fraction

import numpy as np

import dequantize
from op_case import Rounded, case, f32, i32, random, to_f32
from op_cases.weights import BLOCKS, declare

GROUP = 16

# --- the rounding ---


def round_rows(x):
    """Scales and integers of all groups."""
    x = np.asarray(x, np.float32).reshape(-1, GROUP)
    largest = np.max(np.abs(x), axis=1)
    scale = largest / np.float32(127)
    usable = np.isfinite(largest) & (scale >= np.finfo(np.float32).tiny)
    inverse = np.float32(1) / np.where(usable, scale, np.float32(1))
    integers = np.rint(np.where(usable[:, None], x, np.float32(0)) * inverse[:, None]).astype(int)
    return np.where(usable, scale, np.where(np.isfinite(largest), np.float32(0), np.float32(np.nan))), integers


def a8(*shape):
    return "tensor<" + "x".join(map(str, shape)) + "x!emel.a8>"


def rounding(x):
    return "%q = emel.quantize %x <group = 16, rounding = half_even, sum = ascending> : ({x}) -> " + a8(*x.shape)


def quantize_case(name, x):
    case("quantize", name, {"x": x}, rounding(x).replace("%q", "%r"), lambda r: Rounded(a8(*x.shape), *round_rows(x)))


def group(*numbers):
    return np.concatenate([f32(numbers), np.zeros(GROUP - len(numbers))])


quantize_case("rows", random(200, 2, 64, scale=3))
quantize_case("experts", random(201, 2, 2, 32))
quantize_case("halves_go_to_even", group(127, 0.5, 1.5, 2.5, 3.5, -0.5, -1.5, -2.5, 0.499, 0.501)[None])
TINY = np.finfo(np.float32).tiny
quantize_case("edges", np.stack([
    group(0.0), group(np.inf, 1), group(-np.inf, 1), group(np.nan, 1), group(1e-45, -1e-45), group(126 * TINY), group(127 * TINY, TINY),
    group(3.4e38, -3.4e38, 1.7e38)]))
case("quantize", "none", {"x": (np.zeros((0, 32)), "f32")}, rounding(np.zeros((0, 32))).replace("%q", "%r"),
     lambda r: Rounded(a8(0, 32), [], []))

# --- the sums ---

# Where a block keeps the scale of its integers, and where that of its minima; float16 both, but for mxfp4, and in
# the formats of "_1" minima are added.
SCALES = {"q8_0": [0], "q4_0": [0], "q4_1": [0, 2], "q5_0": [0], "q5_1": [0, 2], "q2_K": [80, 82], "q3_K": [108], "q4_K": [0, 2],
          "q5_K": [0, 2], "q6_K": [208], "iq4_nl": [0], "iq4_xs": [0], "mxfp4": [0]}


def with_scales(name, blocks, scales):
    blocks = blocks.copy()
    for at, scale in zip(SCALES[name], scales):
        if name == "mxfp4":
            blocks[:, at] = 128  # half the scale is what multiplies integers
        else:
            blocks[:, at:at + 2] = np.frombuffer(np.float16(scale).tobytes(), np.uint8)
    return dequantize.dequantize(name, blocks.tobytes()).astype(int)


def parts_of(name):
    """The weight as sums of (scale, integers) by group: what its decoder gives for scales of 1 and 0 are its integers."""
    kind = dequantize.TYPES[name]
    blocks = np.fromfile(BLOCKS / f"{name}.bin", np.uint8).reshape(-1, kind.bytes)
    parts = []
    for i, at in enumerate(SCALES[name]):
        integers = with_scales(name, blocks, [j == i for j in range(len(SCALES[name]))]).reshape(-1, GROUP)
        scale = np.ldexp(1.0, blocks[:, 0].astype(int) - 128) if name == "mxfp4" else dequantize.half(blocks, at)[:, 0].astype(float)
        parts.append((np.repeat(scale, kind.elements // GROUP), integers))
    return parts


def nearest(number, bits, smallest):
    """A fraction rounded to `bits` significant bits, ties to even, and to a multiple of 2^smallest."""
    if number == 0:
        return number
    exponent = abs(number.numerator).bit_length() - number.denominator.bit_length()
    if abs(number) < Fraction(2) ** exponent:
        exponent -= 1
    unit = Fraction(2) ** max(exponent - bits + 1, smallest)
    return round(number / unit) * unit


def multiply(mode, parts, rows, x):
    """Rows of x times rows of the weight, one rounding for each product of scales and each sum."""
    rounded = (lambda y: nearest(y, 24, -149)) if mode is to_f32 else (lambda y: nearest(y, 53, -1074))
    scales, integers = round_rows(x)
    count = x.shape[-1] // GROUP
    result = np.zeros((len(integers) // count, rows))
    for i, o in np.ndindex(result.shape):
        total = Fraction(0)
        for g in range(count):
            for scale, weights in parts:
                products = int(weights[o * count + g] @ integers[i * count + g])
                factor = rounded(Fraction(float(scale[o * count + g])) * Fraction(float(scales[i * count + g])))
                total = rounded(products * factor + total)
        result[i, o] = total
    return result


def contraction(op, case_name, name, shape, x, expected, extra=None, layout=""):
    """A case of `expected(mode)` and of its difference from the float32 that it must be."""
    element, file = f"!emel.{name.lower()}", f"{name}.bin"
    weight = "tensor<" + "x".join(map(str, shape)) + f"x{element}>"
    stored = f"{weight[:-1]}, #emel.layout<{layout}>>" if layout else weight
    text = f"%w = emel.get_weight @{case_name}.w : {weight}\n" + (f"%p = emel.pack %w : {weight} to {stored}\n" if layout else "")
    operands, types = ["%q", "%p" if layout else "%w"], [a8(*x.shape), stored]
    for operand in extra or {}:
        operands.append(f"%{operand}")
        types.append("{" + operand + "}")
    text += rounding(x) + f"\n%r = emel.{op} {', '.join(operands)} : ({', '.join(types)}) -> {{r}}\n"
    text += "%s = emel.sub %r, %e : ({r}, {e}) -> {s}"
    right = expected(to_f32)
    case(op, case_name, {"x": x, **(extra or {}), "e": right}, text, lambda mode: (expected(mode), expected(mode) - right),
         module=declare(case_name, file, weight))


def sums_case(name, rows, x, suffix="", layout=""):
    parts = parts_of(name)
    width = parts[0][1].size // rows
    contraction("matmul", f"rounded_{name.lower()}{suffix}", name, (rows, width), x[..., :width],
                lambda mode: multiply(mode, parts, rows, x[..., :width]), layout=layout)


for name in SCALES:
    # All blocks of 32 in one row, so that it has groups to sum.
    sums_case(name, 5 if dequantize.TYPES[name].elements == 256 else 1, random(210, 1, 256))
sums_case("q4_K", 1, random(211, 2, 1280), "_in_one_row")
sums_case("q6_K", 5, random(212, 1, 256), "_packed", layout="r16")

EXPERTS = parts_of("q8_0")
IDS = i32([[0, 4], [2, 2]])


def chosen(mode, x):
    """Each token's own row, or that of each of its experts, times the expert's only row."""
    each = np.repeat(x, 2, axis=0) if x.ndim == 2 else x.reshape(4, -1)
    return multiply(mode, EXPERTS, 5, each)[np.arange(4), IDS.ravel()].reshape(2, 2, 1)


for case_name, x in (("rounded_for_all", random(213, 2, 32)), ("rounded_each", random(214, 2, 2, 32))):
    contraction("matmul_id", case_name, "q8_0", (5, 1, 32), x, lambda mode, x=x: chosen(mode, x), extra={"ids": IDS})
