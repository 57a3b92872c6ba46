"""Cases of the ops whose elements follow from their place."""

import math

import numpy as np

from op_case import case, f32, random

X, SQUARE = random(110, 2, 3), random(111, 2, 4, 4)

case("fill", "number", {"x": X}, "%r = emel.fill %x with 0.1 : {x}", lambda r: np.full((2, 3), f32(0.1)))
case("fill", "infinity", {"x": f32([math.nan])}, "%r = emel.fill %x with 0xFF800000 : {x}", lambda r: f32([-math.inf]))

case("arange", "up", {}, "%r = emel.arange from 0.0 step 1.0 : {r}", lambda r: np.arange(5.0))
case("arange", "down", {}, "%r = emel.arange from 2.5 step -0.75 : {r}", lambda r: 2.5 - 0.75 * np.arange(4))
case("arange", "tenths", {}, "%r = emel.arange from 0.0 step 0.1 : {r}", lambda r: np.arange(4) * f32(0.1))
case("arange", "half", {}, "%r = emel.arange from 2046.0 step 1.0 : {r}", lambda r: np.arange(2046.0, 2052), out="f16")

case("diag", "vector", {"x": X[0]}, "%r = emel.diag %x : ({x}) -> {r}", lambda r: np.diag(X[0]))
case("diag", "rows", {"x": X}, "%r = emel.diag %x : ({x}) -> {r}", lambda r: np.stack([np.diag(x) for x in X]))

ROW, COLUMN = np.indices((4, 4))
for kind, hidden in (("inf", -math.inf), ("zero", 0.0)):
    for past in (0, 2):
        case("diag_mask", f"{kind}_past_{past}", {"x": SQUARE}, f"%r = emel.diag_mask {kind} %x past {past} : {{x}}",
             lambda r, p=past, h=hidden: np.where(COLUMN > ROW + p, h, SQUARE))

INSIDE = {"upper_diag": COLUMN >= ROW, "upper": COLUMN > ROW, "lower_diag": COLUMN <= ROW, "lower": COLUMN < ROW}
for kind, inside in INSIDE.items():
    case("tri", kind, {"x": SQUARE}, f"%r = emel.tri {kind} %x : {{x}}", lambda r, i=inside: np.where(i, SQUARE, 0))
case("tri", "wide", {"x": X}, "%r = emel.tri lower_diag %x : {x}", lambda r: np.tril(X))
