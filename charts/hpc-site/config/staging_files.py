"""staging_files.py: makes or removes the directory with a Dask cluster's keys, as the user who runs it.

Reads `{"make": DIRECTORY, "files": {NAME: TEXT}}` or `{"remove": DIRECTORY}` from standard input. Needs nothing but the
standard library: it is run by the notebooks' environment.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import stat
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def make(directory: str, files: Mapping[str, str]) -> None:
    """A new directory that only its user reads, with these files.

    :raises OSError: also where it would lie in one that somebody else may change, and give other keys to its jobs.
    """
    place = os.path.dirname(directory)
    os.makedirs(place, mode=0o700, exist_ok=True)
    found = os.stat(place)
    if found.st_uid != os.geteuid() or found.st_mode & 0o022:
        raise OSError(errno.EPERM, f"{place} must be the user's own, for nobody else to write to")
    for above in Path(os.path.realpath(place)).parents:
        found = os.stat(above)
        shared = found.st_mode & 0o022 and not found.st_mode & stat.S_ISVTX
        if found.st_uid not in (0, os.geteuid()) or shared:
            raise OSError(errno.EPERM, f"somebody else could put another directory in the place of one in {above}")
    os.mkdir(directory, 0o700)
    try:
        for name, text in files.items():
            descriptor = os.open(os.path.join(directory, name), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as stream:
                stream.write(text)
    except OSError:
        shutil.rmtree(directory)  # a part of a key is of no use, and nobody would remove it
        raise


def main(wish: Mapping[str, Any]) -> None:
    """Does what is wished; a directory that is gone already is removed."""
    if "make" in wish:
        make(wish["make"], wish["files"])
    else:
        shutil.rmtree(wish["remove"], ignore_errors=not os.path.exists(wish["remove"]))


if __name__ == "__main__":
    wished = json.load(sys.stdin)
    try:
        main(wished)
    except OSError as error:
        sys.exit(f"{wished.get('make') or wished.get('remove')}: {error.strerror}")
