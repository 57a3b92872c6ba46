"""The demonstration model in PyTorch: the llama architecture with grouped-query attention."""

import dataclasses
import math

import torch
import torch.nn.functional as F


@dataclasses.dataclass(frozen=True)
class Config:
    """Row lengths of all matrices are multiples of 256, so that every quantised type applies."""

    vocabulary: int = 1024
    context: int = 512
    embedding: int = 256
    feed_forward: int = 512
    blocks: int = 4
    heads: int = 4
    kv_heads: int = 2
    epsilon: float = 1e-5
    rope_base: float = 10000.0

    @property
    def head_size(self):
        return self.embedding // self.heads


def initial_weights(config, seed):
    """Random weights by their GGUF names; matrices are [outputs, inputs]."""
    generator = torch.Generator().manual_seed(seed)
    width, kv_width = config.embedding, config.kv_heads * config.head_size
    # Each block adds to the residual stream twice; this keeps the sum's variance at the input's.
    into_residual = 1 / math.sqrt(2 * config.blocks)

    def matrix(outputs, inputs, gain=1.0):
        return torch.randn(outputs, inputs, generator=generator) * gain / math.sqrt(inputs)

    weights = {"token_embd.weight": matrix(config.vocabulary, width)}
    for block in range(config.blocks):
        prefix = f"blk.{block}."
        weights.update({
            prefix + "attn_norm.weight": torch.ones(width),
            prefix + "attn_q.weight": matrix(width, width),
            prefix + "attn_k.weight": matrix(kv_width, width),
            prefix + "attn_v.weight": matrix(kv_width, width),
            prefix + "attn_output.weight": matrix(width, width, into_residual),
            prefix + "ffn_norm.weight": torch.ones(width),
            prefix + "ffn_gate.weight": matrix(config.feed_forward, width),
            prefix + "ffn_up.weight": matrix(config.feed_forward, width),
            prefix + "ffn_down.weight": matrix(width, config.feed_forward, into_residual),
        })
    weights["output_norm.weight"] = torch.ones(width)
    # A head of its own: as outputs, names get large random gradients, for nothing tells which name
    # comes next, and in a shared matrix that may drown what their use as inputs teaches. Trials of
    # a shared matrix (and half as many names again) called characters by random names even after
    # 1800 steps; with this head, most names were right by step 900. The two were changed together.
    weights["output.weight"] = matrix(config.vocabulary, width, gain=0.3)
    return weights


class Model:
    """Computes logits from weights."""

    def __init__(self, config, weights, compute_type=torch.bfloat16):
        self.config, self.weights, self.compute_type = config, weights, compute_type
        half = config.head_size // 2
        frequency = config.rope_base ** (-torch.arange(half) / half)
        angle = torch.arange(config.context)[:, None, None] * frequency
        self.turns = torch.polar(torch.ones_like(angle), angle)
        self.mask = torch.full((config.context, config.context), -math.inf).triu(1).to(compute_type)

    def logits(self, tokens):
        """float32 logits [batch, length, vocabulary]; the residual stream is float32 throughout."""
        residual = self.weights["token_embd.weight"][tokens]
        for block in range(self.config.blocks):
            residual = residual + self.attention(residual, f"blk.{block}.")
            residual = residual + self.feed_forward(residual, f"blk.{block}.")
        return self.linear(self.norm(residual, "output_norm"), "output").float()

    def linear(self, x, name):
        return F.linear(x, self.weights[name + ".weight"].to(self.compute_type))

    def norm(self, x, name):
        scale = torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.config.epsilon)
        return (x * scale * self.weights[name + ".weight"]).to(self.compute_type)

    def rotate(self, x):
        """Rotary positions on [batch, length, heads, size]: neighbours (2i, 2i+1) form a pair."""
        pairs = torch.view_as_complex(x.float().unflatten(-1, (-1, 2)))
        turned = torch.view_as_real(pairs * self.turns[:x.shape[1]])
        return turned.flatten(-2).to(self.compute_type)

    def attention(self, residual, prefix):
        batch, length, width = residual.shape
        heads, kv_heads, size = self.config.heads, self.config.kv_heads, self.config.head_size
        group = heads // kv_heads
        x = self.norm(residual, prefix + "attn_norm")
        query = self.linear(x, prefix + "attn_q").view(batch, length, heads, size)
        key = self.linear(x, prefix + "attn_k").view(batch, length, kv_heads, size)
        value = self.linear(x, prefix + "attn_v").view(batch, length, kv_heads, size)
        # The query heads that share a key head stand one below the other, as rows of one matrix.
        query = (self.rotate(query) * size ** -0.5).transpose(1, 2)
        query = query.reshape(batch, kv_heads, group * length, size)
        scores = query @ self.rotate(key).permute(0, 2, 3, 1)
        scores = scores.view(batch, kv_heads, group, length, length) + self.mask[:length, :length]
        weights = scores.softmax(-1).view(batch, kv_heads, group * length, length)
        mixed = (weights @ value.transpose(1, 2)).view(batch, heads, length, size)
        mixed = mixed.transpose(1, 2).reshape(batch, length, width)
        return self.linear(mixed, prefix + "attn_output").float()

    def feed_forward(self, residual, prefix):
        x = self.norm(residual, prefix + "ffn_norm")
        # PyTorch has no fast SiLU for bfloat16.
        gate = F.silu(self.linear(x, prefix + "ffn_gate").float()).to(self.compute_type)
        gated = gate * self.linear(x, prefix + "ffn_up")
        return self.linear(gated, prefix + "ffn_down").float()
