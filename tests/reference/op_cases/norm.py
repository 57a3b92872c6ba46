"""Cases of the normalisations."""

import numpy as np

from op_case import case, f32, random

X, W, B = random(30, 2, 3, 5), random(31, 5), random(32, 5)
EPS = f32(1e-5)


def rms(x, eps):
    return x / np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + eps)


def standardize(x, eps, axes=-1):
    centered = x - np.mean(x, axis=axes, keepdims=True)
    return centered / np.sqrt(np.mean(centered**2, axis=axes, keepdims=True) + eps)


case("rms_norm", "plain", {"x": X}, "%r = emel.rms_norm %x eps 1.0e-05 : {x}", lambda r: rms(X, EPS))
case("rms_norm", "weighted", {"x": X, "w": W}, "%r = emel.rms_norm %x weight %w eps 1.0e-05 : {x}, {w}",
     lambda r: r(rms(X, EPS)) * W)
case("rms_norm", "large_eps", {"x": X}, "%r = emel.rms_norm %x eps 4.0 : {x}", lambda r: rms(X, 4))
case("rms_norm", "zeros", {"x": f32([[0, 0]])}, "%r = emel.rms_norm %x eps 1.0e-05 : {x}", lambda r: f32([[0, 0]]))

case("layer_norm", "plain", {"x": X}, "%r = emel.layer_norm %x eps 1.0e-05 : {x}", lambda r: standardize(X, EPS))
case("layer_norm", "weighted", {"x": X, "w": W}, "%r = emel.layer_norm %x weight %w eps 1.0e-05 : {x}, {w}",
     lambda r: r(standardize(X, EPS)) * W)
case("layer_norm", "weight_and_bias", {"x": X, "w": W, "b": B},
     "%r = emel.layer_norm %x weight %w bias %b eps 1.0e-05 : {x}, {w}, {b}",
     lambda r: r(r(standardize(X, EPS)) * W) + B)
case("layer_norm", "equal_elements", {"x": f32([[3, 3, 3]])}, "%r = emel.layer_norm %x eps 1.0e-05 : {x}",
     lambda r: f32([[0, 0, 0]]))


def l2(x, eps):
    return x / np.maximum(np.sqrt(np.sum(x * x, axis=-1, keepdims=True)), eps)


case("l2_norm", "rows", {"x": X}, "%r = emel.l2_norm %x eps 1.0e-05 : {x}", lambda r: l2(X, EPS))
case("l2_norm", "shorter_than_eps", {"x": f32([[0.25, 0], [3, 4]])}, "%r = emel.l2_norm %x eps 0.5 : {x}",
     lambda r: l2(f32([[0.25, 0], [3, 4]]), 0.5))

IMAGE = random(33, 2, 4, 2, 3)


def group(x, groups, eps):
    batch, channels, height, width = x.shape
    parts = x.reshape(batch, groups, channels // groups, height, width)
    return standardize(parts, eps, axes=(2, 3, 4)).reshape(x.shape)


for groups in (1, 2, 4):
    case("group_norm", f"groups_{groups}", {"x": IMAGE}, f"%r = emel.group_norm %x groups {groups} eps 1.0e-05 : {{x}}",
         lambda r, g=groups: group(IMAGE, g, EPS))
