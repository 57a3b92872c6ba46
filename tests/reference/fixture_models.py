"""What the model fixtures are: a row per model, and how its tensors and metadata follow from it."""

from dataclasses import dataclass, field

import numpy as np

from dequantize import TYPES
from gguf_file import Tensor
from random_blocks import Noise, encode_floats, random_weights
from vocabularies import vocabulary

GEMMAS = ("gemma2", "gemma3")
# Largest blocks first: rows of 256 use them up before the types that fit everywhere. The third and
# fourth go to the smallest matrices, so 16 bits per element are cheapest there.
BLOCK_TYPES = sorted((t for t in TYPES if TYPES[t].elements > 1), key=lambda t: -TYPES[t].elements)
ALL_TYPES = (*BLOCK_TYPES[:2], "f16", "bf16", *BLOCK_TYPES[2:])
SMALL_TYPES = ("q4_0", "q8_0", "q5_1", "iq4_nl", "q5_0", "q4_1", "mxfp4")


@dataclass
class Spec:
    name: str
    covers: str
    arch: str = "llama"
    width: int = 64
    heads: int = 4
    kv_heads: int = 2  # 0: the file does not say, so as many as heads
    head_size: int = 0  # 0: the file does not say, so width / heads
    ffn: int = 52
    layers: int = 2
    vocab: str = "spm"
    tied: bool = False
    biases: tuple = ()
    experts: int = 0
    types: tuple = SMALL_TYPES
    rope_base: float = 10000.0
    rotated: int = 0  # 0: the whole head
    window: int = 0
    keys: list = field(default_factory=list)
    vectors: dict = field(default_factory=dict)
    vector_type: str = "f32"  # of norms and biases
    copies: dict = field(default_factory=dict)  # tensors that repeat another
    prompt: int = 12

    def head(self):
        return self.head_size or self.width // self.heads


def llama3_divisors(size, base, factor=8.0, low=1.0, high=4.0, trained=64):
    """Llama 3's rope_freqs: long waves slowed by the factor, short ones kept, a ramp between."""
    wave = 2 * np.pi * base ** (2 * np.arange(size // 2) / size)
    smooth = np.clip((trained / wave - low) / (high - low), 0, 1)
    return 1 / ((1 - smooth) / factor + smooth)


def longrope(short_context):
    context, trained = (64, 64) if short_context else (64, 8)
    return {
        "keys": [
            ("context_length", "u32", context),
            ("rope.scaling.original_context_length", "u32", trained),
            ("rope.scaling.attn_factor", "f32", 1.25),
        ],
        "vectors": {
            "rope_factors_long.weight": 1 + np.arange(12) * 0.75,
            "rope_factors_short.weight": 1 + np.arange(12) * 0.05,
        },
    }


def scaling(kind, factor, trained=None):
    keys = [("rope.scaling.type", "str", kind), ("rope.scaling.factor", "f32", factor)]
    if trained:
        keys.append(("rope.scaling.original_context_length", "u32", trained))
    return keys


QKV, EVERY_BIAS = ("q", "k", "v"), ("q", "k", "v", "output", "gate", "up", "down")
SPECS = [
    Spec("llama-288", "K = 288 and 160, head size 36, GQA 4:1, tied", width=288, heads=8, ffn=160,
         layers=1, tied=True, types=("q4_0", "iq4_nl", "mxfp4")),
    Spec("llama-float", "K = 36 and 43: no block fits; F32, F16 and BF16, GQA 3:1", width=36,
         heads=3, kv_heads=1, ffn=43, tied=True, types=("f16", "bf16", "f32")),
    Spec("llama-mha-tied", "no head_count_kv in the file, tied head, K = 172", width=96, kv_heads=0,
         ffn=172, layers=1, tied=True),
    Spec("llama-biases", "a bias on every projection, head size 20 with 3 heads of width 64",
         heads=3, kv_heads=3, head_size=20, biases=EVERY_BIAS),
    Spec("llama-linear-mqa", "linear rope scaling by 4, one KV head", kv_heads=1,
         keys=scaling("linear", 4.0)),
    Spec("llama-yarn", "YaRN by 4 from 1024, head size 32", heads=2, kv_heads=1,
         keys=[("context_length", "u32", 4096), *scaling("yarn", 4.0, 1024)]),
    Spec("llama3-rope-freqs", "rope_freqs.weight with all three ranges, llama-bpe vocabulary",
         heads=2, vocab="llama-bpe", rope_base=500000.0,
         vectors={"rope_freqs.weight": llama3_divisors(32, 500000.0)}),
    Spec("llama-all-types", "every ggml type that has values, rows of 256 and 64", width=256,
         heads=2, kv_heads=1, head_size=32, ffn=64, layers=4, types=ALL_TYPES),
    Spec("llama-copies", "a head that repeats the embedding; norms and biases in F16", biases=QKV,
         layers=1, tied=True, vector_type="f16", copies={"output.weight": "token_embd.weight"}),
    Spec("mixtral", "5 experts, the best 2, K = 32 and 36 in the experts", width=32, ffn=36,
         experts=5, rope_base=1000000.0),
    Spec("qwen2", "biases on q, k, v; tied; BPE", arch="qwen2", vocab="qwen2", biases=QKV,
         tied=True, rope_base=1000000.0),
    Spec("qwen3", "norms on q and k, head size 24 with 4 heads of width 64", arch="qwen3",
         vocab="qwen2", head_size=24, rope_base=1000000.0),
    Spec("gemma2", "window 5 on even layers, both soft caps, post norms, tied", arch="gemma2",
         head_size=24, layers=3, tied=True, window=5,
         keys=[("attn_logit_softcapping", "f32", 5.0), ("final_logit_softcapping", "f32", 12.0)]),
    Spec("gemma3", "7 layers: 5 local with their own rope base, 1 global, 1 local", arch="gemma3",
         width=32, heads=2, kv_heads=1, head_size=20, ffn=52, layers=7, tied=True, window=5,
         rope_base=1000000.0, keys=scaling("linear", 8.0)),
    Spec("phi3", "fused qkv and gate with up, window 6 on every layer", arch="phi3", ffn=86,
         window=6),
    Spec("phi3-longrope-short", "the context is no longer than the original: short factors; "
         "24 of 32 elements rotate", arch="phi3", heads=2, rotated=24, layers=1,
         **longrope(short_context=True)),
    Spec("phi3-longrope-long", "a context of 64 from 8, 12 tokens: long factors; 24 of 32 elements "
         "rotate", arch="phi3", heads=2, rotated=24, layers=1, **longrope(short_context=False)),
    Spec("gpt2", "learned positions, LayerNorm, fused qkv, no output.weight, K = 172", arch="gpt2",
         kv_heads=4, ffn=172, layers=1, vocab="gpt-2", tied=True),
]
SPLIT = Spec("split", "three shards, the first without tensors", width=32, heads=2,
             kv_heads=1, ffn=52)


class Builder:
    """Collects the tensors of a model; each draws from the stream of its own name."""

    def __init__(self, spec):
        self.spec, self.tensors, self.queue = spec, [], list(spec.types)

    def noise(self, name):
        return Noise(f"{self.spec.name} {name}")

    def next_type(self, row):
        """The least recently used of the model's types that fits a row, else F16."""
        fitting = [t for t in self.queue if row % TYPES[t].elements == 0]
        if not fitting:
            return "f16"
        self.queue.remove(fitting[0])
        self.queue.append(fitting[0])
        return fitting[0]

    def matrix(self, name, *shape, gain=1.5, kind=None):
        """Weights that scale a normalised input by about `gain`."""
        kind = kind or self.next_type(shape[-1])
        deviation = gain / np.sqrt(shape[-1])
        data = random_weights(kind, int(np.prod(shape)), deviation, self.noise(name))
        self.tensors.append(Tensor(name + ".weight", kind, shape, data))

    def vector(self, name, size, mean, spread):
        values = mean + spread * self.noise(name).normal(size)
        kind = self.spec.vector_type
        self.tensors.append(Tensor(name, kind, (size,), encode_floats(kind, values)))

    def norm(self, name, size, mean=1.0):
        self.vector(name + ".weight", size, mean, 0.2)
        if self.spec.arch == "gpt2":
            self.vector(name + ".bias", size, 0.0, 0.2)

    def linear(self, block, name, rows, columns):
        self.matrix(block + name, rows, columns)
        biased = self.spec.arch == "gpt2" or name.split("_", 1)[1] in self.spec.biases
        if biased:
            self.vector(f"{block}{name}.bias", rows, 0.0, 0.3)


def add_attention(build, block):
    spec = build.spec
    queries = spec.heads * spec.head()
    keys = (spec.kv_heads or spec.heads) * spec.head()
    build.norm(block + "attn_norm", spec.width)
    if spec.arch in ("phi3", "gpt2"):
        build.linear(block, "attn_qkv", queries + 2 * keys, spec.width)
    else:
        build.linear(block, "attn_q", queries, spec.width)
        build.linear(block, "attn_k", keys, spec.width)
        build.linear(block, "attn_v", keys, spec.width)
    if spec.arch in ("qwen3", "gemma3"):
        build.norm(block + "attn_q_norm", spec.head())
        build.norm(block + "attn_k_norm", spec.head())
    build.linear(block, "attn_output", spec.width, queries)
    if spec.arch in GEMMAS:
        build.norm(block + "post_attention_norm", spec.width, mean=3.0)


def add_feed_forward(build, block):
    spec = build.spec
    build.norm(block + "ffn_norm", spec.width)
    if spec.experts:
        build.matrix(block + "ffn_gate_inp", spec.experts, spec.width, kind="f32")
        build.matrix(block + "ffn_gate_exps", spec.experts, spec.ffn, spec.width)
        build.matrix(block + "ffn_up_exps", spec.experts, spec.ffn, spec.width)
        build.matrix(block + "ffn_down_exps", spec.experts, spec.width, spec.ffn)
        return
    if spec.arch not in ("phi3", "gpt2"):
        build.linear(block, "ffn_gate", spec.ffn, spec.width)
    build.linear(block, "ffn_up", spec.ffn * (2 if spec.arch == "phi3" else 1), spec.width)
    build.linear(block, "ffn_down", spec.width, spec.ffn)
    if spec.arch in GEMMAS:
        build.norm(block + "post_ffw_norm", spec.width, mean=3.0)


def tensors_of(spec):
    build = Builder(spec)
    tokens = vocabulary(spec.vocab)[0]
    build.matrix("token_embd", tokens, spec.width, gain=3.0)
    if spec.arch == "gpt2":
        build.matrix("position_embd", 32, spec.width, gain=3.0, kind="f32")
    for name, values in spec.vectors.items():
        build.tensors.append(Tensor(name, "f32", values.shape, encode_floats("f32", values)))
    for layer in range(spec.layers):
        add_attention(build, f"blk.{layer}.")
        add_feed_forward(build, f"blk.{layer}.")
    build.norm("output_norm", spec.width)
    if not spec.tied:
        build.matrix("output", tokens, spec.width, gain=3.0)
    for name, original in spec.copies.items():
        repeated = next(t for t in build.tensors if t.name == original)
        build.tensors.append(Tensor(name, repeated.type_name, repeated.shape, repeated.data))
    return build.tensors


def metadata_of(spec):
    tokens, tokenizer = vocabulary(spec.vocab)
    norm = "layer_norm_epsilon" if spec.arch == "gpt2" else "layer_norm_rms_epsilon"
    own = {
        "context_length": ("u32", 32 if spec.arch == "gpt2" else 256),
        "embedding_length": ("u32", spec.width),
        "block_count": ("u32", spec.layers),
        "feed_forward_length": ("u32", spec.ffn),
        "attention.head_count": ("u32", spec.heads),
        "attention.head_count_kv": ("u32", spec.kv_heads),
        "vocab_size": ("u32", tokens),
        "attention." + norm: ("f32", 1e-3),
    }
    if not spec.kv_heads:
        del own["attention.head_count_kv"]
    if spec.arch != "gpt2":
        own["rope.dimension_count"] = ("u32", spec.rotated or spec.head())
        own["rope.freq_base"] = ("f32", spec.rope_base)
    if spec.head_size:
        own["attention.key_length"] = ("u32", spec.head_size)
        own["attention.value_length"] = ("u32", spec.head_size)
    if spec.experts:
        own["expert_count"], own["expert_used_count"] = ("u32", spec.experts), ("u32", 2)
    if spec.window:
        own["attention.sliding_window"] = ("u32", spec.window)
    own.update({key: (kind, value) for key, kind, value in spec.keys})
    return [
        ("general.architecture", "str", spec.arch),
        ("general.type", "str", "model"),
        ("general.name", "str", f"emel-fixture-{spec.name}"),
        ("general.license", "str", "apache-2.0"),
        ("general.file_type", "u32", 2),
        ("general.quantization_version", "u32", 2),
        *((f"{spec.arch}.{key}", kind, value) for key, (kind, value) in own.items()),
        *tokenizer,
    ]
