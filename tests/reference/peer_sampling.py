#!/usr/bin/python3
"""Gives the rows of tests/fixtures/sampling/cases.txt to llama.cpp's samplers, and compares what they leave with what
the cases expect: the same tokens, each with the same probability within 1e-5.

usage: peer_sampling.py FOLDER    # with libllama.*.so and libggml.*.so, as npm's @node-llama-cpp/linux-x64 has in bins/

A token of a logit of -inf or of no probability counts as removed, and any of several equal ones may be kept. Prints each
other difference; exits with 1 where one is not of KNOWN, which the README of runtime/sample explains."""

import ctypes
import math
import pathlib
import re
import sys

FILE = pathlib.Path(__file__).resolve().parents[1] / "fixtures/sampling/cases.txt"
TOLERANCE = 1e-5
FLOAT, INT, SIZE, POINTER = ctypes.c_float, ctypes.c_int32, ctypes.c_size_t, ctypes.c_void_p
# Cases whose difference has a reason: a pattern of names, and the reason.
KNOWN = [("all-.*-(flat|ties)", "it has no order among equals"),
         ("typ_p-.*-masked", "where a logit is -inf, its entropy is NaN"),
         ("(dynatemp|all-reversed)-.*masked", "it counts logits of -inf in the highest entropy")]


class Token(ctypes.Structure):
    _fields_ = [("id", INT), ("logit", FLOAT), ("p", FLOAT)]


class Row(ctypes.Structure):
    _fields_ = [("data", ctypes.POINTER(Token)), ("size", SIZE), ("selected", ctypes.c_int64), ("sorted", ctypes.c_bool)]


class Vector(ctypes.Structure):
    """std::vector of what lies between two pointers."""
    _fields_ = [("begin", POINTER), ("end", POINTER), ("room", POINTER)]


def vector(items, kind):
    array = (kind * max(1, len(items)))(*items)
    begin = ctypes.addressof(array)
    made = Vector(begin, begin + ctypes.sizeof(kind) * len(items), begin + ctypes.sizeof(array))
    made.array = array
    return made


def load(folder):
    for pattern in ("libggml-base.so", "libggml.*.so"):
        for path in sorted(folder.glob(pattern)):
            ctypes.CDLL(str(path), mode=ctypes.RTLD_GLOBAL)
    return ctypes.CDLL(str(next(folder.glob("libllama.*.so"))))


def cases():
    for block in FILE.read_text().strip().split("\n\n"):
        case = {"options": {}, "breaker": [], "history": ""}
        for line in block.split("\n"):
            name, _, rest = line.partition(" ")
            if name == "option":
                option, value = rest.split(" ")
                case["options"][option[2:]] = float(value)
            elif name == "breaker":
                case["breaker"].append([ord(letter) - ord("A") for letter in rest])
            else:
                case[name] = rest
        yield case


class Peer:
    def __init__(self, library):
        self.library = library

    def make(self, function, *arguments):
        maker = self.library[function]
        maker.restype = POINTER
        maker.argtypes = [kind for kind, _ in arguments]
        return POINTER(maker(*(value for _, value in arguments)))

    def sampler(self, name, o, case):
        real = lambda key, default: (FLOAT, o.get(key, default))
        whole = lambda key, default: (INT, int(o.get(key, default)))
        keep, seed = (SIZE, 0), (ctypes.c_uint32, 1)
        if name == "top_k":
            return self.make("llama_sampler_init_top_k", whole("top-k", 0))
        if name in ("top_p", "min_p"):
            return self.make(f"llama_sampler_init_{name}", real(name.replace("_", "-"), name == "top_p"), keep)
        if name == "typ_p":
            return self.make("llama_sampler_init_typical", real("typical", 1), keep)
        if name == "top_n_sigma":
            return self.make("llama_sampler_init_top_n_sigma", real("top-n-sigma", -1))
        if name == "xtc":
            return self.make("llama_sampler_init_xtc", real("xtc-probability", 0), real("xtc-threshold", 0.1), keep, seed)
        if name == "temperature":
            return self.make("llama_sampler_init_temp_ext", real("temp", 1), real("dynatemp-range", 0), real("dynatemp-exp", 1))
        if name == "penalties":
            return self.make("llama_sampler_init_penalties", *self.vocabulary(case), whole("repeat-last-n", 64),
                             real("repeat-penalty", 1), real("frequency-penalty", 0), real("presence-penalty", 0))
        self.kept = [vector(breaker, INT) for breaker in case["breaker"]]
        breakers = vector(self.kept, Vector)
        symbol = "_Z30llama_sampler_init_dry_testingffiiRKSt6vectorIS_IiSaIiEESaIS1_EE"
        return self.make(symbol, real("dry-multiplier", 0), real("dry-base", 1.75), whole("dry-allowed-length", 2),
                         whole("dry-penalty-last-n", 64), (POINTER, ctypes.addressof(breakers)))

    def vocabulary(self, case):
        """Newer ones take its size."""
        return [(INT, len(case["logits"].split()))] if self.penalties_take_size else []

    def run(self, case):
        logits = [float(word) for word in case["logits"].split()]
        tokens = (Token * len(logits))(*(Token(i, logit, 0) for i, logit in enumerate(logits)))
        row = Row(tokens, len(logits), -1, False)
        apply, accept = self.library.llama_sampler_apply, self.library.llama_sampler_accept
        for name in case["samplers"].split(";"):
            sampler = self.sampler(name, case["options"], case)
            for token in case["history"].split():
                accept(sampler, INT(int(token)))
            apply(sampler, ctypes.byref(row))
        left = [(row.data[i].id, row.data[i].logit) for i in range(row.size)]
        most = max(logit for _, logit in left)
        powers = {token: math.exp(logit - most) for token, logit in left}
        total = sum(powers.values())
        return {token: power / total for token, power in powers.items() if power > 0}

    def probe(self):
        """Whether penalties take the vocabulary's size: without it, the first number would be taken for last-n."""
        row = {"samplers": "penalties", "history": "0 1", "logits": "1 1", "breaker": [],
               "options": {"repeat-last-n": 1, "presence-penalty": 1}}
        self.penalties_take_size = True
        p = self.run(row)
        self.penalties_take_size = p[0] > p[1] * 1.5


def difference(expected, found):
    kept = {token for token, p in expected.items() if p > 1e-30}
    seen = {token for token, p in found.items() if p > 1e-30}
    if kept != seen:
        # It has no order among equals.
        pairs = zip(sorted(expected.values()), sorted(found.values()))
        if len(kept) == len(seen) and all(abs(a - b) <= TOLERANCE for a, b in pairs):
            return None
        return f"removed {sorted(kept - seen)}, kept {sorted(seen - kept)} besides"
    worst = max(abs(expected[token] - found[token]) for token in kept)
    return f"a probability differs by {worst:.2g}" if worst > TOLERANCE else None


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[1])
    if not list(folder.glob("libllama.*.so")):
        print(f"skipped: no libllama in {folder}")
        return
    peer = Peer(load(folder))
    peer.probe()
    count, unknown = 0, 0
    for case in cases():
        expected = {int(token): float(p) for token, p in (word.split(":") for word in case["expect"].split())}
        found = difference(expected, peer.run(case))
        count += 1
        if found:
            reason = next((why for pattern, why in KNOWN if re.fullmatch(pattern, case["case"])), None)
            unknown += reason is None
            print(f"{case['case']}: the peer {found}{' (' + reason + ')' if reason else ''}")
    print(f"{count} cases, {unknown} differ without a reason")
    sys.exit(1 if unknown else 0)


if __name__ == "__main__":
    main()
