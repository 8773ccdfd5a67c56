"""Runs a site's kit and kills it (or who called it) at a chosen step. Given to `isthmus` as the Python that runs kits.

CUT_OFF_AT: the number of the step; without it nothing is killed. CUT_OFF_VERB: the command of the kit that is meant.
CUT_OFF_WHO: `kit`, `engine` (the leader of the kit's process group) or `isthmus` (the engine's parent).
CUT_OFF_STEPS: a file that gets the steps that were reached, a line each.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading

# What changes something outside this process, once for each thing that it is done to: a wait asks again and again.
CHANGES = {"os.rename", "os.symlink", "os.link", "os.mkdir", "os.remove", "os.rmdir", "os.kill", "socket.connect"}
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def parent_of(pid: int) -> int:
    with open(f"/proc/{pid}/stat") as stream:
        return int(stream.read().rpartition(")")[2].split()[1])


def victim(who: str) -> int:
    if who == "kit":
        return os.getpid()
    return os.getpgrp() if who == "engine" else parent_of(os.getpgrp())


class Counter:
    def __init__(self) -> None:
        self.at = int(os.environ.get("CUT_OFF_AT", "0"))
        self.who = os.environ.get("CUT_OFF_WHO", "kit")
        self.seen: set[str] = set()
        self.lock = threading.RLock()
        steps = os.environ.get("CUT_OFF_STEPS")
        self.report = os.open(steps, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600) if steps else None

    def hear(self, event: str, arguments: tuple[object, ...]) -> None:
        if event == "open":
            if isinstance(arguments[0], int) or not isinstance(arguments[2], int) or not arguments[2] & WRITES:
                return
            what = f"open {arguments[0]!r}"
        elif event == "subprocess.Popen":
            what = f"run {arguments[1]!r}"
        elif event in CHANGES:
            what = f"{event} {arguments[1:] if event == 'socket.connect' else arguments!r}"
        else:
            return
        with self.lock:
            if what in self.seen or "/__pycache__" in what or "/dev/null" in what:
                return
            self.seen.add(what)
            if self.report is not None:
                os.write(self.report, f"{what[:200]}\n".encode())
            if len(self.seen) == self.at:
                os.kill(victim(self.who), signal.SIGKILL)


def main() -> None:
    arguments = sys.argv[1:]
    if not arguments or not arguments[0].endswith("site.py"):
        os.execv(sys.executable, [sys.executable, *arguments])
    sys.argv = arguments
    sys.path.insert(0, os.path.dirname(arguments[0]))
    sys.dont_write_bytecode = True
    if os.environ.get("CUT_OFF_VERB", arguments[1]) == arguments[1]:
        sys.addaudithook(Counter().hear)
    runpy.run_path(arguments[0], run_name="__main__")


if __name__ == "__main__":
    main()
