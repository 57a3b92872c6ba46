#!/usr/bin/python3
"""usage: tests/jinja/templates.py PROGRAM TEMPLATE...
Renders published chat templates with conversations of many kinds by emel-jinja and by Jinja2, and says where they
differ."""

import copy
import itertools
import pathlib
import sys

import run_cases

TOOL = {"type": "function", "function": {
    "name": "get_weather", "description": "Tells the weather <now> & \"here\".",
    "parameters": {"type": "object", "properties": {
        "city": {"type": "string", "description": "Which city", "enum": ["Zürich", "Paris"]},
        "days": {"type": "integer", "description": "How many", "default": 3},
        "options": {"type": "object", "properties": {"unit": {"type": "string"}}},
        "tags": {"type": "array", "items": {"type": "string"}}}, "required": ["city"]}}}
CALL = {"type": "function", "id": "call00001", "function": {"name": "get_weather", "arguments": {"city": "Zürich", "days": 2}}}
TEXT_CALL = {"type": "function", "id": "call00001", "function": {"name": "get_weather", "arguments": "{\"city\": \"Zürich\"}"}}

SYSTEM = {"role": "system", "content": "You are  helpful.\n"}
USER = {"role": "user", "content": "Hello, \"world\"! "}
ANSWER = {"role": "assistant", "content": "Hi there."}
PARTS = {"role": "user", "content": [{"type": "text", "text": "What is this?"}, {"type": "image"}]}
THOUGHT = {"role": "assistant", "content": "<think>\nLet me see.\n</think>\n\nIt is fine.", "reasoning_content": "Let me see."}
CALLING = {"role": "assistant", "content": "", "tool_calls": [CALL]}
CALLING_NONE = {"role": "assistant", "content": None, "tool_calls": [CALL, copy.deepcopy(CALL)]}
CALLING_TEXT = {"role": "assistant", "content": "", "tool_calls": [TEXT_CALL], "reasoning_content": "I need a tool."}
TOOL_RESULT = {"role": "tool", "name": "get_weather", "tool_call_id": "call00001", "content": "{\"degrees\": 21.5}"}

CONVERSATIONS = [
    [], [USER], [SYSTEM, USER], [USER, ANSWER, USER], [SYSTEM, USER, ANSWER, USER, ANSWER], [USER, USER],
    [ANSWER], [PARTS], [SYSTEM, PARTS, ANSWER, USER], [USER, THOUGHT, USER], [SYSTEM, USER, THOUGHT],
    [USER, CALLING, TOOL_RESULT], [SYSTEM, USER, CALLING, TOOL_RESULT, ANSWER, USER],
    [USER, CALLING_NONE, TOOL_RESULT, TOOL_RESULT, ANSWER], [USER, CALLING_TEXT, TOOL_RESULT],
    [USER, CALLING_TEXT, TOOL_RESULT, THOUGHT, USER, ANSWER],
    [{"role": "developer", "content": "Be brief."}, USER], [{"role": "other", "content": "?"}, USER],
    [{"content": "no role"}], [{"role": "user"}],
]
EXTRAS = [
    {}, {"enable_thinking": False}, {"enable_thinking": True, "reasoning_effort": "high"},
    {"documents": [{"title": "T", "text": "D", "doc_id": 1}], "date_string": "1 Jan 2025"},
    {"builtin_tools": ["browser", "python"], "custom_tools": [TOOL], "controls": {"length": "short"}},
]


def contexts():
    for messages, tools, prompt, extra in itertools.product(CONVERSATIONS, [None, [TOOL]], [False, True], EXTRAS):
        yield {"messages": messages, "tools": tools, "add_generation_prompt": prompt, "bos_token": "<s>",
               "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>", **extra}


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    bad = 0
    for name in sys.argv[2:]:
        template = pathlib.Path(name).read_text(encoding="utf-8")
        cases = [{"template": template, "context": context} for context in contexts()]
        found, errors = run_cases.differences(sys.argv[1], cases)
        bad += bool(found)
        print(f"{pathlib.Path(name).name}: {len(cases)} conversations, {errors} refused, {len(found)} differ")
        for case, theirs, ours in found[:1]:
            print(f"  context {case['context']}\n  expected {theirs}\n  found {ours}")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
