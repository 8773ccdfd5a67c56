"""What may go wrong at a site in a way that its operator can do something about."""

from __future__ import annotations

import errno
from pathlib import Path


class SiteFault(Exception):
    """One line that matters, and the log that holds the rest."""

    def __init__(self, message: str, log: Path | None = None) -> None:
        super().__init__(message)
        self.log = log

    def line(self) -> str:
        """The message with the path of its log, on one line."""
        text = " ".join(str(self).split())
        return f"{text} (log: {self.log})" if self.log else text


def as_fault(error: SiteFault | OSError) -> SiteFault:
    """What the machine refused, as a fault with the next step where that is known."""
    if isinstance(error, SiteFault):
        return error
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        where = error.filename2 or error.filename or "the site's directory"
        return SiteFault(f"no space left on the disk of {where}: free some there, then run the same command again")
    return SiteFault(str(error))


def telling_line(log: Path, fallback: str) -> str:
    """The line of a log's tail that most likely tells why its program failed; `fallback` where the log is empty."""
    try:
        with log.open("rb") as stream:
            stream.seek(max(0, log.stat().st_size - 16_384))
            lines = [line.strip() for line in stream.read().decode("utf-8", "replace").splitlines() if line.strip()]
    except OSError:
        return fallback
    words = ("[emerg]", "error", "exception", "fatal", "cannot", "no such", "denied", "in use")
    telling = [line for line in lines[-40:] if any(word in line.lower() for word in words)]
    chosen = telling[-1:] or lines[-1:]
    return chosen[0][-300:] if chosen else fallback
