"""Reads and writes GGUF version 3 files, as far as the reference scripts need it.

    header    magic 'GGUF', u32 version, u64 tensor count, u64 key count
    metadata  key count times: string key, u32 type, value
    tensors   tensor count times: string name, u32 rank, u64 dims[rank] (fastest first),
              u32 ggml type, u64 offset from the start of the data
    data      starts at the next multiple of general.alignment, as does every tensor

A string is a u64 length and its bytes; an array is a u32 element type, a u64 count, the elements.
"""

import struct

import numpy as np

from dequantize import TYPES, TYPES_BY_ID, dequantize

SCALAR_FORMATS = {
    "u8": (0, "B"), "i8": (1, "b"), "u16": (2, "H"), "i16": (3, "h"), "u32": (4, "I"),
    "i32": (5, "i"), "f32": (6, "f"), "bool": (7, "?"), "u64": (10, "Q"), "i64": (11, "q"),
    "f64": (12, "d"),
}
FORMAT_OF_ID = {number: code for number, code in SCALAR_FORMATS.values()}
STRING, ARRAY = 8, 9
DEFAULT_ALIGNMENT = 32


class Tensor:
    """A tensor as stored: shape is row-major (GGUF's dimensions reversed), data are raw bytes."""

    def __init__(self, name, type_name, shape, data):
        self.name, self.type_name, self.shape, self.data = name, type_name, tuple(shape), data

    def values(self):
        return dequantize(self.type_name, self.data).reshape(self.shape)


def _padding(size, alignment):
    return -size % alignment


# --- writing ---


def _string(text):
    raw = text if isinstance(text, bytes) else text.encode()
    return struct.pack("<Q", len(raw)) + raw


def _value(kind, value):
    """kind is a scalar name, "str", or "[kind]" for an array."""
    if kind == "str":
        return struct.pack("<I", STRING) + _string(value)
    if kind.startswith("["):
        element = kind[1:-1]
        head = struct.pack("<I", ARRAY)
        if element == "str":
            body = b"".join(_string(item) for item in value)
            return head + struct.pack("<IQ", STRING, len(value)) + body
        number, code = SCALAR_FORMATS[element]
        return head + struct.pack(f"<IQ{len(value)}{code}", number, len(value), *value)
    number, code = SCALAR_FORMATS[kind]
    return struct.pack(f"<I{code}", number, value)


def encode(metadata, tensors):
    """metadata: list of (key, kind, value); tensors: list of Tensor. Returns the file's bytes."""
    alignment = next((v for k, _, v in metadata if k == "general.alignment"), DEFAULT_ALIGNMENT)
    out = bytearray(struct.pack("<4sIQQ", b"GGUF", 3, len(tensors), len(metadata)))
    for key, kind, value in metadata:
        out += _string(key) + _value(kind, value)
    data = bytearray()
    for tensor in tensors:
        dims = tensor.shape[::-1]
        out += _string(tensor.name) + struct.pack(f"<I{len(dims)}Q", len(dims), *dims)
        out += struct.pack("<IQ", TYPES[tensor.type_name].number, len(data))
        data += tensor.data
        data += bytes(_padding(len(data), alignment))
    out += bytes(_padding(len(out), alignment))
    return bytes(out + data)


# --- reading ---


class _Cursor:
    def __init__(self, raw):
        self.raw, self.at = raw, 0

    def take(self, code):
        (value,) = struct.unpack_from("<" + code, self.raw, self.at)
        self.at += struct.calcsize("<" + code)
        return value

    def string(self):
        size = self.take("Q")
        self.at += size
        return self.raw[self.at - size : self.at].decode("utf-8", "surrogateescape")

    def value(self, number):
        if number == STRING:
            return self.string()
        if number == ARRAY:
            element, count = self.take("I"), self.take("Q")
            return [self.value(element) for _ in range(count)]
        return self.take(FORMAT_OF_ID[number])


def read(path):
    """Returns (metadata as a dict, tensors as a dict by name) of a well-formed file."""
    with open(path, "rb") as file:
        raw = file.read()
    cursor = _Cursor(raw)
    magic, version = cursor.take("4s"), cursor.take("I")
    if magic != b"GGUF" or version != 3:
        raise ValueError(f"{path}: expected a GGUF 3 file, found {magic!r} version {version}")
    tensor_count, key_count = cursor.take("Q"), cursor.take("Q")
    metadata = {}
    for _ in range(key_count):
        key = cursor.string()
        metadata[key] = cursor.value(cursor.take("I"))
    entries = []
    for _ in range(tensor_count):
        name, rank = cursor.string(), cursor.take("I")
        dims = [cursor.take("Q") for _ in range(rank)]
        entries.append((name, dims, cursor.take("I"), cursor.take("Q")))
    start = cursor.at + _padding(cursor.at, metadata.get("general.alignment", DEFAULT_ALIGNMENT))
    tensors = {}
    for name, dims, number, offset in entries:
        kind = TYPES_BY_ID[number]
        size = int(np.prod(dims)) // kind.elements * kind.bytes
        begin = start + offset
        tensors[name] = Tensor(name, kind.name, dims[::-1], raw[begin : begin + size])
    return metadata, tensors
