"""Checks a report, its buffers and its picture against one another: REPORT CSV SVG."""

import csv
import json
import sys
import xml.etree.ElementTree as ET

report = json.load(open(sys.argv[1]))
rows = list(csv.DictReader(open(sys.argv[2])))
ET.parse(sys.argv[3])

for key in ("weights_bytes", "kv_bytes_per_token", "kv_bytes", "arena_bytes", "scratch_bytes", "scratch_bytes_per_worker",
            "passes", "roofline", "layouts"):
    assert key in report, key
stored = 0
for weight in report["layouts"]["weights"]:
    chosen = [c for c in weight["candidates"] if c["layout"] == weight["choice"]]
    assert len(chosen) == 1 and chosen[0]["total_us"] == min(c["total_us"] for c in weight["candidates"]), weight
    stored += chosen[0]["bytes"]
assert stored == report["weights_bytes"], (stored, report["weights_bytes"])
pages = -(-report["context"] // 32)
assert report["kv_bytes"] + report["kv_saved_bytes"] == report["kv_bytes_per_token"] * pages * 32
assert report["arena_bytes"] == max(entry["arena_bytes"] for entry in report["entry_points"])
layers = {entry["name"] for entry in report["entry_points"]}
assert {"decode", "prefill"} <= layers, layers

for entry in report["entry_points"]:
    buffers = [{key: int(row[key]) for key in ("lower", "upper", "size", "offset")} for row in rows if row["entry"] == entry["name"]]
    assert buffers, entry["name"]
    assert max(b["offset"] + b["size"] for b in buffers) == entry["arena_bytes"]
    moments = {b["lower"] for b in buffers}
    bound = max(sum(b["size"] for b in buffers if b["lower"] <= t < b["upper"]) for t in moments)
    assert bound == entry["arena_lower_bound_bytes"], (bound, entry)
    assert entry["arena_bytes"] <= 1.03 * bound, entry
    # A single layer has few values that could share.
    assert entry["barriers"] <= 5 or entry["arena_bytes"] <= 0.5 * entry["arena_no_reuse_bytes"], entry
    for i, a in enumerate(buffers):
        for b in buffers[:i]:
            apart = a["upper"] <= b["lower"] or b["upper"] <= a["lower"] or \
                a["offset"] + a["size"] <= b["offset"] or b["offset"] + b["size"] <= a["offset"]
            assert apart, (entry["name"], a, b)
    assert entry["flops_per_token"] > 0 and entry["bytes_per_token"] > 0

# The best that can be: within what memory gives for the weights alone, and above what a full context leaves.
roofline = report["roofline"]
rates = roofline["assumes"]["flops_per_second"]
for entry, best in zip(report["entry_points"], roofline["entry_points"], strict=True):
    full = best["tokens_per_second_at_full_context"]
    assert entry["name"] == best["name"] and 0 < full <= best["tokens_per_second"], best
    assert full <= 1.001 * max(rates.values()) / entry["flops_per_token"], (best, entry)
    assert full >= 0.999 * min(min(rates.values()) / entry["flops_per_token"],
                               roofline["assumes"]["read_bytes_per_second"] / entry["bytes_per_token"]), (best, entry)
