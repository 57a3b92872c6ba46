"""usage: embed.py PAGE BUILD-DIR

Does in this folder what docs/c-api.md tells the author of a program to do: runs the commands of its section on building,
with its CMakeLists.txt, until one fails; then expects the error that it quotes for code of another CPU."""

import pathlib
import re
import subprocess
import sys

page = pathlib.Path(sys.argv[1])
root = page.resolve().parents[1]
section = page.read_text().split("## Building a program with it\n")[1].split("\n## ")[0]


def run(command, fails=False):
    print(command, flush=True)
    done = subprocess.run(command, shell=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    print(done.stdout, flush=True)
    if (done.returncode != 0) != fails:
        sys.exit(f"{page}: '{command}' ended with {done.returncode}")
    return done.stdout


# The repository as the page sees it, only read, with the build that is under test.
emel = pathlib.Path("emel")
(emel / "build").mkdir(parents=True)
(emel / "build/release").symlink_to(sys.argv[2])
for part in root.iterdir():
    if part.name != "build":
        (emel / part.name).symlink_to(part)
pathlib.Path("demo.c").write_bytes((root / "tests/unit/exec/emel_demo.c").read_bytes())
pathlib.Path("CMakeLists.txt").write_text(re.search(r"^```cmake\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)[1])
run("emel-compile emel/models/tales.gguf -q -o tales.emel")
for block in re.findall(r"(?:^    [^\n]*\n)+", section, re.MULTILINE):
    run(block.replace("\n    ", "\n").strip())

run("emel-compile emel/models/tales.gguf -q --cpu=aarch64 -o phone.emel")
quoted = re.search(r"^    (unsupported: code for aarch64 .*)$", page.read_text(), re.MULTILINE)[1]
if quoted not in run("./demo phone.emel", fails=True):
    sys.exit(f"{page}: expected the demo to say '{quoted}'")
