"""What kind of file system a path is on, and what is mounted below it, by the kernel's table of mounts."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")


def _mounts(table: str | None) -> Iterator[tuple[str, str]]:
    """Each mount's place and kind; the table has blanks and the like in octal.

    :param table: `mountinfo`, in place of this machine's
    """
    for line in (MOUNTS.read_text("utf-8", "surrogateescape") if table is None else table).splitlines():
        before, _, after = line.partition(" - ")
        point = re.sub(r"\\(\d{3})", lambda code: chr(int(code[1], 8)), before.split()[4])
        yield point, after.split()[0]


def kind_of(place: Path, mounts: str | None = None) -> str:
    """The kind of file system that a path is on, as the kernel calls it; those in user space are `fuse.NAME`.

    :param mounts: the kernel's table of mounts (`mountinfo`), in place of this machine's
    """
    path, found, kind = os.path.realpath(place), "", ""
    for point, kind_there in _mounts(mounts):
        inside = point == "/" or path == point or path.startswith(f"{point}/")
        if inside and len(point) >= len(found):
            found, kind = point, kind_there
    return kind


def mounted_below(place: str, mounts: str | None = None) -> list[str]:
    """Where other file systems are mounted below a directory.

    :param mounts: the kernel's table of mounts (`mountinfo`), in place of this machine's
    """
    below = f"{place.rstrip('/')}/"
    return sorted({point for point, _ in _mounts(mounts) if point != place and point.startswith(below)})
