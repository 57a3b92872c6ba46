"""Puts a trained model into a GGUF file: metadata as llama.cpp reads it, matrices as Q8_0."""

import tokenizer as spm
from gguf_writer import BOOL, F32, I32, STRING, U32, gguf_bytes

DESCRIPTION = ("Tells short stories. Trained from random weights on synthetic text alone, which a "
               "story grammar generates; made by tools/demo-model/train.py.")
FILE_TYPE_MOSTLY_Q8_0 = 7


def general_keys():
    return [
        ("general.architecture", STRING, "llama"),
        ("general.type", STRING, "model"),
        ("general.name", STRING, "Tales"),
        ("general.description", STRING, DESCRIPTION),
        ("general.license", STRING, "Apache-2.0 WITH LLVM-exception"),
        ("general.languages", STRING, ["en"]),
        ("general.tags", STRING, ["text-generation", "synthetic"]),
        ("general.quantization_version", U32, 2),
        ("general.file_type", U32, FILE_TYPE_MOSTLY_Q8_0),
    ]


def architecture_keys(config):
    return [
        ("llama.vocab_size", U32, config.vocabulary),
        ("llama.context_length", U32, config.context),
        ("llama.embedding_length", U32, config.embedding),
        ("llama.feed_forward_length", U32, config.feed_forward),
        ("llama.block_count", U32, config.blocks),
        ("llama.attention.head_count", U32, config.heads),
        ("llama.attention.head_count_kv", U32, config.kv_heads),
        ("llama.attention.layer_norm_rms_epsilon", F32, config.epsilon),
        ("llama.rope.dimension_count", U32, config.head_size),
        ("llama.rope.freq_base", F32, config.rope_base),
    ]


def tokenizer_keys(tokenizer):
    return [
        ("tokenizer.ggml.model", STRING, "llama"),
        ("tokenizer.ggml.pre", STRING, "default"),
        ("tokenizer.ggml.tokens", STRING, tokenizer.tokens),
        ("tokenizer.ggml.scores", F32, tokenizer.scores),
        ("tokenizer.ggml.token_type", I32, tokenizer.types),
        ("tokenizer.ggml.bos_token_id", U32, spm.BEGIN),
        ("tokenizer.ggml.eos_token_id", U32, spm.END),
        ("tokenizer.ggml.unknown_token_id", U32, spm.UNKNOWN),
        ("tokenizer.ggml.add_bos_token", BOOL, True),
        ("tokenizer.ggml.add_eos_token", BOOL, False),
        ("tokenizer.ggml.add_space_prefix", BOOL, True),
    ]


def export(path, config, tokenizer, weights):
    """Writes the model to `path`; `weights` are NumPy arrays by GGUF name."""
    keys = general_keys() + architecture_keys(config) + tokenizer_keys(tokenizer)
    tensors = [(name, "Q8_0" if array.ndim == 2 else "F32", array)
               for name, array in weights.items()]
    data = gguf_bytes(keys, tensors)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_bytes(data)
    partial.replace(path)
    print(f"{path}: {len(data)} bytes, {sum(array.size for array in weights.values())} parameters")
