"""Cases of the ops that work on each element by itself."""

import math

import numpy as np

from op_case import case, f32, i32, i64, random

INF, NAN = math.inf, math.nan
A = random(1, 2, 3, 4)
B = random(2, 3, 4)

#--- Binary ---------------------------------------------------------------------------------------------------------

BINARY = {"add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.divide}
for op, function in BINARY.items():
    text = f"%r = emel.{op} %a, %b : ({{a}}, {{b}}) -> {{r}}"
    same, row, column, one = random(3, 2, 3, 4), random(4, 4), random(5, 3, 1), random(6, 1)
    specials, others = f32([INF, -INF, NAN, 0, -0.0, 1]), f32([INF, INF, 1, 0, 2, 0])
    case(op, "same_shape", {"a": A, "b": same}, text, lambda r, f=function, b=same: f(A, b))
    case(op, "broadcast_row", {"a": A, "b": row}, text, lambda r, f=function, b=row: f(A, b))
    case(op, "broadcast_matrix", {"a": A, "b": B}, text, lambda r, f=function: f(A, B))
    case(op, "broadcast_column", {"a": A, "b": column}, text, lambda r, f=function, b=column: f(A, b))
    case(op, "broadcast_one", {"a": A, "b": one}, text, lambda r, f=function, b=one: f(A, b))
    case(op, "specials", {"a": specials, "b": others}, text,
         lambda r, f=function, a=specials, b=others: f(a, b))
    halves = (f32([1, 2.001953125, 65504]), "f16"), (f32([0.00048828125, 3, 65504]), "f16")
    case(op, "half", {"a": halves[0], "b": halves[1]}, text,
         lambda r, f=function: f(f32([1, 2.001953125, 65504]), f32([0.00048828125, 3, 65504])), out="f16")

#--- Unary ----------------------------------------------------------------------------------------------------------

def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def hard_sigmoid(x):
    return np.minimum(np.maximum((x + 3) / 6, 0), 1)


ERF = np.vectorize(math.erf, otypes=[float])
UNARY = {
    "abs": np.abs, "sgn": np.sign, "neg": np.negative, "step": lambda x: (x > 0).astype(float),
    "tanh": np.tanh, "elu": lambda x: np.where(x > 0, x, np.expm1(x)),
    "relu": lambda x: np.where(x > 0, x, 0), "sigmoid": sigmoid,
    "gelu": lambda x: x / 2 * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))),
    "gelu_quick": lambda x: x * sigmoid(1.702 * x),
    "gelu_erf": lambda x: x / 2 * (1 + ERF(x / math.sqrt(2))), "silu": lambda x: x * sigmoid(x),
    "hard_swish": lambda x: x * hard_sigmoid(x), "hard_sigmoid": hard_sigmoid, "exp": np.exp,
    "expm1": np.expm1, "softplus": lambda x: np.logaddexp(x, 0), "floor": np.floor, "ceil": np.ceil,
    "round": lambda x: np.sign(x) * np.floor(np.abs(x) + 0.5), "trunc": np.trunc,
    "sqr": np.square, "sin": np.sin, "cos": np.cos,
}
X = f32([[-4, -2.5, -1, -0.5], [-0.125, 0.125, 0.5, 1], [1.5, 2.5, 3.25, 5]])
for kind, function in UNARY.items():
    case("unary", kind, {"x": X}, f"%r = emel.unary {kind} %x : {{x}}", lambda r, f=function: f(X))
for kind, function in {"sqrt": np.sqrt, "log": np.log}.items():
    case("unary", kind, {"x": f32([0, 0.25, 1, 2, 100, -1])}, f"%r = emel.unary {kind} %x : {{x}}",
         lambda r, f=function: f(f32([0, 0.25, 1, 2, 100, -1])))
FAR = f32([-INF, -100, 100, INF, NAN])
for kind, expected in {"softplus": [0, math.exp(-100), 100, INF, NAN], "sigmoid": [0, 1 / (1 + math.exp(100)), 1, 1, NAN],
                       "relu": [0, 0, 100, INF, NAN], "sgn": [-1, -1, 1, 1, 0], "tanh": [-1, -1, 1, 1, NAN],
                       "elu": [-1, -1, 100, INF, NAN], "hard_sigmoid": [0, 0, 1, 1, NAN]}.items():
    case("unary", f"{kind}_far", {"x": FAR}, f"%r = emel.unary {kind} %x : {{x}}",
         lambda r, e=expected: np.array(e))

#--- GLU ------------------------------------------------------------------------------------------------------------

GATE, UP = random(10, 2, 5, scale=2), random(11, 2, 5)
GLU = {"reglu": "relu", "geglu": "gelu", "swiglu": "silu", "geglu_erf": "gelu_erf", "geglu_quick": "gelu_quick"}
for kind, activation in GLU.items():
    case("glu", kind, {"gate": GATE, "up": UP}, f"%r = emel.glu {kind} %gate, %up : {{gate}}",
         lambda r, f=UNARY[activation]: r(f(GATE)) * UP)
FUSED = np.concatenate([GATE, UP], axis=1)
case("glu", "fused_halves", {"x": FUSED}, """%gate = emel.slice %x dim 1 from 0 size 5 : ({x}) -> tensor<2x5xf32>
     %up = emel.slice %x dim 1 from 5 size 5 : ({x}) -> tensor<2x5xf32>
     %r = emel.glu swiglu %gate, %up : {r}""", lambda r: r(UNARY["silu"](GATE)) * UP)

WIDE_GATE, WIDE_UP = f32([[-9, -1, 0.5, 6.5, 8, 20]]), f32([[-8, -7, 0.25, 3, 7.5, 1]])


def swiglu_oai(gate, up, alpha, limit):
    x, y = np.minimum(gate, limit), np.clip(up, -limit, limit)
    return x * sigmoid(alpha * x) * (y + 1)


case("swiglu_oai", "limited", {"gate": WIDE_GATE, "up": WIDE_UP},
     "%r = emel.swiglu_oai %gate, %up alpha 1.702 limit 7.0 : {r}",
     lambda r: swiglu_oai(WIDE_GATE, WIDE_UP, f32(1.702), 7))
case("swiglu_oai", "ordinary", {"gate": GATE, "up": UP}, "%r = emel.swiglu_oai %gate, %up alpha 1.0 limit 100.0 : {r}",
     lambda r: swiglu_oai(GATE, UP, 1, 100))

#--- With parameters ------------------------------------------------------------------------------------------------

case("scale", "factor", {"x": X}, "%r = emel.scale %x by 0.3 plus 0.0 : {x}", lambda r: X * f32(0.3))
case("scale", "factor_and_bias", {"x": X}, "%r = emel.scale %x by -2.5 plus 0.1 : {x}", lambda r: X * -2.5 + f32(0.1))
case("scale", "keeps_negative_zero", {"x": f32([-0.0, 0])}, "%r = emel.scale %x by 2.0 plus 0.0 : {x}",
     lambda r: f32([-0.0, 0]))

case("clamp", "both_sides", {"x": X}, "%r = emel.clamp %x from -1.0 to 2.0 : {x}", lambda r: np.clip(X, -1, 2))
case("clamp", "specials", {"x": FAR}, "%r = emel.clamp %x from -1.0 to 2.0 : {x}", lambda r: f32([-1, -1, 2, 2, NAN]))
case("clamp", "one_side", {"x": FAR}, "%r = emel.clamp %x from 0.0 to 0x7F800000 : {x}",
     lambda r: f32([0, 0, 100, INF, NAN]))

case("leaky_relu", "slope", {"x": X}, "%r = emel.leaky_relu %x slope 0.1 : {x}", lambda r: np.where(X > 0, X, f32(0.1) * X))
case("leaky_relu", "negative_slope", {"x": X}, "%r = emel.leaky_relu %x slope -1.0 : {x}", lambda r: np.abs(X))


def xielu(x, alpha_n, alpha_p, beta, eps):
    return np.where(x > 0, alpha_p * x * x + beta * x, alpha_n * (np.expm1(np.minimum(x, eps)) - x) + beta * x)


case("xielu", "both_sides", {"x": X},
     "%r = emel.xielu %x {alpha_n = 1.25 : f32, alpha_p = 0.8 : f32, beta = 0.5 : f32, eps = -1.0e-06 : f32} : {x}",
     lambda r: xielu(X, 1.25, f32(0.8), 0.5, f32(-1e-6)))
case("xielu", "zero", {"x": f32([0.0, -1e-9])},
     "%r = emel.xielu %x {alpha_n = 2.0 : f32, alpha_p = 1.0 : f32, beta = 0.5 : f32, eps = -1.0e-06 : f32} : {x}",
     lambda r: xielu(f32([0.0, -1e-9]), 2.0, 1, 0.5, f32(-1e-6)))

BIAS, IDS = random(20, 4, 3), i32([[3, 0], [1, 1]])
Y = random(21, 2, 2, 3)
case("add_id", "experts", {"x": Y, "bias": BIAS, "ids": IDS}, "%r = emel.add_id %x, %bias, %ids : ({x}, {bias}, {ids}) -> {r}",
     lambda r: Y + BIAS[IDS])
case("add_id", "wide_ids", {"x": Y, "bias": BIAS, "ids": IDS.astype(np.int64)},
     "%r = emel.add_id %x, %bias, %ids : ({x}, {bias}, {ids}) -> {r}", lambda r: Y + BIAS[IDS])

#--- Conversion -----------------------------------------------------------------------------------------------------

REALS = f32([0.1, -2.5, 65519, 65520, 6e-8, 1e-8, 3.5, INF, -INF, NAN])
for element in ("f16", "bf16", "f64"):
    case("cast", f"f32_to_{element}", {"x": REALS}, "%r = emel.cast %x : {x} to {r}", lambda r: REALS, out=element)
case("cast", "f16_to_f32", {"x": (f32([0.0999755859375, 65504, 5.9604644775390625e-08]), "f16")},
     "%r = emel.cast %x : {x} to {r}", lambda r: f32([0.0999755859375, 65504, 5.9604644775390625e-08]))
case("cast", "f64_to_f32", {"x": (np.array([0.1, 1e300]), "f64")}, "%r = emel.cast %x : {x} to {r}",
     lambda r: np.array([0.1, 1e300]))
case("cast", "f32_to_i32", {"x": f32([1.9, -1.9, 3e9, -3e9, INF, -INF, NAN, 2147483520])}, "%r = emel.cast %x : {x} to {r}",
     lambda r: i32([1, -1, 2147483647, -2147483648, 2147483647, -2147483648, 0, 2147483520]), out="i32")
case("cast", "f32_to_i8", {"x": f32([127.9, 128, -128.9, -129, 5.5])}, "%r = emel.cast %x : {x} to {r}",
     lambda r: i32([127, 127, -128, -128, 5]), out="i8")
case("cast", "f32_to_i64", {"x": f32([1e18, 1e19, -1e19])}, "%r = emel.cast %x : {x} to {r}",
     lambda r: i64([999999984306749440, 2**63 - 1, -2**63]), out="i64")
case("cast", "i32_to_i8", {"x": i32([127, 128, 255, 256, -129])}, "%r = emel.cast %x : {x} to {r}",
     lambda r: i32([127, -128, -1, 0, 127]), out="i8")
case("cast", "i8_to_i64", {"x": np.array([-128, 127], dtype=np.int8)}, "%r = emel.cast %x : {x} to {r}",
     lambda r: i64([-128, 127]), out="i64")
case("cast", "i32_to_f32", {"x": i32([16777217, -5, 2147483647])}, "%r = emel.cast %x : {x} to {r}",
     lambda r: np.array([16777217, -5, 2147483647], dtype=float))
case("cast", "i32_to_f16", {"x": i32([2049, 70000, -1])}, "%r = emel.cast %x : {x} to {r}",
     lambda r: np.array([2049, 70000, -1], dtype=float), out="f16")
