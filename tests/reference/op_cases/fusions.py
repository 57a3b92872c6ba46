"""Cases of what canonicalisation fuses: the fused op has the bits of the ops that it replaces. These are kept apart
here by a second use, and the difference must be 0 everywhere."""

import numpy as np

from op_case import case, random

X, U, W, B = random(140, 8, 32, scale=3), random(141, 8, 32), random(142, 32), random(143, 32)
ZERO = np.zeros((1, 1))
ROWS, ROW = "tensor<8x32xf32>", "tensor<32xf32>"


def same_bits(name, inputs, parts, whole):
    """`parts` makes %a from %part, which it returns too; `whole` makes %b."""
    case("fusions", name, inputs, f"""{parts}
        {whole}
        %d = emel.sub %a, %b : ({ROWS}, {ROWS}) -> {ROWS}
        %m = emel.unary abs %d : {ROWS}
        %r = emel.reduce max %m [0, 1] : ({ROWS}) -> {{r}}
        %z = emel.sub %part, %part : ({ROWS}, {ROWS}) -> {ROWS}
        %s = emel.reduce max %z [0, 1] : ({ROWS}) -> {{s}}""", lambda r: (ZERO, ZERO))


for kind, activation in {"reglu": "relu", "geglu": "gelu", "swiglu": "silu", "geglu_erf": "gelu_erf",
                         "geglu_quick": "gelu_quick"}.items():
    same_bits(kind, {"x": X, "u": U}, f"""%part = emel.unary {activation} %x : {ROWS}
        %a = emel.mul %part, %u : ({ROWS}, {ROWS}) -> {ROWS}""", f"%b = emel.glu {kind} %x, %u : {ROWS}")
for norm in ("rms_norm", "layer_norm"):
    same_bits(norm, {"x": X, "w": W}, f"""%part = emel.{norm} %x eps 1.0e-05 : {ROWS}
        %a = emel.mul %part, %w : ({ROWS}, {ROW}) -> {ROWS}""",
              f"%b = emel.{norm} %x weight %w eps 1.0e-05 : {ROWS}, {ROW}")
same_bits("layer_norm_bias", {"x": X, "w": W, "bias": B}, f"""%part = emel.layer_norm %x weight %w eps 1.0e-05 : {ROWS}, {ROW}
    %a = emel.add %part, %bias : ({ROWS}, {ROW}) -> {ROWS}""",
          f"%b = emel.layer_norm %x weight %w bias %bias eps 1.0e-05 : {ROWS}, {ROW}, {ROW}")
