"""Cases of softmax, of attention over tensors and over states, and of the ops that write and read states."""

import math

import numpy as np

from op_case import State, case, f32, i32, random

INF = math.inf


def slope(max_bias, head, heads):
    if max_bias == 0:
        return 1.0
    power = 1 << (heads.bit_length() - 1)
    exponent = head + 1 if head < power else head - power + 0.5
    return 2.0 ** (-max_bias * exponent / power)


def softmax_row(z, sink=None):
    if sink is not None:
        z = np.append(z, sink)
    high = np.max(z, initial=-INF)
    weights = np.zeros_like(z) if high == -INF else np.exp(z - high)
    weights = weights / np.sum(weights) if np.sum(weights) else weights
    return weights if sink is None else weights[:-1]


def softmax(x, scale=1.0, mask=None, max_bias=0.0, sinks=None):
    heads = x.shape[-3] if x.ndim >= 3 else 1
    result = np.zeros_like(x)
    for at in np.ndindex(x.shape[:-1]):
        head = at[-2] if x.ndim >= 3 else 0
        z = x[at] * scale
        if mask is not None:
            z = z + slope(max_bias, head, heads) * mask[at[-1]]
        result[at] = softmax_row(z, None if sinks is None else sinks[head])
    return result


#--- Softmax --------------------------------------------------------------------------------------------------------

X = random(70, 6, 2, 3)
MASK, DISTANCE = f32([[0, -INF, 0], [0, 0, -0.5]]), f32([[0, -1, -2], [-1, 0, -INF]])
SINKS = random(71, 6)
case("softmax", "plain", {"x": X[0]}, "%r = emel.softmax %x : ({x}) -> {r}", lambda r: softmax(X[0]))
case("softmax", "vector", {"x": X[0, 0]}, "%r = emel.softmax %x : ({x}) -> {r}", lambda r: softmax(X[0, 0]))
case("softmax", "scaled", {"x": X}, "%r = emel.softmax %x {scale = 0.35 : f32} : ({x}) -> {r}", lambda r: softmax(X, f32(0.35)))
case("softmax", "masked", {"x": X, "m": MASK}, "%r = emel.softmax %x mask %m {scale = 2.0 : f32} : ({x}, {m}) -> {r}",
     lambda r: softmax(X, 2, MASK))
case("softmax", "alibi_of_6_heads", {"x": X, "m": DISTANCE}, "%r = emel.softmax %x mask %m {max_bias = 8.0 : f32} : ({x}, {m}) -> {r}",
     lambda r: softmax(X, 1, DISTANCE, 8))
case("softmax", "sinks", {"x": X, "s": SINKS}, "%r = emel.softmax %x sinks %s : ({x}, {s}) -> {r}", lambda r: softmax(X, sinks=SINKS))
case("softmax", "everything", {"x": X, "m": DISTANCE, "s": SINKS},
     "%r = emel.softmax %x mask %m sinks %s {scale = 0.5 : f32, max_bias = 4.0 : f32} : ({x}, {m}, {s}) -> {r}",
     lambda r: softmax(X, 0.5, DISTANCE, 4, SINKS))
BATCHED = random(72, 2, 3, 2, 3)
case("softmax", "heads_of_a_batch", {"x": BATCHED, "m": DISTANCE},
     "%r = emel.softmax %x mask %m {max_bias = 8.0 : f32} : ({x}, {m}) -> {r}", lambda r: softmax(BATCHED, 1, DISTANCE, 8))
case("softmax", "hidden_row", {"x": X[0], "m": f32([[-INF, -INF, -INF], [0, 0, 0]])}, "%r = emel.softmax %x mask %m : ({x}, {m}) -> {r}",
     lambda r: softmax(X[0], 1, f32([[-INF, -INF, -INF], [0, 0, 0]])))
case("softmax", "large", {"x": f32([[1000, 999, -1000]])}, "%r = emel.softmax %x : ({x}) -> {r}",
     lambda r: softmax(f32([[1000, 999, -1000]])))

#--- Attention over tensors -----------------------------------------------------------------------------------------


def attend(query, key, value, scale, mask=None, softcap=0.0, max_bias=0.0, sinks=None):
    tokens, heads, _ = query.shape
    group = heads // key.shape[1]
    result = np.zeros((tokens, heads, value.shape[2]))
    for i in range(tokens):
        for h in range(heads):
            z = key[:, h // group] @ query[i, h] * scale
            if softcap:
                z = softcap * np.tanh(z / softcap)
            if mask is not None:
                z = z + slope(max_bias, h, heads) * mask[i]
            result[i, h] = softmax_row(z, None if sinks is None else sinks[h]) @ value[:, h // group]
    return result


Q, K, V = random(73, 2, 6, 4), random(74, 3, 2, 4), random(75, 3, 2, 5)
INPUTS = {"q": Q, "k": K, "v": V}
case("flash_attention", "plain", INPUTS, "%r = emel.flash_attention %q, %k, %v {scale = 0.5 : f32} : ({q}, {k}, {v}) -> {r}",
     lambda r: attend(Q, K, V, 0.5))
case("flash_attention", "masked", {**INPUTS, "m": MASK},
     "%r = emel.flash_attention %q, %k, %v mask %m {scale = 0.5 : f32} : ({q}, {k}, {v}, {m}) -> {r}",
     lambda r: attend(Q, K, V, 0.5, MASK))
case("flash_attention", "softcap", INPUTS,
     "%r = emel.flash_attention %q, %k, %v {scale = 0.5 : f32, softcap = 0.75 : f32} : ({q}, {k}, {v}) -> {r}",
     lambda r: attend(Q, K, V, 0.5, softcap=0.75))
case("flash_attention", "alibi_of_6_heads", {**INPUTS, "m": DISTANCE},
     "%r = emel.flash_attention %q, %k, %v mask %m {scale = 0.5 : f32, max_bias = 8.0 : f32} : ({q}, {k}, {v}, {m}) -> {r}",
     lambda r: attend(Q, K, V, 0.5, DISTANCE, max_bias=8))
case("flash_attention", "sinks", {**INPUTS, "s": SINKS},
     "%r = emel.flash_attention %q, %k, %v sinks %s {scale = 0.5 : f32} : ({q}, {k}, {v}, {s}) -> {r}",
     lambda r: attend(Q, K, V, 0.5, sinks=SINKS))
case("flash_attention", "everything", {**INPUTS, "m": DISTANCE, "s": SINKS},
     "%r = emel.flash_attention %q, %k, %v mask %m sinks %s {scale = 0.5 : f32, softcap = 2.0 : f32, max_bias = 4.0 : f32} "
     ": ({q}, {k}, {v}, {m}, {s}) -> {r}", lambda r: attend(Q, K, V, 0.5, DISTANCE, 2, 4, SINKS))
HIDDEN = f32([[-INF, -INF, -INF], [0, 0, 0]])
case("flash_attention", "hidden_row", {**INPUTS, "m": HIDDEN},
     "%r = emel.flash_attention %q, %k, %v mask %m {scale = 0.5 : f32} : ({q}, {k}, {v}, {m}) -> {r}",
     lambda r: attend(Q, K, V, 0.5, HIDDEN))
case("flash_attention", "hidden_row_with_sinks", {**INPUTS, "m": HIDDEN, "s": SINKS},
     "%r = emel.flash_attention %q, %k, %v mask %m sinks %s {scale = 0.5 : f32} : ({q}, {k}, {v}, {m}, {s}) -> {r}",
     lambda r: attend(Q, K, V, 0.5, HIDDEN, sinks=SINKS))

#--- States ---------------------------------------------------------------------------------------------------------

KV = "!emel.kv<2x4x3xf32>"
KEYS, VALUES = random(76, 5, 2, 4), random(77, 5, 2, 3)
WHERE = {"pos": i32([0, 1, 2, 3, 0]), "slot": i32([0, 0, 0, 0, 1])}  # four cells of slot 0, one of slot 1
CELLS = list(zip(WHERE["slot"], WHERE["pos"]))
FILL = "%kv1 = emel.kv_write %kv, %k, %v at %pos in %slot : ({kv}, {k}, {v}, {pos}, {slot}) -> {kv}\n".replace("{kv}", KV)
STORED = {"k": KEYS, "v": VALUES, **WHERE}


def cells(keys, values, where, type_text=KV):
    return State(type_text, {at: (keys[i].ravel(), values[i].ravel()) for i, at in enumerate(where)})


case("kv_write", "cells", STORED, FILL.replace("kv1", "r"), lambda r: cells(KEYS, VALUES, CELLS), args=f"%kv: {KV}")
AGAIN = {"k2": random(78, 2, 2, 4), "v2": random(79, 2, 2, 3), "pos2": i32([1, 7]), "slot2": i32([0, 2])}
case("kv_write", "replaces_and_keeps_the_old_state", {**STORED, **AGAIN}, FILL.replace("kv1", "s") +
     f"%r = emel.kv_write %s, %k2, %v2 at %pos2 in %slot2 : ({KV}, {{k2}}, {{v2}}, {{pos2}}, {{slot2}}) -> {KV}",
     lambda r: (State(KV, {**cells(KEYS, VALUES, CELLS), **cells(AGAIN["k2"], AGAIN["v2"], [(0, 1), (2, 7)])}),
                cells(KEYS, VALUES, CELLS)), args=f"%kv: {KV}")
case("kv_write", "later_of_equal_cells_stays", {"k": KEYS[:2], "v": VALUES[:2], "pos": i32([4, 4]), "slot": i32([0, 0])},
     FILL.replace("kv1", "r"), lambda r: cells(KEYS[1:2], VALUES[1:2], [(0, 4)]), args=f"%kv: {KV}")
HALF = "!emel.kv<1x2x1xf16>"
case("kv_write", "rounds_to_the_type_of_cells", {"k": f32([[[0.1, 65520]]]), "v": f32([[[1 / 3]]]), "pos": i32([0]), "slot": i32([0])},
     FILL.replace("kv1", "r").replace(KV, HALF),
     lambda r: State(HALF, {(0, 0): (np.float16([0.1, 65520]).astype(float), np.float16([1 / 3]).astype(float))}),
     args=f"%kv: {HALF}")

ASK = {"ask": i32([2, 0, 9]), "in": i32([0, 1, 0])}


def visible(position, slot, window=0, bidirectional=False):
    return [i for i, (own, at) in sorted(enumerate(CELLS), key=lambda cell: cell[1]) if own == slot and
            (bidirectional or at <= position) and (window == 0 or at > position - window)]


def read(window=0, bidirectional=False, distance=False, ask=ASK):
    order = sorted(range(5), key=lambda i: CELLS[i])
    mask = np.full((len(ask["ask"]), 5), -INF)
    for token, (position, slot) in enumerate(zip(ask["ask"], ask["in"])):
        for c, i in enumerate(order):
            if i in visible(position, slot, window, bidirectional):
                mask[token, c] = -abs(float(position) - CELLS[i][1]) if distance else 0
    return KEYS[order], VALUES[order], mask


READ = FILL + f"%r, %s, %t = emel.kv_read %kv1 at %ask in %in {{}} : ({KV}, {{ask}}, {{in}}) -> ({{r}}, {{s}}, {{t}})"
READ_TYPES = ("tensor<?x2x4xf32>", "tensor<?x2x3xf32>", "tensor<?x?xf32>")
ATTEND = FILL + f"%r = emel.attention %q, %kv1 at %ask in %in {{}} : ({{q}}, {KV}, {{ask}}, {{in}}) -> {{r}}"
ASKED = random(80, 3, 6, 4)


def attend_state(window=0, bidirectional=False, max_bias=0.0, **keywords):
    result = []
    for query, position, slot in zip(ASKED, ASK["ask"], ASK["in"]):
        seen = visible(position, slot, window, bidirectional)
        bias = np.array([[-abs(float(position) - CELLS[i][1]) if max_bias else 0.0 for i in seen]])
        result.append(attend(query[None], KEYS[seen], VALUES[seen], 0.5, bias, max_bias=max_bias, **keywords)[0])
    return np.stack(result)


for name, attributes, keywords in [
        ("causal", "", {}), ("window", "window = 2 : i64", {"window": 2}),
        ("bidirectional", "bidirectional", {"bidirectional": True}),
        ("bidirectional_window", "bidirectional, window = 1 : i64", {"bidirectional": True, "window": 1})]:
    case("kv_read", name, {**STORED, **ASK}, READ.replace("{}", "{" + attributes + "}"),
         lambda r, k=keywords: read(**k), out=READ_TYPES, args=f"%kv: {KV}")
    case("attention", name, {**STORED, **ASK, "q": ASKED},
         ATTEND.replace("{}", "{scale = 0.5 : f32" + (", " if attributes else "") + attributes + "}"),
         lambda r, k=keywords: attend_state(**k), args=f"%kv: {KV}")
case("kv_read", "distance", {**STORED, **ASK}, READ.replace("{}", "{distance}"), lambda r: read(distance=True),
     out=READ_TYPES, args=f"%kv: {KV}")
case("kv_read", "empty_state", ASK,
     READ[len(FILL):].replace("{}", "").replace("kv1", "kv"),
     lambda r: (np.zeros((0, 2, 4)), np.zeros((0, 2, 3)), np.zeros((3, 0))), out=READ_TYPES, args=f"%kv: {KV}")
case("attention", "alibi_of_6_heads", {**STORED, **ASK, "q": ASKED},
     ATTEND.replace("{}", "{scale = 0.5 : f32, max_bias = 8.0 : f32}"), lambda r: attend_state(max_bias=8.0), args=f"%kv: {KV}")
case("attention", "softcap", {**STORED, **ASK, "q": ASKED},
     ATTEND.replace("{}", "{scale = 0.5 : f32, softcap = 0.75 : f32}"), lambda r: attend_state(softcap=0.75), args=f"%kv: {KV}")
case("attention", "sinks", {**STORED, **ASK, "q": ASKED, "s": SINKS},
     ATTEND.replace("%in {}", "%in sinks %s {scale = 0.5 : f32}").replace("{in}) ->", "{in}, {s}) ->"),
     lambda r: attend_state(sinks=SINKS), args=f"%kv: {KV}")
case("attention", "empty_state", {**ASK, "q": ASKED},
     ATTEND[len(FILL):].replace("{}", "{scale = 0.5 : f32}").replace("kv1", "kv"), lambda r: np.zeros((3, 6, 3)),
     args=f"%kv: {KV}")
case("attention", "reads_before_and_after_a_write", {**STORED, **ASK, "q": ASKED},
     f"%r = emel.attention %q, %kv at %ask in %in {{scale = 0.5 : f32}} : ({{q}}, {KV}, {{ask}}, {{in}}) -> {{r}}\n" +
     ATTEND.replace("%r", "%s").replace("{r}", "{s}").replace("{}", "{scale = 0.5 : f32}"),
     lambda r: (np.zeros((3, 6, 3)), attend_state()), args=f"%kv: {KV}")
