#!/usr/bin/python3
"""Expands every ggml tensor type that has values to float32, with NumPy alone.

All arithmetic is float32, one rounding per operation, in the order that the formats define, so that
the results are the exact bits. A decoder takes blocks as uint8 [count, bytes] and returns float32
[count, elements]; the comment beside it lists the fields of a block in the order of its bytes.

    dequantize.py TYPE IN.bin OUT.f32        expands a file of blocks
    dequantize.py --verify-oracle DIR        compares with DIR/blocks/*.bin and *.f32
"""

import argparse
import pathlib
import sys
from collections import namedtuple

import numpy as np

import iq_grids

FOUR_BIT_LEVELS = np.array(
    [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113], np.float32
)
# Twice the E2M1 values, which makes them integers; the scales that go with them are halved instead.
E2M1_DOUBLED = np.array([0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12], np.float32)
IQ1_SHIFT = np.float32(0.125)

# --- pieces that formats share ---


def half(b, at):
    return np.ascontiguousarray(b[:, at : at + 2]).view("<f2").astype(np.float32)


def words(b, at, count, dtype):
    size = count * np.dtype(dtype).itemsize
    return np.ascontiguousarray(b[:, at : at + size]).view(dtype)


def fields(b, width):
    """Splits bytes into fields of `width` bits, lowest first: [..., n] -> [..., n, 8 / width]."""
    return b[..., None] >> np.arange(0, 8, width, dtype=np.uint8) & np.uint8((1 << width) - 1)


def planes(b, width, run):
    """Like fields, but a run of bytes gives all its low fields, then all its next ones."""
    split = fields(b.reshape(len(b), -1, run), width)
    return split.swapaxes(2, 3).reshape(len(b), -1)


def scaled(scales, values):
    """Multiplies each scale [count, groups] with its group of values [count, elements]."""
    grouped = values.reshape(*scales.shape, -1)
    return (scales[..., None] * grouped).reshape(len(values), -1)


def float32(values):
    return values.astype(np.float32)


# --- floats ---


def f32(b):
    return words(b, 0, 1, "<f4").copy()


def f16(b):
    return half(b, 0)


def bf16(b):
    return (words(b, 0, 1, "<u2").astype(np.uint32) << 16).view(np.float32)


# --- 32-element formats: one scale, then quants; a byte holds elements j and j + 16 ---


def q4_0(b):  # d:f16 q[16]
    return half(b, 0) * (float32(planes(b[:, 2:], 4, 16)) - 8)


def q4_1(b):  # d:f16 m:f16 q[16]
    return half(b, 0) * planes(b[:, 4:], 4, 16) + half(b, 2)


def _five_bits(low, high):
    return planes(low, 4, 16) | fields(high, 1).reshape(len(high), -1) << 4


def q5_0(b):  # d:f16 high[4] q[16]
    return half(b, 0) * (float32(_five_bits(b[:, 6:], b[:, 2:6])) - 16)


def q5_1(b):  # d:f16 m:f16 high[4] q[16]
    return half(b, 0) * _five_bits(b[:, 8:], b[:, 4:8]) + half(b, 2)


def q8_0(b):  # d:f16 q:i8[32]
    return half(b, 0) * words(b, 2, 32, "i1")


def iq4_nl(b):  # d:f16 q[16]
    return half(b, 0) * FOUR_BIT_LEVELS[planes(b[:, 2:], 4, 16)]


def mxfp4(b):  # e:u8 q[16]; the scale is 2^(e - 127), halved
    scale = np.ldexp(np.float32(1), b[:, :1].astype(np.int32) - 128)
    return float32(scale) * E2M1_DOUBLED[planes(b[:, 1:], 4, 16)]


def nvfp4(b):  # scale[4] q[4][8]: 16 elements per scale, a byte holds elements j and j + 8
    code = b[:, :4]
    exponent, mantissa = (code >> 3 & 15).astype(np.int32), float32(code & 7)
    normal = np.ldexp(1 + mantissa / 8, exponent - 7)
    scale = np.where(exponent == 0, np.ldexp(mantissa, -9), normal)
    scale = float32(np.where(code == 0x7F, 0, scale) / 2)
    return scaled(scale, E2M1_DOUBLED[planes(b[:, 4:], 4, 8)])


# --- one and two bits with a single scale ---


def q1_0(b):  # d:f16 bits[16]
    d = half(b, 0)
    return np.where(fields(b[:, 2:], 1).reshape(len(b), -1) == 1, d, -d)


def q2_0(b):  # d:f16 q[16]
    return half(b, 0) * (float32(fields(b[:, 2:], 2).reshape(len(b), -1)) - 1)


# --- 256-element formats with a scale per 16 or 32 elements ---


def q2_K(b):  # scales[16] (scale low, min high nibble) q[64] d:f16 dmin:f16
    scale, least = b[:, :16] & 15, b[:, :16] >> 4
    quants = float32(planes(b[:, 16:80], 2, 32))
    offset = half(b, 82) * least
    return scaled(half(b, 80) * scale, quants) - np.repeat(offset, 16, axis=1)


def q3_K(b):  # high[32] q[64] scales[12] (16 of 6 bits) d:f16
    low = planes(b[:, 96:104], 4, 8)
    high = planes(b[:, 104:108], 2, 4)
    scale = float32(low | high << 4) - 32
    quants = float32(planes(b[:, 32:96], 2, 32) | planes(b[:, :32], 1, 32) << 2) - 4
    return scaled(half(b, 108) * scale, quants)


def _scales_and_mins(s):
    """12 bytes -> 8 scales and 8 mins of 6 bits; the last four borrow the top bits of the first."""
    first, second, nibbles = s[:, 0:4], s[:, 4:8], s[:, 8:12]
    scale = np.hstack([first & 63, nibbles & 15 | first >> 6 << 4])
    least = np.hstack([second & 63, nibbles >> 4 | second >> 6 << 4])
    return scale, least


def _affine_k(b, quants):
    scale, least = _scales_and_mins(b[:, 4:16])
    return scaled(half(b, 0) * scale, float32(quants)) - np.repeat(half(b, 2) * least, 32, axis=1)


def q4_K(b):  # d:f16 dmin:f16 scales[12] q[128]
    return _affine_k(b, planes(b[:, 16:], 4, 32))


def q5_K(b):  # d:f16 dmin:f16 scales[12] high[32] q[128]
    return _affine_k(b, planes(b[:, 48:], 4, 32) | planes(b[:, 16:48], 1, 32) << 4)


def q6_K(b):  # low[128] high[64] scales:i8[16] d:f16
    # Within 128 elements the low nibbles of 64 bytes come first, then their high nibbles.
    quants = planes(b[:, :128], 4, 64) | planes(b[:, 128:192], 2, 32) << 4
    return scaled(half(b, 208) * words(b, 192, 16, "i1"), float32(quants) - 32)


def iq4_xs(b):  # d:f16 high:u16 low[4] q[128]
    high = fields(b[:, 2:4], 2).reshape(len(b), -1)
    scale = float32(fields(b[:, 4:8], 4).reshape(len(b), -1) | high << 4) - 32
    return scaled(half(b, 0) * scale, FOUR_BIT_LEVELS[planes(b[:, 8:], 4, 16)])


# --- ternary ---


def _trits(b, count):
    """A byte is a base-3 fraction of 256: multiplying by 3 carries the next digit out."""
    powers = 3 ** np.arange(count, dtype=np.uint32)
    rest = b[:, None, :].astype(np.uint32) * powers[:, None] & 255
    return float32((rest * 3 >> 8).reshape(len(b), -1)) - 1


def tq1_0(b):  # q[48] (5 digits a byte: a run of 32, then of 16) high[4] (4 digits) d:f16
    digits = [_trits(b[:, :32], 5), _trits(b[:, 32:48], 5), _trits(b[:, 48:52], 4)]
    return half(b, 52) * np.hstack(digits)


def tq2_0(b):  # q[64] d:f16
    return half(b, 64) * (float32(planes(b[:, :64], 2, 32)) - 1)


# --- grids ---


def _signs(code):
    """Sign bytes -> [..., 8] of 1 or -1, lowest bit first."""
    return 1 - 2 * float32(fields(code, 1))


def _even_signs(code):
    """7 stored sign bits; the 8th makes the number of minus signs even."""
    code = code.astype(np.uint8)
    parity = np.bitwise_xor.reduce(fields(code, 1), axis=-1)
    return _signs(code | parity << 7)


def _on_grid(scales, points, signs):
    values = points.reshape(len(points), -1)
    return scaled(scales, values) * signs.reshape(len(points), -1)


def _quarter_scales(b, at):
    scale = fields(b[:, at : at + 8], 4).reshape(len(b), -1)
    return half(b, 0) * (float32(scale) + np.float32(0.5)) * np.float32(0.25)


def _packed_signs(packed):
    """u32: four 7-bit sign codes below a 4-bit scale. Returns (scale, signs of 32 elements)."""
    codes = packed[..., None] >> np.arange(0, 28, 7, dtype=np.uint32) & 127
    return float32(packed >> 28), _even_signs(codes)


def iq2_xxs(b):  # d:f16, per 32 elements: index[4] packed:u32
    pair = words(b, 2, 16, "<u4").reshape(len(b), 8, 2)
    index = np.ascontiguousarray(pair[..., 0]).view(np.uint8)
    scale, signs = _packed_signs(pair[..., 1])
    scale = half(b, 0) * (scale + np.float32(0.5)) * np.float32(0.25)
    return _on_grid(scale, iq_grids.IQ2_XXS[index], signs)


def iq2_xs(b):  # d:f16 q:u16[32] (9 bits index, 7 bits signs) scales[8]
    code = words(b, 2, 32, "<u2")
    return _on_grid(_quarter_scales(b, 66), iq_grids.IQ2_XS[code & 511], _even_signs(code >> 9))


def iq2_s(b):  # d:f16 index[32] signs[32] high[8] scales[8]
    high = fields(b[:, 66:74], 2).reshape(len(b), -1).astype(np.uint16)
    points = iq_grids.IQ2_S[b[:, 2:34] | high << 8]
    return _on_grid(_quarter_scales(b, 74), points, _signs(b[:, 34:66]))


def iq3_xxs(b):  # d:f16 index[64] packed:u32[8]
    scale, signs = _packed_signs(words(b, 66, 8, "<u4"))
    scale = half(b, 0) * (scale + np.float32(0.5)) * np.float32(0.5)
    return _on_grid(scale, iq_grids.IQ3_XXS[b[:, 2:66]], signs)


def iq3_s(b):  # d:f16 index[64] high[8] signs[32] scales[4]
    high = fields(b[:, 66:74], 1).reshape(len(b), -1).astype(np.uint16)
    scale = half(b, 0) * (1 + 2 * float32(fields(b[:, 106:110], 4).reshape(len(b), -1)))
    return _on_grid(scale, iq_grids.IQ3_S[b[:, 2:66] | high << 8], _signs(b[:, 74:106]))


def _shifted(scales, points, negative):
    shift = np.where(negative, -IQ1_SHIFT, IQ1_SHIFT)
    per_point = np.repeat(shift, points.shape[1] // shift.shape[1], axis=1)
    return scaled(scales, (points + per_point[..., None]).reshape(len(points), -1))


def iq1_s(b):  # d:f16 index[32] high:u16[8] (four times 3 bits index, 3 bits scale, 1 bit shift)
    high = words(b, 34, 8, "<u2")
    top = (high[..., None] >> np.arange(0, 12, 3, dtype=np.uint16) & 7).reshape(len(b), -1)
    scale = half(b, 0) * (2 * float32(high >> 12 & 7) + 1)
    return _shifted(scale, iq_grids.IQ1[b[:, 2:34] | top << 8], high >> 15 == 1)


def iq1_m(b):  # index[32] high[16] (3 bits index, 1 bit shift) scales:u16[4]
    packed = words(b, 48, 4, "<u2")
    # d is spread over the top nibbles of the four words.
    d = np.bitwise_or.reduce(packed >> 12 << np.arange(0, 16, 4, dtype=np.uint16), axis=1)
    d = float32(d.astype("<u2").view("<f2"))[:, None]
    scale = (packed[..., None] >> np.arange(0, 12, 3, dtype=np.uint16) & 7).reshape(len(b), -1)
    high = fields(b[:, 32:48], 4).reshape(len(b), -1).astype(np.uint16)
    points = iq_grids.IQ1[b[:, :32] | (high & 7) << 8]
    return _shifted(d * (2 * float32(scale) + 1), points, high >> 3 == 1)


Type = namedtuple("Type", "name number elements bytes decode")
TYPES = {
    row[0]: Type(*row)
    for row in [
        ("f32", 0, 1, 4, f32), ("f16", 1, 1, 2, f16), ("bf16", 30, 1, 2, bf16),
        ("q4_0", 2, 32, 18, q4_0), ("q4_1", 3, 32, 20, q4_1), ("q5_0", 6, 32, 22, q5_0),
        ("q5_1", 7, 32, 24, q5_1), ("q8_0", 8, 32, 34, q8_0), ("q2_K", 10, 256, 84, q2_K),
        ("q3_K", 11, 256, 110, q3_K), ("q4_K", 12, 256, 144, q4_K), ("q5_K", 13, 256, 176, q5_K),
        ("q6_K", 14, 256, 210, q6_K), ("iq2_xxs", 16, 256, 66, iq2_xxs),
        ("iq2_xs", 17, 256, 74, iq2_xs), ("iq3_xxs", 18, 256, 98, iq3_xxs),
        ("iq1_s", 19, 256, 50, iq1_s), ("iq4_nl", 20, 32, 18, iq4_nl),
        ("iq3_s", 21, 256, 110, iq3_s), ("iq2_s", 22, 256, 82, iq2_s),
        ("iq4_xs", 23, 256, 136, iq4_xs), ("iq1_m", 29, 256, 56, iq1_m),
        ("tq1_0", 34, 256, 54, tq1_0), ("tq2_0", 35, 256, 66, tq2_0),
        ("mxfp4", 39, 32, 17, mxfp4), ("nvfp4", 40, 64, 36, nvfp4), ("q1_0", 41, 128, 18, q1_0),
        ("q2_0", 42, 64, 18, q2_0),
    ]
}
TYPES_BY_ID = {kind.number: kind for kind in TYPES.values()}


def dequantize(name, raw):
    """Expands the bytes of whole blocks to a flat float32 array."""
    kind = TYPES[name]
    blocks = np.frombuffer(raw, np.uint8).reshape(-1, kind.bytes)
    with np.errstate(over="ignore", invalid="ignore"):
        return kind.decode(blocks).astype(np.float32, copy=False).ravel()


def verify_blocks(folder):
    """Returns the number of cases of the folder that are not equal bit for bit."""
    wrong = count = 0
    for file in sorted(folder.glob("*.bin")):
        expected = np.fromfile(file.with_suffix(".f32"), np.uint32)
        got = dequantize(file.name.split(".")[0], file.read_bytes()).view(np.uint32)
        count += 1
        if not np.array_equal(expected, got):
            wrong += 1
            print(f"{file.name}: {np.count_nonzero(expected != got)} of {expected.size} differ")
    print(f"{count - wrong} of {count} block files equal bit for bit")
    return wrong if count else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--verify-oracle", type=pathlib.Path, metavar="DIR")
    parser.add_argument("args", nargs="*", metavar="TYPE IN.bin OUT.f32")
    options = parser.parse_args()
    if options.verify_oracle:
        sys.exit(1 if verify_blocks(options.verify_oracle / "blocks") else 0)
    if len(options.args) != 3 or options.args[0] not in TYPES:
        parser.error("expected TYPE IN.bin OUT.f32 with one of " + " ".join(TYPES))
    name, source, target = options.args
    dequantize(name, pathlib.Path(source).read_bytes()).tofile(target)


if __name__ == "__main__":
    main()
