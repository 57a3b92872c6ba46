#!/usr/bin/env python3
"""Verifies a finished GGUF file of the demonstration model, with nothing but NumPy.

Parses the file, dequantises it and computes in float64. Prints greedy continuations, and the
perplexity on held-out stories beside the entropy of their generator.
"""

import argparse
import json
import math
import pathlib
import struct

import numpy as np

import corpus
import tokenizer as spm

SCALARS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q",
           11: "<q", 12: "<d"}
STRING, ARRAY = 8, 9
PROMPTS = [
    "Once there was a",
    "Lily was a shy mouse.",
    "In a village by the sea lived",
    "Otto was a brave bear. One night he woke up because of",
    'Once there was a proud otter named Hazel. "I have lost my golden key,"',
    "Größe 7?",  # characters that the vocabulary lacks: byte tokens
]


class Reader:
    """Reads GGUF values one after the other."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, form):
        value, = struct.unpack_from(form, self.data, self.at)
        self.at += struct.calcsize(form)
        return value

    def string(self):
        length = self.take("<Q")
        self.at += length
        return self.data[self.at - length:self.at].decode("utf-8")

    def value(self, kind):
        if kind == STRING:
            return self.string()
        if kind == ARRAY:
            element, count = self.take("<I"), self.take("<Q")
            return [self.value(element) for _ in range(count)]
        return self.take(SCALARS[kind])


def dequantise(data, kind, shape):
    """float64 values of F32 (type 0) or Q8_0 (type 8) bytes at the start of `data`."""
    count = math.prod(shape)
    if kind == 0:
        return np.frombuffer(data, "<f4", count).astype(np.float64).reshape(shape)
    if kind != 8:
        raise SystemExit(f"tensor type {kind} is not one that this model uses")
    block = np.dtype([("scale", "<f2"), ("quants", "i1", 32)])
    blocks = np.frombuffer(data, block, count // 32)
    return (blocks["scale"].astype(np.float64)[:, None] * blocks["quants"]).reshape(shape)


def read_gguf(path):
    """The metadata and the dequantised tensors of a GGUF file."""
    reader = Reader(path.read_bytes())
    if reader.take("<I") != 0x46554747 or reader.take("<I") != 3:
        raise SystemExit(f"{path}: expected a GGUF file of version 3")
    tensor_count, key_count = reader.take("<Q"), reader.take("<Q")
    metadata = {}
    for _ in range(key_count):
        name = reader.string()
        metadata[name] = reader.value(reader.take("<I"))
    entries = []
    for _ in range(tensor_count):
        name, rank = reader.string(), reader.take("<I")
        shape = [reader.take("<Q") for _ in range(rank)][::-1]
        entries.append((name, shape, reader.take("<I"), reader.take("<Q")))
    start = -(-reader.at // 32) * 32
    return metadata, {name: dequantise(memoryview(reader.data)[start + offset:], kind, shape)
                      for name, shape, kind, offset in entries}


def rms_norm(x, weight, epsilon):
    return x / np.sqrt((x * x).mean(-1, keepdims=True) + epsilon) * weight


class Model:
    """Llama forward pass over a whole sequence, written for reading, not for speed."""

    def __init__(self, metadata, tensors):
        self.tensors = tensors
        get = lambda key: metadata["llama." + key]
        self.blocks, self.epsilon = get("block_count"), get("attention.layer_norm_rms_epsilon")
        self.heads, self.kv_heads = get("attention.head_count"), get("attention.head_count_kv")
        self.rope_size, self.rope_base = get("rope.dimension_count"), get("rope.freq_base")

    def logits(self, ids):
        """Logits [len(ids), vocabulary]: row i predicts the token after ids[i]."""
        x = self.tensors["token_embd.weight"][ids]
        for block in range(self.blocks):
            weight = lambda name: self.tensors[f"blk.{block}.{name}.weight"]
            x = x + self.attention(rms_norm(x, weight("attn_norm"), self.epsilon), weight)
            h = rms_norm(x, weight("ffn_norm"), self.epsilon)
            gate = h @ weight("ffn_gate").T
            x = x + (gate / (1 + np.exp(-gate)) * (h @ weight("ffn_up").T)) @ weight("ffn_down").T
        x = rms_norm(x, self.tensors["output_norm.weight"], self.epsilon)
        return x @ self.tensors.get("output.weight", self.tensors["token_embd.weight"]).T

    def attention(self, h, weight):
        length = len(h)
        split = lambda x, heads: x.reshape(length, heads, -1).transpose(1, 0, 2)
        query = self.rotate(split(h @ weight("attn_q").T, self.heads))
        key = self.rotate(split(h @ weight("attn_k").T, self.kv_heads))
        value = split(h @ weight("attn_v").T, self.kv_heads)
        hidden = np.triu(np.full((length, length), -np.inf), 1)
        outputs = []
        for head in range(self.heads):
            shared = head * self.kv_heads // self.heads
            scores = query[head] @ key[shared].T / math.sqrt(query.shape[-1]) + hidden
            scores = np.exp(scores - scores.max(-1, keepdims=True))
            outputs.append(scores / scores.sum(-1, keepdims=True) @ value[shared])
        return np.concatenate(outputs, -1) @ weight("attn_output").T

    def rotate(self, x):
        """Rotary positions: the pair (2i, 2i + 1) at position p turns by p * base^(-2i / size)."""
        pairs = np.arange(self.rope_size // 2)
        angle = np.arange(x.shape[1])[:, None] * self.rope_base ** (-2 * pairs / self.rope_size)
        turned = (x[..., 0::2] + 1j * x[..., 1::2]) * np.exp(1j * angle)
        return np.stack([turned.real, turned.imag], -1).reshape(x.shape)


def greedy(model, ids, count):
    """The `count` likeliest next ids, one after the other, and each one's lead over the second."""
    ids, gaps = list(ids), []
    for _ in range(count):
        row = model.logits(ids)[-1]
        second, first = np.sort(row)[-2:]
        ids.append(int(row.argmax()))
        gaps.append(float(first - second))
        if ids[-1] == spm.END:
            break
    return ids[-len(gaps):], gaps


def held_out_nats(model, tokenizer, stories):
    """Summed -log p of the stories (each with its end token): nats, tokens, characters."""
    nats = tokens = characters = 0
    for story in stories:
        ids = tokenizer.encode(story) + [spm.END]
        logits = model.logits(ids[:-1])
        top = logits.max(-1, keepdims=True)
        log_sums = np.log(np.exp(logits - top).sum(-1)) + top[:, 0]
        nats += (log_sums - logits[np.arange(len(ids) - 1), ids[1:]]).sum()
        tokens += len(ids) - 1
        characters += len(story)
    return nats, tokens, characters


def report_perplexity(model, tokenizer, count):
    """Prints the table of the README: the model beside the generator, on the same stories."""
    stories = [corpus.make_story(corpus.HELD_OUT_SEED, index) for index in range(count)]
    nats, tokens, characters = held_out_nats(model, tokenizer, [text for text, _ in stories])
    generator = sum(story_nats for _, story_nats in stories)
    print(f"{count} held-out stories, {tokens} tokens, {characters} characters\n")
    print("| | nats/story | nats/token | perplexity per token | nats/character |")
    print("| --- | --- | --- | --- | --- |")
    for name, total in (("model", nats), ("generator", generator)):
        print(f"| {name} | {total / count:.2f} | {total / tokens:.4f} "
              f"| {math.exp(total / tokens):.4f} | {total / characters:.5f} |")


def write_fixture(path, model, tokenizer, count):
    """Prompts, their ids, greedy continuations and logit gaps: expected values for tests."""
    cases = []
    for prompt in PROMPTS:
        ids = tokenizer.encode(prompt)
        continuation, gaps = greedy(model, ids, count)
        cases.append({"prompt": prompt, "ids": ids, "greedy": continuation,
                      "gaps": [round(gap, 5) for gap in gaps],
                      "text": tokenizer.decode(ids + continuation)})
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = ",\n".join("  " + json.dumps(case, ensure_ascii=False) for case in cases)
    path.write_text('{"model": "models/tales.gguf", "cases": [\n' + lines + "\n]}\n",
                    encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=pathlib.Path, help="the GGUF file")
    parser.add_argument("--prompt", action="append", help="text to continue; may be repeated")
    parser.add_argument("--count", type=int, default=16,
                        help="tokens per continuation (default 16)")
    parser.add_argument("--stories", type=int, default=200,
                        help="held-out stories to measure (default 200, 0: none)")
    parser.add_argument("--fixture", type=pathlib.Path,
                        help="also write prompts and expected ids to this JSON file")
    options = parser.parse_args()
    metadata, tensors = read_gguf(options.model)
    model = Model(metadata, tensors)
    tokenizer = spm.Tokenizer(*(metadata["tokenizer.ggml." + key]
                                for key in ("tokens", "scores", "token_type")))
    for prompt in options.prompt or PROMPTS[:1]:
        ids = tokenizer.encode(prompt)
        print(tokenizer.decode(ids + greedy(model, ids, options.count)[0]) + "\n")
    if options.stories:
        report_perplexity(model, tokenizer, options.stories)
    if options.fixture:
        write_fixture(options.fixture, model, tokenizer, options.count)


if __name__ == "__main__":
    main()
