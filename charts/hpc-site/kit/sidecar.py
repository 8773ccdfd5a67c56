"""What the S3 endpoint keeps of objects in files of its own, where buckets' file systems keep no attributes."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path


def forget_gone(attributes: Path, buckets: Path, before: float) -> None:
    """Removes what the S3 endpoint's sidecar keeps of objects that are gone by path, as what expires here is.

    What is younger may be of an object that is being written: its attributes come first.
    """
    for directory, names, _ in os.walk(attributes, topdown=False):
        place = Path(directory)
        if place.name == "meta" and place.parent != attributes:
            gone = not os.path.lexists(buckets / place.parent.relative_to(attributes))
            if gone and place.stat().st_mtime < before:
                shutil.rmtree(place, ignore_errors=True)
        elif names and place not in (attributes, *attributes.glob("*")):
            with contextlib.suppress(OSError):  # it is not empty
                place.rmdir()
