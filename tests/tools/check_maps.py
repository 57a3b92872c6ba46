"""Runs a command and says whether it ever mapped a file: check_maps.py FILE COMMAND..."""

import os
import subprocess
import sys
import time

path = os.path.realpath(sys.argv[1])
process = subprocess.Popen(sys.argv[2:])
mapped = False
while process.poll() is None:
    with open(f"/proc/{process.pid}/maps") as maps:
        mapped |= any(line.rstrip("\n").endswith(" " + path) for line in maps)
    time.sleep(0.001)
print("mapped" if mapped else "never mapped")
sys.exit(process.returncode)
