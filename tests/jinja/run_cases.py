"""Runs templates through the judge and through emel-jinja, and says where they differ."""

import json
import subprocess
import warnings

import judge


def run_ours(program, cases):
    lines = "".join(json.dumps({"template": case["template"], "context": case["context"]}) + "\n" for case in cases)
    done = subprocess.run([program, str(judge.NOW)], input=lines, capture_output=True, text=True)
    results = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode != 0 or len(results) != len(cases):
        case = cases[len(results)] if len(results) < len(cases) else None
        raise SystemExit(f"{program}: exit status {done.returncode} {done.stderr[-500:]}\nat {case}")
    return results


def differences(program, cases):
    """(case, what the judge says, what we say) where these differ, and how many cases ended in errors."""
    warnings.simplefilter("ignore")
    found, errors = [], 0
    for case, ours in zip(cases, run_ours(program, cases)):
        text, error = judge.render(case["template"], case["context"])
        errors += error is not None
        if error is None and "text" in ours and " at 0x" in text.lower():
            continue  # an address, which may have been counted or cut
        if (error is None) != ("text" in ours) or (error is None and text != ours["text"]):
            found.append((case, repr(text) if error is None else f"{type(error).__name__}: {error}", ours))
    return found, errors
