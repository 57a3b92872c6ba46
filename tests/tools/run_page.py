"""usage: run_page.py PAGE FILE

Runs a page's commands, the indented lines that begin with a tool of ours ("! " before it: it has to fail), sed, cmp or
echo, in this folder, until one fails. Then every text that the page shows as a block (between lines of ```) must occur
in FILE, which the commands made, but for how lines are broken and indented."""

import re
import subprocess
import sys

page, made = open(sys.argv[1]).read(), sys.argv[2]
for command in re.findall(r"^    ((?:emel-|! emel-|sed |cmp |echo )[^\n]*)$", page, re.MULTILINE):
    print(command, flush=True)
    if subprocess.run(command, shell=True).returncode != 0:
        sys.exit(f"{sys.argv[1]}: the command '{command}' fails")
found = " ".join(open(made).read().split())
for shown in re.findall(r"^```\w*\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
    if " ".join(shown.split()) not in found:
        sys.exit(f"{made}: expected the text that {sys.argv[1]} shows:\n{shown}")
