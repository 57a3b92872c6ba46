"""Cases of weights, which stay in their file: the blocks in tests/fixtures and the values that dequantize.py gives
them. Every op that takes a weight of a block format is here."""

import pathlib

import numpy as np

from op_case import case, i32, random

BLOCKS = pathlib.Path(__file__).resolve().parents[2] / "fixtures" / "blocks"


def stored(name, *shape):
    return np.fromfile(BLOCKS / f"{name}.f32", dtype="<f4").astype(np.float64).reshape(shape)


def declare(case_name, file, type_text):
    """A shard and a weight @<case_name>.w of all its bytes."""
    size = (BLOCKS / file).stat().st_size
    return (f'emel.shard @{case_name}.shard "../fixtures/blocks/{file}" bytes {size}\n'
            f"emel.weight @{case_name}.w : {type_text} in @{case_name}.shard at 0 bytes {size}\n")


def weight_case(op, name, file, type_text, body, expected, inputs=None, out="f32", packed=False):
    """`packed` stores the weight in layout r16, in which it is then read."""
    read = type_text[:-1] + ", #emel.layout<r16>>" if packed else type_text
    text = f"%w = emel.get_weight @{name}.w : {read}\n" + body.replace("{w}", read)
    module = declare(name, file, type_text)
    case(op, name, inputs or {}, text, lambda r: expected, out=out, module=module[:-1] + " packed <r16>\n" if packed else module)


Q8, TYPE = stored("q8_0", 5, 32), "tensor<5x32x!emel.q8_0>"
HALF = stored("f16", 8, 8)

weight_case("get_weight", "blocks", "q8_0.bin", TYPE, "%r = emel.cast %w : {w} to {r}", Q8)
weight_case("get_weight", "as_it_lies", "q8_0.bin", TYPE, "%r = emel.unpack %p : {p} to {w}".replace(
    "{p}", TYPE[:-1] + ", #emel.layout<r16>>").replace("%r =", f"%p = emel.pack %w : {{w}} to {TYPE[:-1]}, #emel.layout<r16>>\n%r ="),
    Q8, out=TYPE)
weight_case("get_weight", "packed_blocks", "q8_0.bin", TYPE, "%u = emel.unpack %w : {w} to " + TYPE + "\n%r = emel.cast %u : " + TYPE + " to {r}",
            Q8, packed=True)
weight_case("get_weight", "halves", "f16.bin", "tensor<8x8xf16>", "%r = emel.permute %w [1, 0] : ({w}) -> {r}", HALF.T, out="f16")
weight_case("cast", "from_iq2_xxs", "iq2_xxs.bin", "tensor<5x256x!emel.iq2_xxs>",
            "%few = emel.slice %w dim 0 from 0 size 1 : ({w}) -> tensor<1x256x!emel.iq2_xxs>\n"
            "%r = emel.cast %few : tensor<1x256x!emel.iq2_xxs> to {r}", stored("iq2_xxs", 5, 256)[:1])

ROWS = random(130, 2, 32)
weight_case("matmul", "blocks", "q8_0.bin", TYPE, "%r = emel.matmul %x, %w : ({x}, {w}) -> {r}", ROWS @ Q8.T, {"x": ROWS})
EXPERTS = "tensor<5x1x32x!emel.q8_0>"
IDS = i32([[0, 4], [2, 2]])
weight_case("matmul_id", "blocks", "q8_0.bin", EXPERTS, "%r = emel.matmul_id %x, %w, %ids : ({x}, {w}, {ids}) -> {r}",
            np.einsum("ik,iek->ie", ROWS, Q8[IDS])[..., None], {"x": ROWS, "ids": IDS})
PACKED, PACKED_EXPERTS = (text[:-1] + ", #emel.layout<r16>>" for text in (TYPE, EXPERTS))
weight_case("matmul", "packed_blocks", "q8_0.bin", TYPE,
            f"%p = emel.pack %w : {{w}} to {PACKED}\n%r = emel.matmul %x, %p : ({{x}}, {PACKED}) -> {{r}}", ROWS @ Q8.T, {"x": ROWS})
weight_case("matmul_id", "packed_blocks", "q8_0.bin", EXPERTS,
            f"%p = emel.pack %w : {{w}} to {PACKED_EXPERTS}\n%r = emel.matmul_id %x, %p, %ids : ({{x}}, {PACKED_EXPERTS}, {{ids}}) -> {{r}}",
            np.einsum("ik,iek->ie", ROWS, Q8[IDS])[..., None], {"x": ROWS, "ids": IDS})
weight_case("get_rows", "blocks", "q8_0.bin", TYPE, "%r = emel.get_rows %w, %ids : ({w}, {ids}) -> {r}", Q8[[2, 0]],
            {"ids": i32([2, 0])})

weight_case("slice", "rows_of_a_weight", "q8_0.bin", TYPE, "%r = emel.slice %w dim 0 from 1 size 2 : ({w}) -> {r}", Q8[1:3],
            out="tensor<2x32x!emel.q8_0>")
weight_case("slice", "blocks_of_a_row", "q8_0.bin", "tensor<1x160x!emel.q8_0>",
            "%r = emel.slice %w dim 1 from 32 size 64 : ({w}) -> {r}", Q8.reshape(1, 160)[:, 32:96], out="tensor<1x64x!emel.q8_0>")
weight_case("slice", "experts_and_rows", "f16.bin", "tensor<2x4x8xf16>",
            "%half = emel.slice %w dim 0 from 1 size 1 : ({w}) -> tensor<1x4x8xf16>\n"
            "%r = emel.slice %half dim 1 from 2 size 2 : (tensor<1x4x8xf16>) -> {r}", HALF.reshape(2, 4, 8)[1:, 2:], out="f16")
weight_case("concat", "rows_of_weights", "q8_0.bin", TYPE,
            "%few = emel.slice %w dim 0 from 3 size 2 : ({w}) -> tensor<2x32x!emel.q8_0>\n"
            "%r = emel.concat %w, %few dim 0 : ({w}, tensor<2x32x!emel.q8_0>) -> {r}", np.concatenate([Q8, Q8[3:]]),
            out="tensor<7x32x!emel.q8_0>")
weight_case("concat", "columns_of_weights", "q8_0.bin", TYPE, "%r = emel.concat %w, %w dim 1 : ({w}, {w}) -> {r}",
            np.concatenate([Q8, Q8], axis=1), out="tensor<5x64x!emel.q8_0>")
weight_case("concat", "middle_of_experts", "f16.bin", "tensor<2x4x8xf16>",
            "%r = emel.concat %w, %w dim 1 : ({w}, {w}) -> {r}", np.concatenate([HALF.reshape(2, 4, 8)] * 2, axis=1), out="f16")
weight_case("pack", "rows_of_a_packed_weight", "q8_0.bin", TYPE,
            f"%p = emel.pack %w : {{w}} to {TYPE[:-1]}, #emel.layout<r16>>\n"
            f"%r = emel.get_rows %p, %ids : ({TYPE[:-1]}, #emel.layout<r16>>, {{ids}}) -> {{r}}", Q8[[3]], {"ids": i32([3])})
