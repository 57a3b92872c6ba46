"""The model's own tokenizer: byte-pair merges, encoded the way SentencePiece-style ("llama")
vocabularies of GGUF files are.

A token's score is minus the rank of the merge that made it. Encoding starts from characters and
keeps joining the adjacent pair whose joined token has the highest score, the leftmost of equals;
characters that the vocabulary lacks become byte tokens.
"""

import collections
import functools
import heapq
import re

SPACE = "\u2581"  # stands for a space inside tokens
UNKNOWN, BEGIN, END = 0, 1, 2
NORMAL, UNKNOWN_TYPE, CONTROL, BYTE = 1, 2, 3, 6
FIRST_BYTE = 3

# No token spans two of these: a word with the space before it, a run of punctuation likewise. So
# encoding piece by piece equals encoding the whole text, and pieces can be cached.
PIECE = re.compile(f"{SPACE}?[A-Za-z]+|{SPACE}?[^A-Za-z{SPACE}]+|{SPACE}")


def escape(text):
    """The text as the merges see it: a space in front, every space visible."""
    return (SPACE + text.replace(" ", SPACE)) if text else ""


class Tokenizer:
    """Encodes and decodes with a list of tokens and their scores and types."""

    def __init__(self, tokens, scores, types):
        self.tokens, self.scores, self.types = tokens, scores, types
        self.ids = {token: index for index, token in enumerate(tokens) if types[index] == NORMAL}
        self.encode_piece = functools.lru_cache(maxsize=100000)(self._encode_piece)

    def encode(self, text):
        """The ids of `text` after the begin token."""
        ids = [BEGIN]
        for piece in PIECE.findall(escape(text)):
            ids.extend(self.encode_piece(piece))
        return ids

    def _encode_piece(self, piece):
        symbols = list(piece)
        following = list(range(1, len(symbols) + 1))
        previous = list(range(-1, len(symbols) - 1))
        queue = []

        def offer(left):
            """Queues the join of the symbol at `left` and its right neighbour, if a token."""
            if left < 0 or following[left] >= len(symbols):
                return
            joined = symbols[left] + symbols[following[left]]
            if joined in self.ids:
                heapq.heappush(queue, (-self.scores[self.ids[joined]], left, joined))

        for left in range(len(symbols)):
            offer(left)
        while queue:
            _, left, joined = heapq.heappop(queue)
            right = following[left]
            # An entry is stale when one of its halves has been joined to something else since.
            if (not symbols[left] or right >= len(symbols)
                    or symbols[left] + symbols[right] != joined):
                continue
            symbols[left], symbols[right] = joined, ""
            following[left] = following[right]
            if following[left] < len(symbols):
                previous[following[left]] = left
            offer(previous[left])
            offer(left)
        return tuple(index for symbol in symbols if symbol for index in self.symbol_ids(symbol))

    def symbol_ids(self, symbol):
        if symbol in self.ids:
            return [self.ids[symbol]]
        return [FIRST_BYTE + byte for byte in symbol.encode("utf-8")]

    def decode(self, ids):
        """The text of `ids`, without control tokens and without the space in front."""
        data = b""
        for index in ids:
            if self.types[index] == BYTE:
                data += bytes([index - FIRST_BYTE])
            elif self.types[index] == NORMAL:
                data += self.tokens[index].encode("utf-8")
        text = data.decode("utf-8", "replace").replace(SPACE, " ")
        return text[1:] if text.startswith(" ") else text


def learn_merges(piece_counts, count):
    """The `count` tokens made by joining, again and again, the most frequent adjacent pair."""
    pieces = [(list(piece), times) for piece, times in sorted(piece_counts.items())]
    made = []
    while len(made) < count:
        pairs = collections.Counter()
        for symbols, times in pieces:
            for pair in zip(symbols, symbols[1:]):
                pairs[pair] += times
        if not pairs:
            raise ValueError(f"the corpus yields only {len(made)} of {count} merges")
        # The pair itself decides between equal counts, so that training is deterministic.
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        joined = best[0] + best[1]
        if joined not in made:
            made.append(joined)
        for symbols, _ in pieces:
            join_pair(symbols, best, joined)
    return made


def join_pair(symbols, pair, joined):
    """Replaces each occurrence of `pair` in the list, from the left."""
    at = 0
    while at + 1 < len(symbols):
        if symbols[at] == pair[0] and symbols[at + 1] == pair[1]:
            symbols[at:at + 2] = [joined]
        at += 1


def train(texts, vocabulary_size):
    """Learns a tokenizer of exactly `vocabulary_size` tokens from `texts`."""
    counts = collections.Counter()
    for text in texts:
        counts.update(PIECE.findall(escape(text)))
    characters = sorted(set("".join(counts)))
    special = ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)]
    merges = learn_merges(counts, vocabulary_size - len(special) - len(characters))
    normal = merges + characters
    tokens = special + normal
    scores = [0.0] * len(special) + [-float(rank) for rank in range(len(normal))]
    types = [UNKNOWN_TYPE, CONTROL, CONTROL] + [BYTE] * 256 + [NORMAL] * len(normal)
    return Tokenizer(tokens, scores, types)
