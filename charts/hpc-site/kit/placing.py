"""Moving what was unpacked into its place: as a whole or not at all, also onto another disk."""

from __future__ import annotations

import errno
import filecmp
import json
import os
import shutil
from pathlib import Path


def is_same(one: Path, other: Path) -> bool:
    """Whether two files, links or directories hold the same."""
    if one.is_symlink() or other.is_symlink():
        return one.is_symlink() and other.is_symlink() and os.readlink(one) == os.readlink(other)
    if one.is_dir() and other.is_dir():
        names = sorted(os.listdir(one))
        return names == sorted(os.listdir(other)) and all(is_same(one / name, other / name) for name in names)
    return one.is_file() and other.is_file() and filecmp.cmp(one, other, shallow=False)


def holds_nothing(place: Path) -> bool:
    """Whether nothing is lost with it: directories without files, an engine's state of a stack that was taken down."""
    if place.is_symlink():
        return False
    if place.is_dir():
        return all(entry.is_dir() and holds_nothing(entry) for entry in place.iterdir())
    if place.suffix != ".tfstate":
        return False
    try:
        return not json.loads(place.read_text("utf-8")).get("resources")
    except (OSError, ValueError, AttributeError):
        return False


def put(source: Path, place: Path) -> None:
    """Moves `source` to `place`, where there is nothing that would be missed."""
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
    try:
        os.replace(source, place)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        partial = place.with_name(f".{place.name}.restoring")
        _remove(partial)  # of a restore that was killed
        if source.is_dir() and not source.is_symlink():
            shutil.copytree(source, partial, symlinks=True)
        else:
            shutil.copy2(source, partial, follow_symlinks=False)
        os.replace(partial, place)
    _sync(place.parent)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
