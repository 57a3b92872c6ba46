#!/usr/bin/python3
"""What samplers leave of a row of logits, by their definitions in NumPy, as tests/fixtures/sampling/cases.txt.

usage: sampling.py [--check]    # rewrite the file, or compare with it

A case is lines of a name and its values, with an empty line after it:

    case NAME
    option --top-k 3                one per line; what is not named does nothing
    samplers top_k;temperature
    history 0 1 2                   tokens, the latest last
    breaker BC                      text of tokens: the token 0 is "A"
    logits 1.5 ...
    expect 2:0.65625 ...             tokens with their probabilities, by token
"""

import pathlib
import sys

import numpy as np

FILE = pathlib.Path(__file__).resolve().parents[1] / "fixtures/sampling/cases.txt"
IDLE = {"top-k": 0, "top-p": 1, "min-p": 0, "typical": 1, "top-n-sigma": -1, "xtc-probability": 0, "xtc-threshold": 0.1,
        "temp": 1, "dynatemp-range": 0, "dynatemp-exp": 1, "repeat-last-n": 64, "repeat-penalty": 1,
        "frequency-penalty": 0, "presence-penalty": 0, "dry-multiplier": 0, "dry-base": 1.75, "dry-allowed-length": 2,
        "dry-penalty-last-n": 64}


def softmax(logits):
    powers = np.exp(logits - logits.max())
    return powers / powers.sum()


def best_first(ids, keys):
    """Positions by key, the highest first, the lower token among equals."""
    return np.lexsort((ids, -keys))


def top_k(ids, logits, o, _):
    keep = best_first(ids, logits)[: o["top-k"] or None]
    return ids[keep], logits[keep]


def top_p(ids, logits, o, _):
    order = best_first(ids, logits)
    sums = np.cumsum(softmax(logits)[order])
    keep = order[: 1 + np.argmax(sums >= o["top-p"] - 1e-6)] if o["top-p"] < 1 else order
    return ids[keep], logits[keep]


def min_p(ids, logits, o, _):
    p = softmax(logits)
    keep = p >= o["min-p"] * p.max()
    return ids[keep], logits[keep]


def typ_p(ids, logits, o, _):
    if o["typical"] >= 1:
        return ids, logits
    p = softmax(logits)
    order = best_first(ids, -np.abs(-np.log(p) + (p * np.log(p)).sum()))
    sums = np.cumsum(p[order])
    keep = order[: 1 + np.argmax(sums > o["typical"] + 1e-6)]
    return ids[keep], logits[keep]


def top_n_sigma(ids, logits, o, _):
    keep = logits >= logits.max() - o["top-n-sigma"] * logits.std() if o["top-n-sigma"] > 0 else slice(None)
    return ids[keep], logits[keep]


def xtc(ids, logits, o, _):
    """With a probability of 1, since chance is no part of this."""
    likely = np.flatnonzero(softmax(logits) >= o["xtc-threshold"])
    if o["xtc-probability"] < 1 or o["xtc-threshold"] > 0.5 or len(likely) < 2:
        return ids, logits
    last = likely[best_first(ids[likely], logits[likely])[-1]]
    keep = np.setdiff1d(np.arange(len(ids)), np.setdiff1d(likely, last))
    return ids[keep], logits[keep]


def temperature(ids, logits, o, _):
    t = o["temp"]
    if o["dynatemp-range"] > 0:
        if len(ids) < 2:
            return ids, logits
        p = softmax(logits)
        p = p[p > 0]
        entropy = -(p * np.log(p)).sum() / np.log(len(ids))
        low, high = max(0, t - o["dynatemp-range"]), t + o["dynatemp-range"]
        t = low + (high - low) * entropy ** o["dynatemp-exp"]
    if t == 0:
        keep = best_first(ids, logits)[:1]
        return ids[keep], logits[keep]
    return ids, logits / t


def penalties(ids, logits, o, case):
    last = case["history"][len(case["history"]) - min(o["repeat-last-n"], len(case["history"])):]
    logits = logits.copy()
    for i, token in enumerate(ids):
        count = last.count(token)
        if count:
            logits[i] = logits[i] * o["repeat-penalty"] if logits[i] <= 0 else logits[i] / o["repeat-penalty"]
            logits[i] -= count * o["frequency-penalty"] + o["presence-penalty"]
    return ids, logits


def dry(ids, logits, o, case):
    """Each place where a suffix of the history, without a breaker in it, occurred before, by comparing all."""
    history = case["history"][max(0, len(case["history"]) - o["dry-penalty-last-n"]):]
    breakers = [[ord(letter) - ord("A") for letter in text] for text in case["breakers"]]
    start = 0
    for i in range(len(history)):
        for breaker in breakers:
            if history[i:i + len(breaker)] == breaker:
                start = i + len(breaker)
    logits = logits.copy()
    for i, token in enumerate(ids):
        longest = 0
        for end in range(1, len(history)):
            length = 0
            while length < min(end, len(history) - start) and history[end - 1 - length] == history[-1 - length]:
                length += 1
            if history[end] == token:
                longest = max(longest, length)
        if longest >= o["dry-allowed-length"] and [token] not in breakers:
            logits[i] -= o["dry-multiplier"] * o["dry-base"] ** (longest - o["dry-allowed-length"])
    return ids, logits


SAMPLERS = {f.__name__: f for f in (top_k, top_p, min_p, typ_p, top_n_sigma, xtc, temperature, penalties, dry)}


def run(case):
    logits = case["logits"].astype(np.float64)
    ids = np.flatnonzero(logits > -np.inf)
    logits = logits[ids]
    for name in case["samplers"].split(";"):
        ids, logits = SAMPLERS[name](ids, logits, {**IDLE, **case["options"]}, case)
    return sorted(zip(ids.tolist(), softmax(logits).tolist()))


def cases():
    rng = np.random.default_rng(20261201)
    logs = lambda *p: np.log(np.array(p)).astype(np.float32)
    four = logs(0.1, 0.2, 0.3, 0.4)
    normal = lambda size, deviation: rng.normal(0, deviation, size).round(3).astype(np.float32)
    rows = {"four": four, "normal": normal(26, 3), "flat": np.zeros(20, np.float32),
            "ties": np.array([1, 3, 3, 2, 3, 1, 2, 3], np.float32),
            "masked": np.where(rng.random(24) < 0.4, -np.inf, normal(24, 2)).astype(np.float32)}
    wide = normal(400, 4)
    singles = [("top_k", "top-k", (1, 3, 4, 0)), ("top_p", "top-p", (0, 0.7, 0.8, 0.95, 1)),
               ("min_p", "min-p", (0.24, 0.26, 0.49, 0.51, 0.74, 0.76, 1, 0)), ("typ_p", "typical", (0.52, 0.23, 0.88, 1)),
               ("top_n_sigma", "top-n-sigma", (1, 0, 3, 0.5)), ("temperature", "temp", (1, 0, 0.5, 2))]
    for name, option, values in singles:
        for row, logits in rows.items():
            for value in values:
                yield f"{name}-{value}-{row}", {option: value}, name, [], [], logits
        yield f"{name}-{values[1]}-wide", {option: values[1]}, name, [], [], wide
    for row, logits in rows.items():
        for threshold in (0.05, 0.15, 0.25, 0.35, 0.6):
            yield f"xtc-{threshold}-{row}", {"xtc-probability": 1, "xtc-threshold": threshold}, "xtc", [], [], logits
        for t, spread, power in ((1, 0.5, 1), (0.8, 0.8, 2), (0, 1, 0.5), (1, 2, 0)):
            yield (f"dynatemp-{t}-{spread}-{power}-{row}",
                   {"temp": t, "dynatemp-range": spread, "dynatemp-exp": power}, "temperature", [], [], logits)
    history = [0, 1, 2, 0, 0, 3, 1, 0]
    for row, logits in rows.items():
        for repeat, frequency, presence, last in ((50, 0, 0, 64), (1, 5, 0, 64), (1, 0, 5, 64), (1.1, 0.3, -0.2, 3),
                                                  (0.8, 0, 0, 5), (2, 1, 1, 0)):
            yield (f"penalties-{repeat}-{frequency}-{presence}-{last}-{row}",
                   {"repeat-penalty": repeat, "frequency-penalty": frequency, "presence-penalty": presence,
                    "repeat-last-n": last}, "penalties", history, [], logits)
    texts = {"once": "ABCDABC", "periodic": "ABABABABA", "same": "CCCCCCC", "none": "ABCD", "long": "ABCDEABCDEFABCDEABCDE",
             "broken": "ABCDABC", "pair": "ABCDXYABCD", "random": "".join("ABC"[i] for i in rng.integers(0, 3, 60))}
    for name, text in texts.items():
        for multiplier, base, allowed, last in ((1, 1.1, 2, 64), (0.8, 1.75, 1, 5), (1, 2, 4, 200)):
            yield (f"dry-{multiplier}-{base}-{allowed}-{last}-{name}",
                   {"dry-multiplier": multiplier, "dry-base": base, "dry-allowed-length": allowed,
                    "dry-penalty-last-n": last}, "dry", [ord(letter) - ord("A") for letter in text],
                   {"broken": ["B"], "pair": ["XY", "CX"], "random": ["CAB"]}.get(name, []), rows["normal"])
    everything = {"repeat-penalty": 1.1, "frequency-penalty": 0.1, "dry-multiplier": 0.8, "top-n-sigma": 2, "top-k": 40,
                  "typical": 0.95, "top-p": 0.95, "min-p": 0.05, "xtc-probability": 1, "temp": 0.8, "dynatemp-range": 0.3}
    order = "penalties;dry;top_n_sigma;top_k;typ_p;top_p;min_p;xtc;temperature"
    for row, logits in {**rows, "wide": wide}.items():
        yield f"all-{row}", everything, order, history, [], logits
        yield f"all-reversed-{row}", everything, ";".join(reversed(order.split(";"))), history, [], logits


def text():
    lines = []
    for name, options, samplers, history, breakers, logits in cases():
        case = {"options": options, "samplers": samplers, "history": history, "breakers": breakers, "logits": logits}
        lines += [f"case {name}"]
        lines += [f"option --{option} {value}" for option, value in options.items()]
        lines += [f"samplers {samplers}"]
        lines += [f"history {' '.join(map(str, history))}"] if history else []
        lines += [f"breaker {breaker}" for breaker in breakers]
        lines += [f"logits {' '.join(f'{value:.9g}' for value in logits)}"]
        lines += [f"expect {' '.join(f'{token}:{p:.10g}' for token, p in run(case))}", ""]
    return "\n".join(lines)


def main():
    if sys.argv[1:] == ["--check"]:
        sys.exit(0 if FILE.read_text() == text() else f"sampling.py: {FILE} differs: run without --check")
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(text())


if __name__ == "__main__":
    main()
