"""Run a command and print what it used: `python -I -S usage.py DESCRIPTOR COMMAND...`.

A process inherits the peak of resident memory of the process that starts it. This one imports so little that it needs
less than any command that is measured, which starts of a benchmark's own process would not.
"""

import os
import sys
import time

began = time.perf_counter()
process = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(process, 0)
seconds = time.perf_counter() - began
used = usage.ru_utime + usage.ru_stime
line = f"{os.waitstatus_to_exitcode(status)} {seconds} {used} {usage.ru_maxrss * 1024}"
os.write(int(sys.argv[1]), line.encode())
