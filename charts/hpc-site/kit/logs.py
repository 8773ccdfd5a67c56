"""logs.py [--once]: keeps each log below 5 MB. A program of a site's base.

Programs write to their logs themselves, so that none ends with its supervisor, and keep them open: a long one is copied
to NAME.log.1, over the copy before, and emptied in place. What is written between the two is lost.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from pathlib import Path

ROUND_SECONDS = 60.0
LOG_BYTES = 5_000_000


def shorten(log: Path) -> None:
    """Leaves a copy of a long log and empties it; a full disk, which needs the room most, gets no copy."""
    earlier = log.with_name(f"{log.name}.1")
    try:
        if log.stat().st_size <= LOG_BYTES:
            return
        earlier.unlink(missing_ok=True)
        try:
            shutil.copyfile(log, earlier)
        except OSError:
            earlier.unlink(missing_ok=True)
        os.truncate(log, 0)
    except OSError:
        return  # its program, or who looks after the site, moved it meanwhile: the next round sees


def one_round(directory: Path) -> None:
    """Looks at every log once; the supervisor's own is its own matter."""
    for log in directory.glob("*.log"):
        if log.name != "supervisord.log" and not log.is_symlink():
            shorten(log)


def main() -> None:
    """Every minute; with --once one time."""
    directory = Path(os.environ["ISTHMUS_SITE_ROOT"]) / "log"
    while True:
        one_round(directory)
        if "--once" in sys.argv:
            return
        time.sleep(ROUND_SECONDS)


if __name__ == "__main__":
    main()
