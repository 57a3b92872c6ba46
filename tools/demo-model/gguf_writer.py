"""Writes GGUF version 3: metadata, then tensors, quantised as asked.

    "GGUF" | version u32 | tensor count u64 | key count u64
    keys:     name, type u32, value
    tensors:  name, dimension count u32, dimensions u64 (innermost first), type u32, offset u64
    padding to 32, then the tensors' bytes, each padded to 32; offsets count from the first of them
"""

import struct

import numpy as np

ALIGNMENT = 32
U32, I32, F32, BOOL, STRING, ARRAY = 4, 5, 6, 7, 8, 9
FORMATS = {U32: "<I", I32: "<i", F32: "<f", BOOL: "<?"}
TYPE_IDS = {"F32": 0, "Q8_0": 8}


def string(text):
    data = text.encode("utf-8")
    return struct.pack("<Q", len(data)) + data


def value_bytes(kind, value):
    return string(value) if kind == STRING else struct.pack(FORMATS[kind], value)


def key_bytes(name, kind, value):
    """One metadata entry; a list becomes an array of `kind`."""
    if not isinstance(value, list):
        return string(name) + struct.pack("<I", kind) + value_bytes(kind, value)
    head = string(name) + struct.pack("<IIQ", ARRAY, kind, len(value))
    return head + b"".join(value_bytes(kind, element) for element in value)


def quantise_q8_0(values):
    """Blocks of 32 along the rows: a float16 scale, then 32 signed bytes."""
    blocks = values.reshape(-1, 32)
    scales = (np.abs(blocks).max(axis=1, keepdims=True) / 127).astype(np.float16)
    # Dividing by the scale as stored, not as computed, leaves the smaller error.
    divisors = np.where(scales == 0, 1, scales).astype(np.float32)
    # The stored scale may be rounded down, which would carry the largest value to 128.
    quants = np.clip(np.rint(blocks / divisors), -127, 127).astype(np.int8)
    return np.hstack([scales.view(np.uint8), quants.view(np.uint8)]).tobytes()


ENCODERS = {"F32": lambda values: values.astype("<f4").tobytes(), "Q8_0": quantise_q8_0}


def pad(data):
    return data + bytes(-len(data) % ALIGNMENT)


def gguf_bytes(keys, tensors):
    """The file's bytes, from keys (name, kind, value) and tensors (name, type, array)."""
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(keys))
    head += b"".join(key_bytes(*key) for key in keys)
    body = b""
    for name, kind, values in tensors:
        dimensions = values.shape[::-1]
        head += string(name) + struct.pack(f"<I{len(dimensions)}Q", len(dimensions), *dimensions)
        head += struct.pack("<IQ", TYPE_IDS[kind], len(body))
        body += pad(ENCODERS[kind](values))
    return pad(head) + body
