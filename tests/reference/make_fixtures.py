#!/usr/bin/python3
"""Writes the reference fixtures below tests/fixtures, or checks that they are what this writes.

    make_fixtures.py             writes blocks/, models/ and split/
    make_fixtures.py --check     compares with the committed files, changes nothing

Models and blocks are compared byte by byte. Logits may differ by 1e-5, because the order of a
float64 sum depends on the machine's BLAS.
"""

import argparse
import pathlib
import sys
import tempfile

import numpy as np

import fixture_models
import gguf_file
import models
from dequantize import TYPES, dequantize
from random_blocks import Noise, encode_floats, random_blocks, set_scale

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "fixtures"
GREEDY_STEPS = 6
# A greedy step must be clear, so that float32 arithmetic in any order makes the same choice.
SMALLEST_GAP = 0.05
LOGITS_TOLERANCE = 1e-5

# --- blocks ---


def float_block(name):
    """Zeros, the largest and smallest magnitudes of both signs, then ordinary values."""
    tiny, large = {"f16": (2.0**-24, 65504.0), "bf16": (2.0**-133, 2.0**127 * 1.9921875)}[name]
    edges = [0.0, -0.0, tiny, -tiny, 3 * tiny, large, -large, 1.0]
    return encode_floats(name, np.concatenate([edges, Noise(name).normal(56)]))


def block_cases(name):
    """Scales: ordinary; negative and largest; smallest; plain above all bits set; then all zero."""
    if name in ("f16", "bf16"):
        return float_block(name)
    blocks = random_blocks(name, 5, 1.0, Noise("blocks " + name))
    largest = 2.0**122 if name == "mxfp4" else -65504.0
    smallest = 2.0**-128 if name == "mxfp4" else 2.0**-24
    blocks[3:] = 0xFF
    set_scale(name, blocks[1:4], np.array([largest, smallest, 0.5]))
    if name == "nvfp4":
        blocks[2, :4] = (1, 7, 0x7E, 0x7F)  # subnormals, the largest, not a number
    blocks[4] = 0
    return blocks.tobytes()


def block_files():
    for name in TYPES:
        if name == "f32":
            continue
        raw = block_cases(name)
        values = dequantize(name, raw)
        assert np.isfinite(values).all(), name
        yield f"blocks/{name}.bin", raw
        yield f"blocks/{name}.f32", values.astype("<f4").tobytes()


# --- models ---


def ids(tokens):
    return (",".join(map(str, tokens)) + "\n").encode()


def smallest_gap(model, prompt, greedy):
    rows = np.sort(models.logits(model, prompt + greedy)[len(prompt) - 1 : -1], axis=-1)
    return float((rows[:, -1] - rows[:, -2]).min())


def choose_run(model, spec):
    """The first random prompt whose greedy continuation has no near-tie."""
    first = [model.metadata["tokenizer.ggml.bos_token_id"]]
    if not model.metadata["tokenizer.ggml.add_bos_token"]:
        first = []
    vocabulary = len(model.metadata["tokenizer.ggml.tokens"])
    for attempt in range(100):
        noise = Noise(f"{spec.name} prompt {attempt}")
        prompt = first + noise.integers(3, vocabulary, spec.prompt - len(first)).tolist()
        greedy = models.generate(model, prompt, GREEDY_STEPS)
        if smallest_gap(model, prompt, greedy) >= SMALLEST_GAP:
            return prompt, greedy
    raise AssertionError(f"{spec.name}: every prompt has a near-tie")


def expected_files(folder, spec, model):
    prompt, greedy = choose_run(model, spec)
    rows = models.logits(model, prompt).astype("<f4")
    assert np.isfinite(rows).all() and 4 < np.abs(rows).max() < 40, (spec.name, np.abs(rows).max())
    yield f"{folder}/tokens.txt", ids(prompt)
    yield f"{folder}/logits.f32", rows.tobytes()
    yield f"{folder}/greedy.txt", ids(greedy)


def load(raw):
    with tempfile.NamedTemporaryFile(suffix=".gguf") as file:
        file.write(raw)
        file.flush()
        return models.Model(file.name)


def model_files(spec):
    tensors = fixture_models.tensors_of(spec)
    if spec.types == fixture_models.ALL_TYPES:
        assert {t.type_name for t in tensors} == set(TYPES), spec.name
    raw = gguf_file.encode(fixture_models.metadata_of(spec), tensors)
    folder = f"models/{spec.name}"
    yield f"{folder}/model.gguf", raw
    yield from expected_files(folder, spec, load(raw))


def split_files(spec, shards=3):
    """All metadata go to the first shard; each other shard holds a run of the tensors."""
    tensors, metadata = fixture_models.tensors_of(spec), fixture_models.metadata_of(spec)
    bounds = [0, *(len(tensors) * shard // (shards - 1) for shard in range(shards))]
    for shard in range(shards):
        own = [
            ("split.no", "u16", shard),
            ("split.count", "u16", shards),
            ("split.tensors.count", "i32", len(tensors)),
        ]
        part = tensors[bounds[shard] : bounds[shard + 1]]
        raw = gguf_file.encode((metadata if shard == 0 else []) + own, part)
        yield f"split/tiny-{shard + 1:05}-of-{shards:05}.gguf", raw
    yield from expected_files("split", spec, load(gguf_file.encode(metadata, tensors)))


def all_files():
    yield from block_files()
    for spec in fixture_models.SPECS:
        yield from model_files(spec)
    yield from split_files(fixture_models.SPLIT)


# --- commands ---


def same(path, expected, found):
    if not path.endswith("logits.f32"):
        return expected == found
    if len(expected) != len(found):
        return False
    a, b = np.frombuffer(expected, "<f4"), np.frombuffer(found, "<f4")
    return float(np.abs(a - b).max()) <= LOGITS_TOLERANCE


def check():
    complaints, expected = [], dict(all_files())
    for path, raw in expected.items():
        file = FIXTURES / path
        if not file.exists():
            complaints.append(f"{path}: missing")
        elif not same(path, raw, file.read_bytes()):
            complaints.append(f"{path}: differs from what make_fixtures.py writes")
    for folder in ("blocks", "models", "split"):
        for file in sorted((FIXTURES / folder).rglob("*")):
            path = file.relative_to(FIXTURES).as_posix()
            if file.is_file() and path not in expected:
                complaints.append(f"{path}: no fixture of this name")
    print("\n".join(complaints) or f"{len(expected)} fixture files are as expected")
    return 1 if complaints else 0


def write():
    total = 0
    for path, raw in all_files():
        file = FIXTURES / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(raw)
        total += len(raw)
    print(f"wrote {total} bytes below {FIXTURES.name}/")
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="compare, change nothing")
    sys.exit(check() if parser.parse_args().check else write())


if __name__ == "__main__":
    main()
