"""Reproducible random numbers and random blocks of every type, with a chosen standard deviation.

Everything derives from the raw words of PCG64, which NumPy keeps stable across versions, unlike its
distributions. A block of random bytes is valid in every format; only its scales are then set.
"""

import zlib

import numpy as np

from dequantize import TYPES

# Where a block holds f16 scales, each as a multiple of d. Mins make the values average to about 0.
SCALE_FIELDS = {
    "q4_0": {0: 1}, "q4_1": {0: 1, 2: -7.5}, "q5_0": {0: 1}, "q5_1": {0: 1, 2: -15.5},
    "q8_0": {0: 1}, "q2_K": {80: 1, 82: 1.5}, "q3_K": {108: 1}, "q4_K": {0: 1, 2: 7.5},
    "q5_K": {0: 1, 2: 15.5}, "q6_K": {208: 1}, "iq2_xxs": {0: 1}, "iq2_xs": {0: 1},
    "iq2_s": {0: 1}, "iq3_xxs": {0: 1}, "iq3_s": {0: 1}, "iq1_s": {0: 1}, "iq4_nl": {0: 1},
    "iq4_xs": {0: 1}, "tq1_0": {52: 1}, "tq2_0": {64: 1}, "q1_0": {0: 1}, "q2_0": {0: 1},
}
LARGEST_HALF = 65504.0


class Noise:
    """A stream of random numbers that depends on its name alone."""

    def __init__(self, name):
        self.bits = np.random.PCG64(zlib.crc32(name.encode()))

    def raw(self, size):
        words = np.asarray(self.bits.random_raw(size // 8 + 1), "<u8")
        return words.view(np.uint8)[:size].copy()

    def uniform(self, *shape):
        """In [0, 1), in steps of 2^-32."""
        count = int(np.prod(shape))
        return (self.raw(4 * count).view("<u4") / 2.0**32).reshape(shape)

    def normal(self, *shape):
        """Mean 0, deviation 1: the sum of four uniforms is near enough to a Gaussian."""
        return (self.uniform(*shape, 4).sum(axis=-1) - 2) * np.sqrt(3.0)

    def integers(self, low, high, count):
        return low + (self.uniform(count) * (high - low)).astype(np.int64)


def _put_half(blocks, at, values):
    limited = np.clip(values, -LARGEST_HALF, LARGEST_HALF).astype("<f2")
    blocks[:, at : at + 2] = limited[:, None].view(np.uint8)


def _nearest_e4m3(values):
    """Codes 0..126 ascend with the values that they stand for."""
    codes = np.arange(127)
    exponent, mantissa = codes >> 3, codes & 7
    table = np.where(exponent == 0, mantissa / 512, (8 + mantissa) * 2.0 ** (exponent - 10)) / 2
    return np.abs(values[:, None] - table).argmin(axis=1).astype(np.uint8)


def set_scale(name, blocks, d):
    """Writes the scale d of each block; a format of powers of two takes the nearest one."""
    if name == "mxfp4":
        blocks[:, 0] = np.clip(np.round(np.log2(np.abs(d))) + 128, 0, 254)
    elif name == "nvfp4":
        for at, factor in enumerate((1.0, 0.7, 1.3, 1.6)):
            blocks[:, at] = _nearest_e4m3(np.abs(d) * factor)
    elif name == "iq1_m":
        bits = np.clip(d, -LARGEST_HALF, LARGEST_HALF).astype("<f2").view("<u2")
        for word in range(4):
            at = 49 + 2 * word
            blocks[:, at] = blocks[:, at] & 15 | (bits >> 4 * word & 15) << 4
    else:
        for at, factor in SCALE_FIELDS[name].items():
            _put_half(blocks, at, d * factor)


def random_blocks(name, count, deviation, noise):
    """Blocks whose values have about this deviation, uint8 [count, bytes]."""
    blocks = noise.raw(count * TYPES[name].bytes).reshape(count, -1)
    set_scale(name, blocks, np.ones(count))
    unit = TYPES[name].decode(blocks).astype(np.float64).std()
    set_scale(name, blocks, deviation / unit * (0.75 + noise.uniform(count) / 2))
    return blocks


def random_weights(name, count, deviation, noise):
    """The bytes of `count` elements of a type."""
    if name in SCALE_FIELDS or name in ("mxfp4", "nvfp4", "iq1_m"):
        return random_blocks(name, count // TYPES[name].elements, deviation, noise).tobytes()
    return encode_floats(name, noise.normal(count) * deviation)


def encode_floats(name, values):
    single = np.asarray(values, "<f4")
    if name == "f32":
        return single.tobytes()
    if name == "f16":
        return single.astype("<f2").tobytes()
    assert name == "bf16", name
    return ((single.view("<u4") + 0x8000) >> 16).astype("<u2").tobytes()
