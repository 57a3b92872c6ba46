"""Cases of the ops that change a part of a tensor."""

import numpy as np

from op_case import ROUND, case, f32, i32, i64, random

TABLE, ROWS = random(100, 4, 3), random(101, 2, 3)
SET_ROWS = "%r = emel.set_rows %x, %y at %ids : ({x}, {y}, {ids}) -> {r}"


def with_rows(table, rows, ids):
    table = table.copy()
    for row, at in zip(rows, ids):
        table[at] = row
    return table


case("set_rows", "rows", {"x": TABLE, "y": ROWS, "ids": i32([2, 0])}, SET_ROWS, lambda r: with_rows(TABLE, ROWS, [2, 0]))
case("set_rows", "last_of_equal_ids", {"x": TABLE, "y": ROWS, "ids": i64([1, 1])}, SET_ROWS,
     lambda r: with_rows(TABLE, ROWS, [1, 1]))
case("set_rows", "rounds_to_the_table", {"x": (ROUND["f16"](TABLE), "f16"), "y": ROWS, "ids": i32([3, 1])}, SET_ROWS,
     lambda r: with_rows(ROUND["f16"](TABLE), ROWS, [3, 1]), out="f16")
TABLES, EACH, IDS = random(102, 2, 3, 2), random(103, 2, 1, 2), i32([[2], [0]])
case("set_rows", "a_table_each", {"x": TABLES, "y": EACH, "ids": IDS}, SET_ROWS,
     lambda r: np.stack([with_rows(TABLES[i], EACH[i], IDS[i]) for i in range(2)]))
case("set_rows", "keeps_the_old_table", {"x": TABLE, "y": ROWS, "ids": i32([2, 0])},
     SET_ROWS + "\n%s = emel.add %x, %x : ({x}, {x}) -> {s}", lambda r: (with_rows(TABLE, ROWS, [2, 0]), TABLE + TABLE))

WHOLE, PART = random(104, 3, 4), random(105, 2, 2)
INTEGERS, FEW = i32(np.arange(12).reshape(3, 4)), i32([[-1], [-2]])


def changed(whole, part, at, add=False):
    whole = whole.copy()
    place = tuple(slice(start, start + size) for start, size in zip(at, part.shape))
    whole[place] = whole[place] + part if add else part
    return whole


for op in ("set", "accumulate"):
    text = f"%r = emel.{op} %x, %y at [1, 2] : ({{x}}, {{y}}) -> {{r}}"
    case(op, "corner", {"x": WHOLE, "y": PART}, text, lambda r, a=op == "accumulate": changed(WHOLE, PART, (1, 2), a))
    case(op, "start", {"x": WHOLE, "y": PART}, text.replace("[1, 2]", "[0, 0]"),
         lambda r, a=op == "accumulate": changed(WHOLE, PART, (0, 0), a))
    case(op, "nothing", {"x": WHOLE, "y": np.zeros((0, 2))}, text.replace("[1, 2]", "[3, 2]"), lambda r: WHOLE)
    case(op, "vector", {"x": WHOLE[0], "y": PART[0]}, text.replace("[1, 2]", "[1]"),
         lambda r, a=op == "accumulate": changed(WHOLE[0], PART[0], (1,), a))
case("set", "integers", {"x": INTEGERS, "y": FEW}, "%r = emel.set %x, %y at [1, 3] : ({x}, {y}) -> {r}",
     lambda r: changed(INTEGERS, FEW, (1, 3)), out="i32")
case("accumulate", "half", {"x": (f32([2048, 1]), "f16"), "y": (f32([1]), "f16")},
     "%r = emel.accumulate %x, %y at [0] : ({x}, {y}) -> {r}", lambda r: f32([2049, 1]), out="f16")
