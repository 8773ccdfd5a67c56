"""Progress of long work: plain lines on standard output, each flushed, so that a pipe shows them as they come."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

HEARTBEAT_SECONDS = 15.0
_told = {"on": "stdout"}


def say_on_stderr() -> None:
    """From now on standard output is for something else."""
    _told["on"] = "stderr"


def say(text: str) -> None:
    """One line of progress."""
    stream = sys.stderr if _told["on"] == "stderr" else sys.stdout
    stream.write(f"isthmus: {text}\n")
    stream.flush()


@contextmanager
def step(text: str) -> Iterator[None]:
    """Announces a step, says every 15 s that it still runs, and tells how long it took if that was noticeable."""
    say(f"{text} …")
    began = time.monotonic()
    done = threading.Event()

    def beat() -> None:
        while not done.wait(HEARTBEAT_SECONDS):
            say(f"{text} … {time.monotonic() - began:.0f} s")

    threading.Thread(target=beat, daemon=True).start()
    try:
        yield
    finally:
        done.set()
    took = time.monotonic() - began
    if took >= 1:
        say(f"{text}: done in {took:.1f} s")
