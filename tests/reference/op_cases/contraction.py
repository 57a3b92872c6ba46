"""Cases of the contractions, over every semiring."""

import math

import numpy as np

from op_case import case, f32, i32, i64, random

INF, NAN = math.inf, math.nan


def annihilated(a, b, zero):
    """The products a + b, in which `zero` wins over everything."""
    return np.where((a == zero) | (b == zero), zero, a + b)


def log_sum_exp(z):
    high = np.max(z, axis=-1, keepdims=True)
    safe = np.where(np.isfinite(high), high, 0)
    return np.squeeze(safe, -1) + np.log(np.sum(np.exp(z - safe), axis=-1))


# For each semiring the sum over the last dimension of the products of two arrays.
SEMIRINGS = {
    "plus_times": lambda a, b: np.sum(a * b, axis=-1),
    "max_plus": lambda a, b: np.max(annihilated(a, b, -INF), axis=-1),
    "min_plus": lambda a, b: np.min(annihilated(a, b, INF), axis=-1),
    "or_and": lambda a, b: np.any((a != 0) & (b != 0), axis=-1).astype(float),
    "log_sum_exp": lambda a, b: log_sum_exp(annihilated(a, b, -INF)),
}


def rows_by_rows(contract, x, w):
    """result[..., i, o] from x[..., i, k] and w[..., o, k] with equal leading dimensions."""
    return contract(x[..., :, None, :], w[..., None, :, :])


X, W = random(40, 3, 4), random(41, 5, 4)
TEXT = "%r = emel.matmul %x, %w{} : ({x}, {w}) -> {r}"
for name, contract in SEMIRINGS.items():
    text = TEXT.replace("{}", f" semiring {name}")
    case("matmul", name, {"x": X, "w": W}, text, lambda r, c=contract: rows_by_rows(c, X, W))
    a, b = f32([[INF, -INF, 1], [0, 1, NAN], [-INF, -INF, -INF], [INF, INF, INF], [0, 0, 0]]), f32([[1, 2, 3], [-INF, INF, 0], [0, 0, 0]])
    case("matmul", f"{name}_specials", {"x": a, "w": b}, text, lambda r, c=contract, a=a, b=b: rows_by_rows(c, a, b))
    empty = np.zeros((2, 0))
    zero = {"max_plus": -INF, "min_plus": INF, "log_sum_exp": -INF}.get(name, 0)
    case("matmul", f"{name}_of_nothing", {"x": (empty, "f32"), "w": (empty, "f32")}, text,
         lambda r, z=zero: np.full((2, 2), z, dtype=float))

case("matmul", "vector", {"x": X[0], "w": W}, TEXT.replace("{}", ""), lambda r: W @ X[0])
BATCH = random(42, 2, 3, 4)
case("matmul", "shared_weight", {"x": BATCH, "w": W}, TEXT.replace("{}", ""), lambda r: BATCH @ W.T)
HEADS, KEYS = random(43, 4, 2, 3), random(44, 2, 5, 3)
case("matmul", "heads_share_keys", {"x": HEADS, "w": KEYS}, TEXT.replace("{}", ""),
     lambda r: np.stack([HEADS[h] @ KEYS[h // 2].T for h in range(4)]))
DEEP, FEW = random(45, 2, 4, 2, 3), random(46, 1, 2, 2, 3)
case("matmul", "two_leading_dimensions", {"x": DEEP, "w": FEW}, TEXT.replace("{}", ""),
     lambda r: np.stack([[DEEP[i, j] @ FEW[0, j // 2].T for j in range(4)] for i in range(2)]))

EXPERTS, IDS = random(47, 3, 2, 4), i32([[2, 0], [1, 1], [0, 2]])
ID_TEXT = "%r = emel.matmul_id %x, %w, %ids : ({x}, {w}, {ids}) -> {r}"
case("matmul_id", "one_row_for_all", {"x": X, "w": EXPERTS, "ids": IDS}, ID_TEXT,
     lambda r: np.einsum("ik,ieok->ieo", X, EXPERTS[IDS]))
PER_EXPERT = random(48, 3, 2, 4)
case("matmul_id", "one_row_each", {"x": PER_EXPERT, "w": EXPERTS, "ids": i64(IDS)}, ID_TEXT,
     lambda r: np.einsum("iek,ieok->ieo", PER_EXPERT, EXPERTS[IDS]))

def groups(ids, experts):
    """The pairs by expert, and where each expert's begin."""
    return (np.argsort(ids.ravel(), kind="stable").astype(ids.dtype).reshape(ids.shape),
            np.searchsorted(np.sort(ids.ravel()), np.arange(experts + 1)).astype(ids.dtype))


GROUP_TEXT = "%r, %s = emel.group_experts %ids experts {} : ({ids}) -> ({r}, {s})"
MANY_IDS = i32([[3, 1], [0, 3], [3, 0], [1, 3]])
case("group_experts", "some_without_tokens", {"ids": MANY_IDS}, GROUP_TEXT.replace("{}", "5"),
     lambda r: groups(MANY_IDS, 5), out=("i32", "i32"))
case("group_experts", "wide_ids", {"ids": i64(IDS)}, GROUP_TEXT.replace("{}", "3"), lambda r: groups(i64(IDS), 3), out=("i64", "i64"))
case("group_experts", "no_token", {"ids": i32(np.zeros((0, 2)))}, GROUP_TEXT.replace("{}", "2"),
     lambda r: groups(i32(np.zeros((0, 2))), 2), out=("i32", "i32"))
ORDER, STARTS = groups(IDS, 3)
for name, x in (("grouped", X), ("grouped_rows_each", PER_EXPERT)):
    case("matmul_id", name, {"x": x, "w": EXPERTS, "ids": IDS, "o": ORDER, "n": STARTS},
         "%r = emel.matmul_id %x, %w, %ids grouped(%o, %n) : ({x}, {w}, {ids}, {o}, {n}) -> {r}",
         lambda r, x=x: np.einsum("iek,ieok->ieo", x if x.ndim == 3 else np.stack([x, x], axis=1), EXPERTS[IDS]))

L, R = random(49, 3, 2), random(50, 3, 4)
OUT_TEXT = "%r = emel.out_prod %a, %b{} : ({a}, {b}) -> {r}"
for name, contract in SEMIRINGS.items():
    case("out_prod", name, {"a": L, "b": R}, OUT_TEXT.replace("{}", f" semiring {name}"),
         lambda r, c=contract: rows_by_rows(c, L.T, R.T))
MANY, SHARED = random(51, 4, 3, 2), random(52, 2, 3, 4)
case("out_prod", "shared_right", {"a": MANY, "b": SHARED}, OUT_TEXT.replace("{}", ""),
     lambda r: np.stack([MANY[i].T @ SHARED[i // 2] for i in range(4)]))
