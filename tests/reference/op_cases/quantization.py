"""Cases of rounded activations: integers and scales from the bytes of a block, sums by the formula of emel.matmul. A product of an
integer below 2^24 and a float32 is exact in float64, so that rounding after each fma is all that float32 adds."""

import numpy as np

from op_case import i32, random
from op_cases.weights import BLOCKS, weight_case

SCHEME = "<group = 32, rounding = half_even, sum = ascending>"


def rounded(rows):
    """Integers and scales of groups of 32, each operation rounded to float32."""
    groups = np.float32(rows).reshape(*rows.shape[:-1], -1, 32)
    scale = np.float32(np.abs(groups).max(-1) / np.float32(127))
    inverse = np.where(scale > 0, np.float32(1) / np.where(scale > 0, scale, 1), 0).astype(np.float32)
    return np.rint(groups * inverse[..., None]).astype(np.int64), scale


def product(r, rows, weights):
    """`r` rounds each product of scales and each fma; `weights` lists, for each row of the weight, its groups (integers, scale, minimum)."""
    integers, scales = rounded(rows)
    result = np.zeros((rows.shape[0], len(weights)))
    for i, (x, d) in enumerate(zip(integers, scales)):
        for o, groups in enumerate(weights):
            acc = np.float64(0)
            for g, (w, scale, minimum) in enumerate(groups):
                acc = r(int(w @ x[g]) * r(np.float64(scale) * np.float64(d[g])) + acc)
                if minimum is not None:
                    acc = r(int(x[g].sum()) * -r(np.float64(minimum) * np.float64(d[g])) + acc)
            result[i, o] = acc
    return result


def q8_0():
    blocks = np.fromfile(BLOCKS / "q8_0.bin", dtype=np.uint8).reshape(5, 34)
    return [[(b[2:].view(np.int8).astype(np.int64), b[:2].view(np.float16)[0], None)] for b in blocks]


def q4_1():
    """value = d q + m, so the minimum is -m."""
    blocks = np.fromfile(BLOCKS / "q4_1.bin", dtype=np.uint8).reshape(5, 20)
    return [[(np.concatenate([b[4:] & 15, b[4:] >> 4]).astype(np.int64), b[:2].view(np.float16)[0],
              -b[2:4].view(np.float16)[0])] for b in blocks]


ROWS = random(150, 3, 32)
ROWS[1, 5] = 40  # an outlier takes the others' digits
ROWS[2] = 0
TEXT = ("%q = emel.quantize %x " + SCHEME + " : ({x}) -> tensor<3x32x!emel.a8>\n"
        "%r = emel.matmul %q, %w : (tensor<3x32x!emel.a8>, {w}) -> {r}")
for kind, weights in (("q8_0", q8_0()), ("q4_1", q4_1())):
    weight_case("matmul", f"rounded_{kind}", f"{kind}.bin", f"tensor<5x32x!emel.{kind}>", TEXT,
                lambda r, w=weights: product(r, ROWS, w), {"x": ROWS})
weight_case("quantize", "identity", "q8_0.bin", "tensor<5x32x!emel.q8_0>", TEXT, lambda r: product(r, ROWS, q8_0()), {"x": ROWS})

IDS = i32([[0, 4], [2, 2], [1, 3]])
weight_case("matmul_id", "rounded", "q8_0.bin", "tensor<5x1x32x!emel.q8_0>",
            "%q = emel.quantize %x " + SCHEME + " : ({x}) -> tensor<3x32x!emel.a8>\n"
            "%r = emel.matmul_id %q, %w, %ids : (tensor<3x32x!emel.a8>, {w}, {ids}) -> {r}",
            lambda r: np.take_along_axis(product(r, ROWS, q8_0()), IDS, axis=1)[..., None], {"x": ROWS, "ids": IDS})
