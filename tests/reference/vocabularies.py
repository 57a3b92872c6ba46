"""Two small vocabularies, complete enough to tokenise any text: SPM and byte-level BPE."""

NORMAL, UNKNOWN, CONTROL, BYTE = 1, 2, 3, 6
# Ordered: a piece is built from earlier ones, so that its rank is its score or its merge.
PAIRS = [
    ("_", "t"), ("h", "e"), ("_t", "he"), ("_", "a"), ("i", "n"), ("e", "r"), ("o", "n"),
    ("_", "s"), ("r", "e"), ("n", "d"), ("_a", "nd"), ("_", "w"), ("o", "u"), ("a", "t"),
    ("_s", "at"), ("i", "t"), ("_", "c"), ("_c", "at"),
]
LETTERS = "_etaonihsrdlucwmfg.,"


def spm():
    """<unk> <s> </s>, the 256 bytes, the pairs by rank, then letters (lowest scores)."""
    pieces = ["".join(pair) for pair in PAIRS] + list(LETTERS)
    pieces = [piece.replace("_", "\u2581") for piece in pieces]
    tokens = ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)] + pieces
    scores = [0.0] * 259 + [-float(rank) for rank in range(len(pieces))]
    kinds = [UNKNOWN, CONTROL, CONTROL] + [BYTE] * 256 + [NORMAL] * len(pieces)
    return len(tokens), [
        ("tokenizer.ggml.model", "str", "llama"),
        ("tokenizer.ggml.pre", "str", "default"),
        ("tokenizer.ggml.tokens", "[str]", tokens),
        ("tokenizer.ggml.scores", "[f32]", scores),
        ("tokenizer.ggml.token_type", "[i32]", kinds),
        ("tokenizer.ggml.bos_token_id", "u32", 1),
        ("tokenizer.ggml.eos_token_id", "u32", 2),
        ("tokenizer.ggml.unknown_token_id", "u32", 0),
        ("tokenizer.ggml.add_bos_token", "bool", True),
        ("tokenizer.ggml.add_eos_token", "bool", False),
        ("tokenizer.ggml.add_space_prefix", "bool", True),
    ]


def byte_characters():
    """GPT-2's spelling of bytes: printable ones as themselves, the others from U+0100 on."""
    printable = {*range(33, 127), *range(161, 173), *range(174, 256)}
    spelling, extra = [], 256
    for byte in range(256):
        spelling.append(chr(byte if byte in printable else extra))
        extra += byte not in printable
    return spelling


def bpe(pre, specials, bos, eos):
    """The 256 bytes, one token per merge, then special tokens; bos and eos are among these."""
    spaced = [(a.replace("_", "\u0120"), b) for a, b in PAIRS]
    tokens = byte_characters() + [a + b for a, b in spaced] + specials
    kinds = [NORMAL] * (len(tokens) - len(specials)) + [CONTROL] * len(specials)
    return len(tokens), [
        ("tokenizer.ggml.model", "str", "gpt2"),
        ("tokenizer.ggml.pre", "str", pre),
        ("tokenizer.ggml.tokens", "[str]", tokens),
        ("tokenizer.ggml.token_type", "[i32]", kinds),
        ("tokenizer.ggml.merges", "[str]", [f"{a} {b}" for a, b in spaced]),
        ("tokenizer.ggml.bos_token_id", "u32", tokens.index(bos)),
        ("tokenizer.ggml.eos_token_id", "u32", tokens.index(eos)),
        ("tokenizer.ggml.add_bos_token", "bool", pre == "llama-bpe"),
    ]


def vocabulary(kind):
    """Returns (number of tokens, metadata)."""
    if kind == "spm":
        return spm()
    if kind == "llama-bpe":
        begin, end = "<|begin_of_text|>", "<|end_of_text|>"
        return bpe(kind, [begin, end, "<|eot_id|>"], begin, end)
    text_end = "<|endoftext|>"
    if kind == "qwen2":
        return bpe(kind, [text_end, "<|im_start|>", "<|im_end|>"], text_end, "<|im_end|>")
    return bpe("gpt-2", [text_end], text_end, text_end)
