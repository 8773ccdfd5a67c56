"""Progress of long work: plain lines on standard output, each flushed, so that a pipe shows them as they come."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

HEARTBEAT_SECONDS = 15.0
_told = {"on": "stdout"}


def say_on_stderr() -> None:
    """From now on standard output is for something else."""
    _told["on"] = "stderr"


def say(text: str) -> None:
    """One line of progress."""
    tell(sys.stderr if _told["on"] == "stderr" else sys.stdout, f"isthmus: {text}\n")


def tell(stream: TextIO, text: str) -> None:
    """Writes a line at once. Where nobody listens any more, since a connection was cut, work goes on without a word."""
    try:
        stream.write(text)
        stream.flush()
    except (BrokenPipeError, ConnectionResetError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


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
