"""SQLite databases of a site: which files are one, and a copy of one that is in use."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from faults import SiteFault

MAGIC = b"SQLite format 3\0"
BUSY_SECONDS = 60.0


def is_database(place: Path) -> bool:
    """Whether a file is a SQLite database. One that has gone since it was listed is none: journals come and go."""
    try:
        with place.open("rb") as stream:
            return stream.read(len(MAGIC)) == MAGIC
    except FileNotFoundError:
        return False


def belongs(name: str, databases: Sequence[str]) -> bool:
    """Whether a file goes with a database: a journal, or a copy that JupyterHub made before an upgrade."""
    return any(name != other and name.startswith((f"{other}-", f"{other}.")) for other in databases)


def copy_database(source: Path, target: Path) -> None:
    """A copy as of one moment, while others read and write, by SQLite's own means; it was read through once.

    :raises SiteFault: where somebody keeps it locked, or it is damaged.
    """
    until = time.monotonic() + BUSY_SECONDS

    def watch(_status: int, _remaining: int, _total: int) -> None:
        if time.monotonic() > until:
            raise SiteFault(f"{source} was locked for {BUSY_SECONDS:.0f} s: see which program holds it, then try again")

    try:
        # Writable, since a database that a killed program left half-changed is put right when it is opened.
        live = sqlite3.connect(f"file:{quote(str(source))}?mode=rw", uri=True, timeout=BUSY_SECONDS)
        with closing(live), closing(sqlite3.connect(target)) as copy:
            live.backup(copy, pages=-1, progress=watch)
            copy.execute("PRAGMA journal_mode=DELETE")
            verdict = copy.execute("PRAGMA integrity_check").fetchone()[0]
    except sqlite3.Error as error:
        raise SiteFault(f"{source} cannot be copied: {error}") from None
    if verdict != "ok":
        raise SiteFault(f"{source} is damaged ({verdict}): restore it from an earlier backup")
