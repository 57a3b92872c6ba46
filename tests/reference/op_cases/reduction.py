"""Cases of the ops that combine, rank or compare elements."""

import math

import numpy as np

from op_case import case, f32, i32, i64, random

INF, NAN = math.inf, math.nan
X = random(120, 2, 3, 4)
REDUCE = {"sum": np.sum, "mean": np.mean, "max": np.max, "min": np.min}
NOTHING = {"sum": 0, "mean": NAN, "max": -INF, "min": INF}

for kind, function in REDUCE.items():
    for name, dims in (("rows", (2,)), ("middle", (1,)), ("outer_two", (0, 1)), ("all", (0, 1, 2))):
        case("reduce", f"{kind}_{name}", {"x": X}, f"%r = emel.reduce {kind} %x {list(dims)} : ({{x}}) -> {{r}}",
             lambda r, f=function, d=dims: f(X, axis=d, keepdims=True))
    case("reduce", f"{kind}_of_nothing", {"x": np.zeros((2, 0))}, f"%r = emel.reduce {kind} %x [1] : ({{x}}) -> {{r}}",
         lambda r, k=kind: f32([[NOTHING[k]], [NOTHING[k]]]))
    specials = f32([[NAN, 1, 2], [1, NAN, 2], [INF, 1, 2], [-INF, 1, 2]])
    case("reduce", f"{kind}_specials", {"x": specials}, f"%r = emel.reduce {kind} %x [1] : ({{x}}) -> {{r}}",
         lambda r, f=function, s=specials: f(s, axis=1, keepdims=True))

TIES = f32([[2, 5, 5, 1, 2, -3], [NAN, 1, INF, NAN, -INF, 1], [0, -0.0, 0, -0.0, NAN, 0]])
case("top_k", "ties_and_nan", {"x": TIES}, "%r = emel.top_k %x k 4 : ({x}) -> {r}",
     lambda r: i32([[1, 2, 0, 4], [2, 1, 5, 4], [0, 1, 2, 3]]), out="i32")
case("top_k", "all", {"x": TIES}, "%r = emel.top_k %x k 6 : ({x}) -> {r}",
     lambda r: i32([[1, 2, 0, 4, 3, 5], [2, 1, 5, 4, 0, 3], [0, 1, 2, 3, 5, 4]]), out="i32")
case("top_k", "one", {"x": X}, "%r = emel.top_k %x k 1 : ({x}) -> {r}", lambda r: np.argmax(X, axis=2)[..., None], out="i32")


def candidates(rows, k, width):
    """The best of each part of each row, their bits above their column; -1 where there are no more."""
    rows = np.float32(rows)
    result = np.full((len(rows), -(-rows.shape[1] // width), k), -1, np.int64)
    for r, row in enumerate(rows):
        for p in range(result.shape[1]):
            columns = range(p * width, min((p + 1) * width, len(row)))
            ranked = sorted(columns, key=lambda c: (bool(np.isnan(row[c])), 0 if np.isnan(row[c]) else -row[c], c))[:k]
            result[r, p, :len(ranked)] = [(int(row[c].view(np.int32)) << 32) + c for c in ranked]
    return result


for name, k, width in (("parts", 2, 4), ("narrow_parts", 3, 2), ("whole", 6, 6), ("best", 1, 3)):
    case("top_k_parts", name, {"x": TIES}, f"%r = emel.top_k_parts %x k {k} width {width} : ({{x}}) -> {{r}}",
         lambda r, k=k, w=width: candidates(TIES, k, w), out="i64")
    case("merge_top_k", name, {"x": candidates(TIES, k, width)}, "%r = emel.merge_top_k %x : ({x}) -> {r}",
         lambda r, k=k: candidates(TIES, k, 6)[:, 0], out="i64")
case("argsort", "desc", {"x": TIES}, "%r = emel.argsort desc %x : ({x}) -> {r}",
     lambda r: i32([[1, 2, 0, 4, 3, 5], [2, 1, 5, 4, 0, 3], [0, 1, 2, 3, 5, 4]]), out="i32")
case("argsort", "asc", {"x": TIES}, "%r = emel.argsort asc %x : ({x}) -> {r}",
     lambda r: i32([[5, 3, 0, 4, 1, 2], [4, 1, 5, 2, 0, 3], [0, 1, 2, 3, 5, 4]]), out="i32")
case("argsort", "reals", {"x": X}, "%r = emel.argsort asc %x : ({x}) -> {r}", lambda r: np.argsort(X, axis=2), out="i32")
case("argmax", "ties_and_nan", {"x": TIES}, "%r = emel.argmax %x : ({x}) -> {r}", lambda r: i32([1, 2, 0]), out="i32")
case("argmax", "only_nan", {"x": f32([[NAN, NAN]])}, "%r = emel.argmax %x : ({x}) -> {r}", lambda r: i32([0]), out="i32")
case("argmax", "vector", {"x": X[0, 0]}, "%r = emel.argmax %x : ({x}) -> {r}", lambda r: i32(np.argmax(X[0, 0])), out="i32")

case("cumsum", "rows", {"x": X}, "%r = emel.cumsum %x : {x}", lambda r: np.cumsum(X, axis=2))
case("cumsum", "rounds_once", {"x": (f32([2048, 1, 1, 1]), "f16")}, "%r = emel.cumsum %x : {x}",
     lambda r: f32([2048, 2049, 2050, 2051]), out="f16")

A, B = i32([[1, 2, 3], [4, 5, 6]]), i32([[1, 0, 3], [0, 5, 6]])
for name, convert in (("narrow", i32), ("wide", i64)):
    case("count_equal", name, {"x": convert(A), "y": convert(B)}, "%r = emel.count_equal %x, %y : ({x}, {y}) -> {r}",
         lambda r: i64(4), out="i64")
