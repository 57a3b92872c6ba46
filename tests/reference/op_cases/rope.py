"""Cases of emel.rope: every mode, with partial dimensions, factors, YaRN and sections. Angles are multiplied up
pair by pair."""

import math

import numpy as np

from op_case import case, f32, i32, i64, random


def component(mode, sector, sections):
    """Which of the positions turns the pair at `sector` of the repeating sections."""
    if mode == "imrope":
        for c in (1, 2, 0):
            if sector % 3 == c and sector < 3 * sections[c]:
                return c
        return 3
    return next(c for c in range(4) if c == 3 or sector < sum(sections[:c + 1]))


def angles(mode, positions, pairs, dims, base, sections):
    """The unscaled angle of each token and pair."""
    factor = base ** (-2.0 / dims)
    if mode in ("normal", "neox"):
        return positions[:, None] * factor ** np.arange(pairs)[None, :]
    result = np.zeros((positions.shape[1], pairs))
    for token in range(positions.shape[1]):
        running = positions[:, token].astype(float)
        for pair in range(pairs):
            sector = pair % sum(sections)
            if mode == "vision":  # each section starts anew
                for c in range(4):
                    if sector == sum(sections[:c]):
                        running[c] = positions[c, token]
            result[token, pair] = running[component(mode, sector, sections)]
            running = running * factor
    return result


def yarn(theta, dims, base, scale, ext, beta_fast, beta_slow, orig):
    turn = lambda beta: dims * math.log(orig / (beta * 2 * math.pi)) / (2 * math.log(base))
    low, high = max(0, math.floor(turn(beta_fast))), min(dims - 1, math.ceil(turn(beta_slow)))
    ramp = np.clip((np.arange(theta.shape[1]) - low) / max(0.001, high - low), 0, 1)
    mix = ext * (1 - ramp)
    return theta * scale * (1 - mix) + theta * mix


def rope(mode, x, positions, dims, base, scale=1.0, attn=1.0, ext=0.0, beta_fast=32.0, beta_slow=1.0, orig=0,
         sections=None, factors=None):
    pairs = dims if mode == "vision" else dims // 2
    theta = angles(mode, np.asarray(positions), pairs, dims, base, sections)
    if factors is not None:
        theta = theta / factors
    if ext:
        theta = yarn(theta, dims, base, scale, ext, beta_fast, beta_slow, orig)
        attn = attn * (1 + 0.1 * math.log(1 / scale))
    else:
        theta = theta * scale
    first = 2 * np.arange(pairs) if mode == "normal" else np.arange(pairs)
    second = first + (1 if mode == "normal" else pairs)
    cosine, sine = attn * np.cos(theta)[:, None, :], attn * np.sin(theta)[:, None, :]
    result = x.copy()
    result[..., first] = x[..., first] * cosine - x[..., second] * sine
    result[..., second] = x[..., first] * sine + x[..., second] * cosine
    return result


X, POS = random(60, 3, 2, 8), i32([0, 5, 1000])
FOUR = i32([[0, 3, 9], [1, 4, 7], [2, 8, 5], [0, 6, 11]])
FACTORS = f32([1, 1.5, 4, 8])


def add(name, mode, positions, attributes, factors=None, x=X, **keywords):
    inputs = {"x": x, "pos": positions}
    text = f"%r = emel.rope {mode} %x at %pos"
    types = "{x}, {pos}"
    if factors is not None:
        inputs["factors"] = factors
        text, types = text + " factors %factors", types + ", {factors}"
    case("rope", name, inputs, f"{text} {{{attributes}}} : {types}",
         lambda r: rope(mode, x, positions, factors=factors, **keywords))


for mode in ("normal", "neox"):
    add(mode, mode, POS, "dims = 8 : i64, base = 10000.0 : f32", dims=8, base=10000)
    add(f"{mode}_partial", mode, i64(POS), "dims = 4 : i64, base = 500.0 : f32", dims=4, base=500)
    add(f"{mode}_linear_scale", mode, POS, "dims = 8 : i64, base = 10000.0 : f32, scale = 0.25 : f32", dims=8, base=10000,
        scale=0.25)
    add(f"{mode}_factors", mode, POS, "dims = 8 : i64, base = 10000.0 : f32, attn = 1.25 : f32", factors=FACTORS, dims=8,
        base=10000, attn=1.25)
    add(f"{mode}_yarn", mode, POS, "dims = 8 : i64, base = 100.0 : f32, scale = 0.25 : f32, ext = 1.0 : f32, orig = 64 : i64",
        dims=8, base=100, scale=0.25, ext=1, orig=64)
add("yarn_half_mixed", "neox", POS, "dims = 8 : i64, base = 100.0 : f32, scale = 0.5 : f32, ext = 0.5 : f32, attn = 0.75 : f32, "
    "beta_fast = 8.0 : f32, beta_slow = 2.0 : f32, orig = 256 : i64", dims=8, base=100, scale=0.5, ext=0.5, attn=0.75,
    beta_fast=8, beta_slow=2, orig=256)
add("yarn_factors", "neox", POS, "dims = 8 : i64, base = 100.0 : f32, scale = 0.25 : f32, ext = 1.0 : f32, orig = 64 : i64",
    factors=FACTORS, dims=8, base=100, scale=0.25, ext=1, orig=64)

add("mrope", "mrope", FOUR, "dims = 8 : i64, base = 10000.0 : f32, sections = array<i64: 2, 1, 1, 0>", dims=8, base=10000,
    sections=(2, 1, 1, 0))
add("mrope_four_sections", "mrope", FOUR, "dims = 8 : i64, base = 10000.0 : f32, sections = array<i64: 1, 1, 1, 1>", dims=8,
    base=10000, sections=(1, 1, 1, 1))
add("mrope_sections_repeat", "mrope", FOUR, "dims = 8 : i64, base = 100.0 : f32, sections = array<i64: 1, 1, 0, 0>", dims=8,
    base=100, sections=(1, 1, 0, 0))
add("vision", "vision", FOUR, "dims = 4 : i64, base = 100.0 : f32, sections = array<i64: 2, 2, 0, 0>", dims=4, base=100,
    sections=(2, 2, 0, 0))
add("vision_factors", "vision", FOUR, "dims = 4 : i64, base = 100.0 : f32, sections = array<i64: 2, 2, 0, 0>", factors=FACTORS,
    dims=4, base=100, sections=(2, 2, 0, 0))
WIDE = random(61, 3, 1, 16)
add("imrope", "imrope", FOUR, "dims = 16 : i64, base = 10000.0 : f32, sections = array<i64: 3, 3, 2, 0>", x=WIDE, dims=16,
    base=10000, sections=(3, 3, 2, 0))
add("imrope_extra_section", "imrope", FOUR, "dims = 16 : i64, base = 10000.0 : f32, sections = array<i64: 2, 1, 1, 4>", x=WIDE,
    dims=16, base=10000, sections=(2, 1, 1, 4))
