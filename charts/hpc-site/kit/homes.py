"""The users' homes of a site: what they hold, and putting them into a backup while their owners work."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from archive import Writer
from archive_reader import fault_of

# Somebody waits for the sizes of homes that are not even asked for.
MEASURE_SECONDS = 10.0


def below(directory: Path, path: str, unread: list[str]) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """All that lies below a directory, each with its path from `path` on, in an order that stays; no link is followed.

    Directories that cannot be read are added to `unread`.
    """
    try:
        entries = sorted(os.scandir(directory), key=lambda entry: entry.name)
    except OSError as error:
        unread.append(f"{path}: {error.strerror or error}")
        return
    for entry in entries:
        yield f"{path}/{entry.name}", entry
        if entry.is_dir(follow_symlinks=False):
            yield from below(Path(entry.path), f"{path}/{entry.name}", unread)


def measure(home: Path) -> dict[str, Any]:
    """How much the homes hold: bytes, users, and whether all of it was counted in time."""
    until = time.monotonic() + MEASURE_SECONDS
    total, users, complete = 0, 0, True
    for path, entry in below(home, "home", []):
        if time.monotonic() > until:
            complete = False
            break
        try:
            status = entry.stat(follow_symlinks=False)
        except OSError:
            continue
        total += status.st_size if stat.S_ISREG(status.st_mode) else 0
        users += path.count("/") == 2  # home/<hub>/<user>
    return {"path": str(home), "bytes": total, "users": users, "complete": complete}


def add_homes(archive: Writer, home: Path) -> list[str]:
    """Adds every home; returns what could not be taken, with the reason: sockets, what has gone meanwhile, no homes."""
    left: list[str] = []
    for path, entry in below(home, "home", left):
        directory = entry.is_dir(follow_symlinks=False)
        if fault_of(f"{path}/x" if directory else path, "file") is not None:
            if path.count("/") == 1:  # what lies below it goes without saying
                kind = "a link, which is not followed" if entry.is_symlink() else "no hub's directory of homes"
                left.append(f"{path}: {kind}")
            continue
        if directory:
            if path.count("/") > 1:  # not the hub's own
                archive.add_directory(path)
            continue
        # What cannot be read is left out; a failure to write must end the backup.
        try:
            content = _content(entry)
        except OSError as error:
            left.append(f"{path}: {error.strerror or error}")
            continue
        if content is None:
            left.append(f"{path}: neither file, directory nor link")
        elif isinstance(content, str):
            archive.add_link(path, content)
        else:
            with content:
                status = os.fstat(content.fileno())
                mode = stat.S_IMODE(status.st_mode)
                archive.add_stream(path, content, status.st_size, mode, int(status.st_mtime))
    return left


def _content(entry: os.DirEntry[str]) -> str | BinaryIO | None:
    """The target of a link, or a file to read."""
    if entry.is_symlink():
        return os.readlink(entry.path)
    if not entry.is_file():
        return None
    return os.fdopen(os.open(entry.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb")
