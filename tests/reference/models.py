#!/usr/bin/python3
"""Computes the logits of a GGUF model in float64, plainly: one whole forward pass over all tokens.

    models.py MODEL.gguf --tokens 1,5,7 [--logits OUT.f32] [--generate N]
    models.py --verify-oracle DIR       compares every known model under DIR, and its blocks

Weights are expanded by dequantize.py and widened. No cache, no blocking, no fused kernels; whatever
a GGUF file may leave out has the default that the format's other readers give it.
"""

import argparse
import json
import math
import pathlib
import sys

import numpy as np

import dequantize
import gguf_file

ARCHITECTURES = ("llama", "qwen2", "qwen3", "gemma2", "gemma3", "phi3", "gpt2")
GEMMAS = ("gemma2", "gemma3")


class Model:
    """The metadata and weights of a file; `key` looks below the architecture's name."""

    def __init__(self, path):
        self.metadata, self.tensors = gguf_file.read(path)
        self.arch = self.metadata["general.architecture"]
        if self.arch not in ARCHITECTURES:
            raise ValueError(f"{path}: no forward pass for architecture '{self.arch}'")
        self.expanded = {}
        self.width = self.key("embedding_length")
        self.layers = self.key("block_count")
        self.heads = self.key("attention.head_count")
        self.kv_heads = self.key("attention.head_count_kv", self.heads)
        self.key_size = self.key("attention.key_length", self.width // self.heads)
        self.value_size = self.key("attention.value_length", self.width // self.heads)

    def key(self, name, default=None):
        return self.metadata.get(f"{self.arch}.{name}", default)

    def weight(self, name):
        """The tensor in float64, or None where the file has none of this name."""
        if name not in self.expanded:
            tensor = self.tensors.get(name)
            self.expanded[name] = None if tensor is None else tensor.values().astype(np.float64)
        return self.expanded[name]

    def linear(self, name, x):
        y = x @ self.weight(name + ".weight").T
        bias = self.weight(name + ".bias")
        return y if bias is None else y + bias


# --- pieces ---


def rms_norm(model, name, x):
    mean = np.mean(x * x, axis=-1, keepdims=True)
    eps = model.key("attention.layer_norm_rms_epsilon")
    return x / np.sqrt(mean + eps) * model.weight(name + ".weight")


def optional_rms_norm(model, name, x):
    return x if model.weight(name + ".weight") is None else rms_norm(model, name, x)


def layer_norm(model, name, x):
    centred = x - x.mean(axis=-1, keepdims=True)
    variance = np.mean(centred * centred, axis=-1, keepdims=True)
    y = centred / np.sqrt(variance + model.key("attention.layer_norm_epsilon"))
    return y * model.weight(name + ".weight") + model.weight(name + ".bias")


def gelu(x):
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def silu(x):
    return x / (1 + np.exp(-x))


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def softcap(x, limit):
    return limit * np.tanh(x / limit) if limit else x


# --- rotary positions ---


def long_context(model):
    """Whether the context that a file promises is longer than the one it was first trained for."""
    trained = model.key("context_length")
    return trained > model.key("rope.scaling.original_context_length", trained)


def frequency_divisors(model):
    if model.weight("rope_freqs.weight") is not None:
        return model.weight("rope_freqs.weight")
    factors = model.weight(f"rope_factors_{'long' if long_context(model) else 'short'}.weight")
    return 1.0 if factors is None else factors


def yarn_weights(model, size, base):
    """Per pair of elements, how much it keeps its own frequency (1) or takes the slowed one (0)."""
    trained = model.key("rope.scaling.original_context_length", model.key("context_length"))

    def pair_with_turns(turns):
        return size * math.log(trained / (turns * 2 * math.pi)) / (2 * math.log(base))

    first = max(0, math.floor(pair_with_turns(model.key("rope.scaling.yarn_beta_fast", 32.0))))
    last = min(size - 1, math.ceil(pair_with_turns(model.key("rope.scaling.yarn_beta_slow", 1.0))))
    ramp = (np.arange(size // 2) - first) / max(0.001, last - first)
    return 1 - np.clip(ramp, 0, 1)


def rotation(model, positions, local):
    """cos and sin of shape [positions, pairs], with the scaling that the file asks for."""
    size = model.key("rope.dimension_count", model.key_size)
    base = 10000.0
    if not local:
        base = model.key("rope.freq_base", base)
    elif model.arch == "gemma3":
        base = model.key("rope.freq_base_swa", base)
    frequency = base ** (-2 * np.arange(size // 2) / size) / frequency_divisors(model)
    scaling = model.key("rope.scaling.type", "linear")
    factor = model.key("rope.scaling.factor", model.key("rope.scale_linear", 1.0)) or 1.0
    magnitude = model.key("rope.scaling.attn_factor", 1.0)
    if scaling != "none" and not (local and model.arch == "gemma3"):
        slowed = frequency / factor
        if scaling == "yarn":
            keep = yarn_weights(model, size, base)
            slowed = slowed * (1 - keep) + frequency * keep
            magnitude *= 1 + 0.1 * math.log(factor)
        frequency = slowed
    angles = positions[:, None] * frequency
    return magnitude * np.cos(angles), magnitude * np.sin(angles)


def rotate(model, x, cos, sin):
    """x [positions, heads, size]. llama pairs neighbours (2i, 2i+1), others halves (i, i+n/2)."""
    pairs = cos.shape[-1]
    if model.arch == "llama":
        first, second = slice(0, 2 * pairs, 2), slice(1, 2 * pairs, 2)
    else:
        first, second = slice(0, pairs), slice(pairs, 2 * pairs)
    cos, sin = cos[:, None, :], sin[:, None, :]
    y = x.copy()
    y[..., first] = x[..., first] * cos - x[..., second] * sin
    y[..., second] = x[..., first] * sin + x[..., second] * cos
    return y


# --- attention ---


def is_local(model, layer):
    """gemma2 alternates local and global layers, gemma3 has five local ones before a global one."""
    period = {"gemma2": 2, "gemma3": 6}.get(model.arch)
    return period is not None and layer % period < period - 1


def window_mask(model, layer, count):
    """0 where a query may look, -inf where not: causal, and within the window if there is one."""
    distance = np.arange(count)[:, None] - np.arange(count)[None, :]
    hidden = distance < 0
    window = model.key("attention.sliding_window", 0)
    if window and (is_local(model, layer) or model.arch == "phi3"):
        hidden |= distance >= window
    return np.where(hidden, -np.inf, 0.0)


def projections(model, block, x):
    """Queries, keys and values as [positions, heads, size]."""
    count = len(x)
    if model.weight(block + "attn_qkv.weight") is None:
        q, k, v = (model.linear(block + "attn_" + part, x) for part in "qkv")
    else:
        q_end = model.heads * model.key_size
        fused = model.linear(block + "attn_qkv", x)
        q, k, v = np.split(fused, [q_end, q_end + model.kv_heads * model.key_size], axis=1)
    return (
        q.reshape(count, model.heads, model.key_size),
        k.reshape(count, model.kv_heads, model.key_size),
        v.reshape(count, model.kv_heads, model.value_size),
    )


def attend(model, layer, q, k, v):
    group = model.heads // model.kv_heads
    k, v = np.repeat(k, group, axis=1), np.repeat(v, group, axis=1)
    scores = np.einsum("qhd,khd->hqk", q, k) / math.sqrt(model.key_size)
    scores = softcap(scores, model.key("attn_logit_softcapping"))
    weights = softmax(scores + window_mask(model, layer, len(q)))
    return np.einsum("hqk,khd->qhd", weights, v).reshape(len(q), -1)


def attention(model, layer, x):
    block = f"blk.{layer}."
    q, k, v = projections(model, block, x)
    if model.arch != "gpt2":
        q = optional_rms_norm(model, block + "attn_q_norm", q)
        k = optional_rms_norm(model, block + "attn_k_norm", k)
        cos, sin = rotation(model, np.arange(len(x)), is_local(model, layer))
        q, k = rotate(model, q, cos, sin), rotate(model, k, cos, sin)
    return model.linear(block + "attn_output", attend(model, layer, q, k, v))


# --- feed forward ---


def dense(model, block, x):
    if model.arch == "phi3":
        gate, up = np.split(model.linear(block + "ffn_up", x), 2, axis=1)
    else:
        gate, up = model.linear(block + "ffn_gate", x), model.linear(block + "ffn_up", x)
    act = gelu if model.arch in GEMMAS else silu
    return model.linear(block + "ffn_down", act(gate) * up)


def experts(model, block, x):
    """Softmax over all experts, the best few of them, their weights made to sum to one."""
    weights = softmax(model.linear(block + "ffn_gate_inp", x))
    parts = ("gate", "up", "down")
    gate, up, down = (model.weight(f"{block}ffn_{part}_exps.weight") for part in parts)
    out = np.zeros_like(x)
    for row, probabilities in enumerate(weights):
        best = np.argsort(-probabilities, kind="stable")[: model.key("expert_used_count")]
        for expert in best:
            hidden = silu(gate[expert] @ x[row]) * (up[expert] @ x[row])
            out[row] += probabilities[expert] / probabilities[best].sum() * (down[expert] @ hidden)
    return out


# --- whole models ---


def decoder(model, tokens):
    x = model.weight("token_embd.weight")[tokens]
    if model.arch in GEMMAS:
        x = x * math.sqrt(model.width)
    for layer in range(model.layers):
        block = f"blk.{layer}."
        y = attention(model, layer, rms_norm(model, block + "attn_norm", x))
        x = x + optional_rms_norm(model, block + "post_attention_norm", y)
        y = rms_norm(model, block + "ffn_norm", x)
        y = (experts if model.key("expert_count") else dense)(model, block, y)
        x = x + optional_rms_norm(model, block + "post_ffw_norm", y)
    return rms_norm(model, "output_norm", x)


def gpt2(model, tokens):
    x = model.weight("token_embd.weight")[tokens]
    x = x + model.weight("position_embd.weight")[: len(tokens)]
    for layer in range(model.layers):
        block = f"blk.{layer}."
        x = x + attention(model, layer, layer_norm(model, block + "attn_norm", x))
        y = gelu(model.linear(block + "ffn_up", layer_norm(model, block + "ffn_norm", x)))
        x = x + model.linear(block + "ffn_down", y)
    return layer_norm(model, "output_norm", x)


def logits(model, tokens):
    """Float64 [tokens, vocabulary]: row i follows tokens 0..i."""
    x = (gpt2 if model.arch == "gpt2" else decoder)(model, np.asarray(tokens))
    head = model.weight("output.weight")
    y = x @ (model.weight("token_embd.weight") if head is None else head).T
    return softcap(y, model.key("final_logit_softcapping"))


def generate(model, tokens, count):
    """Continues with the most likely token each time (the lowest id of equals)."""
    tokens = list(tokens)
    for _ in range(count):
        tokens.append(int(np.argmax(logits(model, tokens)[-1])))
    return tokens[len(tokens) - count :]


# --- commands ---


def verify_run(model, folder, run):
    """Returns (largest difference, greedy steps that differ though they are no near-ties)."""
    tokens = run["prompt"] + run["greedy"]
    expected = np.fromfile(folder / run["logits_file"], np.float32).reshape(run["shape"])
    got = logits(model, tokens)
    choices = got[len(run["prompt"]) - 1 : -1].argmax(axis=-1)
    near_tie = 4e-3
    wrong = sum(c != g and gap > near_tie for c, g, gap in zip(choices, run["greedy"], run["gap"]))
    return float(np.abs(got - expected).max()), wrong


def verify_models(folder):
    limit, failed, count = 1e-3, 0, 0
    for entry in json.loads((folder / "manifest.json").read_text())["entries"]:
        runs = [run for run in entry["runs"] if run.get("logits_file")]
        if entry["arch"] not in ARCHITECTURES or not runs:
            continue
        base = folder / entry["dir"]
        model = Model(base / "model.gguf")
        results = [verify_run(model, base, run) for run in runs]
        difference, wrong = max(r[0] for r in results), sum(r[1] for r in results)
        count += 1
        failed += difference > limit or wrong > 0
        print(f"{entry['name']}: largest difference {difference:.2g}, wrong greedy ids {wrong}")
    print(f"{count - failed} of {count} models within {limit:g}")
    return failed if count else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model", nargs="?", metavar="MODEL.gguf")
    parser.add_argument("--tokens", metavar="IDS", help="token ids, separated by commas")
    parser.add_argument("--logits", metavar="OUT.f32", help="one float32 row per token")
    parser.add_argument("--generate", type=int, default=0, metavar="N")
    parser.add_argument("--verify-oracle", type=pathlib.Path, metavar="DIR")
    options = parser.parse_args()
    if options.verify_oracle:
        wrong_blocks = dequantize.verify_blocks(options.verify_oracle / "blocks")
        sys.exit(1 if verify_models(options.verify_oracle) + wrong_blocks else 0)
    if not options.model or not options.tokens:
        parser.error("expected MODEL.gguf and --tokens, or --verify-oracle DIR")
    model, tokens = Model(options.model), [int(t) for t in options.tokens.split(",")]
    if options.logits:
        logits(model, tokens).astype(np.float32).tofile(options.logits)
    if options.generate:
        print(",".join(map(str, generate(model, tokens, options.generate))))


if __name__ == "__main__":
    main()
