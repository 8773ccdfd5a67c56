"""Runs a program in a terminal of its own and types into it: in_terminal.py WAIT_FOR INPUT COMMAND...

Prints as JSON what the program wrote and its exit code. INPUT is typed once WAIT_FOR has been seen.
"""

from __future__ import annotations

import json
import os
import pty
import select
import sys
import time

DEADLINE_SECONDS = 120.0

wait_for, typed, *command = sys.argv[1:]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
seen = b""
end = time.monotonic() + DEADLINE_SECONDS
while time.monotonic() < end:
    if not select.select([terminal], [], [], 1.0)[0]:
        continue
    try:
        chunk = os.read(terminal, 65536)
    except OSError:  # the program has ended
        break
    if not chunk:
        break
    seen += chunk
    if typed and wait_for.encode() in seen:
        os.write(terminal, typed.encode())
        typed = ""
else:
    os.kill(pid, 9)
code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
print(json.dumps({"seen": seen.decode(errors="replace"), "code": code}))
