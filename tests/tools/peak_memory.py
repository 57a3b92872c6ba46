"""usage: peak_memory.py MEGABYTES COMMAND...

Runs a command and fails where it fails, or its resident memory was larger than that at some time."""

import os
import subprocess
import sys

limit = int(sys.argv[1])
process = subprocess.Popen(sys.argv[2:])
_, status, used = os.wait4(process.pid, 0)
if status != 0:
    sys.exit(os.waitstatus_to_exitcode(status))
peak = used.ru_maxrss * 1024 / 1e6
print(f"peak {peak:.0f} MB")
if peak > limit:
    sys.exit(f"expected at most {limit} MB of resident memory, found {peak:.0f}")
