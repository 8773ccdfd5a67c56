"""What kind of file system a path is on, by the kernel's table of mounts."""

from __future__ import annotations

import os
import re
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")


def kind_of(place: Path, mounts: str | None = None) -> str:
    """The kind of file system that a path is on, as the kernel calls it; those in user space are `fuse.NAME`.

    :param mounts: the kernel's table of mounts (`mountinfo`), in place of this machine's
    """
    path, found, kind = os.path.realpath(place), "", ""
    for line in (MOUNTS.read_text("utf-8") if mounts is None else mounts).splitlines():
        before, _, after = line.partition(" - ")
        point = re.sub(r"\\(\d{3})", lambda code: chr(int(code[1], 8)), before.split()[4])
        inside = point == "/" or path == point or path.startswith(f"{point}/")
        if inside and len(point) >= len(found):
            found, kind = point, after.split()[0]
    return kind
