"""Cases of the ops that move elements."""

import numpy as np

from op_case import case, f32, i32, i64, random

X, N = random(90, 3, 4), i32(np.arange(24).reshape(2, 3, 4))

TABLE = random(91, 5, 3)
GET = "%r = emel.get_rows %x, %ids : ({x}, {ids}) -> {r}"
case("get_rows", "rows", {"x": TABLE, "ids": i32([4, 0, 4])}, GET, lambda r: TABLE[[4, 0, 4]])
case("get_rows", "wide_ids", {"x": TABLE, "ids": i64([2])}, GET, lambda r: TABLE[[2]])
TABLES, EACH = random(92, 2, 4, 3), i32([[3, 1, 1], [0, 2, 3]])
case("get_rows", "a_table_each", {"x": TABLES, "ids": EACH}, GET, lambda r: np.stack([TABLES[i][EACH[i]] for i in range(2)]))
case("get_rows", "no_ids", {"x": TABLE, "ids": i32([])}, GET, lambda r: np.zeros((0, 3)))

case("reshape", "split", {"x": X}, "%r = emel.reshape %x : {x} to {r}", lambda r: X.reshape(3, 2, 2))
case("reshape", "integers", {"x": N}, "%r = emel.reshape %x : {x} to {r}", lambda r: N.reshape(6, 4), out="i32")

for order in ((0, 1, 2), (2, 0, 1), (1, 0, 2), (2, 1, 0)):
    case("permute", "order_" + "".join(map(str, order)), {"x": N}, f"%r = emel.permute %x {list(order)} : ({{x}}) -> {{r}}",
         lambda r, o=order: N.transpose(o), out="i32")
case("permute", "reals", {"x": X}, "%r = emel.permute %x [1, 0] : ({x}) -> {r}", lambda r: X.T)

case("slice", "rows", {"x": X}, "%r = emel.slice %x dim 0 from 1 size 2 : ({x}) -> {r}", lambda r: X[1:3])
case("slice", "columns", {"x": X}, "%r = emel.slice %x dim 1 from 1 size 2 : ({x}) -> {r}", lambda r: X[:, 1:3])
case("slice", "middle", {"x": N}, "%r = emel.slice %x dim 1 from 2 size 1 : ({x}) -> {r}", lambda r: N[:, 2:3], out="i32")
case("slice", "nothing", {"x": X}, "%r = emel.slice %x dim 1 from 4 size 0 : ({x}) -> {r}", lambda r: X[:, 4:])

Y = random(93, 2, 4)
case("concat", "rows", {"x": X, "y": Y}, "%r = emel.concat %x, %y dim 0 : ({x}, {y}) -> {r}", lambda r: np.concatenate([X, Y]))
Z = random(94, 3, 1)
case("concat", "columns", {"x": X, "y": Z, "z": X}, "%r = emel.concat %x, %y, %z dim 1 : ({x}, {y}, {z}) -> {r}",
     lambda r: np.concatenate([X, Z, X], axis=1))
case("concat", "integers_in_the_middle", {"x": N, "y": N[:, :1]}, "%r = emel.concat %x, %y dim 1 : ({x}, {y}) -> {r}",
     lambda r: np.concatenate([N, N[:, :1]], axis=1), out="i32")
case("concat", "one", {"x": X}, "%r = emel.concat %x dim 0 : ({x}) -> {r}", lambda r: X)

case("repeat", "both", {"x": X}, "%r = emel.repeat %x [2, 3] : ({x}) -> {r}", lambda r: np.tile(X, (2, 3)))
case("repeat", "integers", {"x": N}, "%r = emel.repeat %x [1, 2, 1] : ({x}) -> {r}", lambda r: np.tile(N, (1, 2, 1)), out="i32")

for kind, mode in (("zeros", "constant"), ("circular", "wrap"), ("reflect", "reflect")):
    case("pad", kind, {"x": X}, f"%r = emel.pad {kind} %x low [1, 2] high [2, 3] : ({{x}}) -> {{r}}",
         lambda r, m=mode: np.pad(X, ((1, 2), (2, 3)), mode=m))
    case("pad", f"{kind}_integers", {"x": N}, f"%r = emel.pad {kind} %x low [0, 1, 0] high [1, 0, 0] : ({{x}}) -> {{r}}",
         lambda r, m=mode: np.pad(N, ((0, 1), (1, 0), (0, 0)), mode=m), out="i32")
case("pad", "circular_more_than_once_round", {"x": i32([1, 2])}, "%r = emel.pad circular %x low [3] high [4] : ({x}) -> {r}",
     lambda r: i32([2, 1, 2, 1, 2, 1, 2, 1, 2]), out="i32")

for name, shifts in (("forth", (1, 0)), ("back", (0, -1)), ("both", (2, 5)), ("far_round", (-7, 4))):
    case("roll", name, {"x": X}, f"%r = emel.roll %x by {list(shifts)} : {{x}}", lambda r, s=shifts: np.roll(X, s, axis=(0, 1)))
case("roll", "integers", {"x": N}, "%r = emel.roll %x by [0, 1, 0] : {x}", lambda r: np.roll(N, 1, axis=1), out="i32")

PACKED = "tensor<3x4xf32, #emel.layout<r16>>"
case("pack", "keeps_values", {"x": X}, f"%p = emel.pack %x : {{x}} to {PACKED}\n%r = emel.unpack %p : {PACKED} to {{r}}", lambda r: X)
case("unpack", "feeds_a_contraction", {"x": X, "y": Y},
     f"%p = emel.pack %x : {{x}} to {PACKED}\n%w = emel.unpack %p : {PACKED} to {{x}}\n%r = emel.matmul %y, %w : ({{y}}, {{x}}) -> {{r}}",
     lambda r: Y @ X.T)
