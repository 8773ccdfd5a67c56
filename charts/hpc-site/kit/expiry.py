"""expiry.py [--once]: scratch expires by store. A program of a site's base; deletes in scratch buckets only.

Objects expire, stores do not: a Zarr store or an Icechunk repository that lost its old chunks would read as fill
values. So a store goes whole, some days after the newest write anywhere in it, its metadata first: a reader then finds
no store instead of a hollow one. Other files go one by one. Symbolic links are neither followed nor removed. Where
files belong to the machine's users (`ownFiles`), each one's are expired by that user's own process: own_files.py.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
import sys
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

ROUND_SECONDS = 3600.0
DAY_SECONDS = 86_400.0
# A directory that a writer has just made may be empty for a moment.
EMPTY_SECONDS = 3600.0
KEPT = ".sgwtmp"
ZARR = ("zarr.json", ".zgroup", ".zarray", ".zmetadata", ".zattrs")


@dataclass(frozen=True)
class Entry:
    """A file that may expire."""

    path: str
    written: float


def say(line: str) -> None:
    """A line of the log; a disk too full for it is one more reason to go on."""
    with contextlib.suppress(OSError):
        print(line, flush=True)


def _listing(directory: str) -> tuple[list[str], list[Entry], list[str]]:
    """Subdirectories, files, and what is neither (links, sockets), by path; what is deleted meanwhile is not there.

    :raises OSError: for what cannot be read, which is not the same as empty.
    """
    directories, files, others = [], [], []
    try:
        entries = sorted(os.scandir(directory), key=lambda entry: entry.name)
    except FileNotFoundError:
        return [], [], []
    for entry in entries:
        try:
            status = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            continue
        if stat.S_ISDIR(status.st_mode):
            directories.append(entry.path)
        elif stat.S_ISREG(status.st_mode):
            files.append(Entry(entry.path, status.st_mtime))
        else:
            others.append(entry.path)
    return directories, files, others


def is_store(directories: list[str], files: list[Entry]) -> bool:
    """Whether a directory with this content is the root of a Zarr store or of an Icechunk repository."""
    below = {os.path.basename(path) for path in directories}
    names = {os.path.basename(file.path) for file in files}
    return bool(names & set(ZARR)) or {"refs", "snapshots"} <= below or ("repo" in names and "snapshots" in below)


def tree(directory: str) -> Iterator[Entry]:
    """All files below a directory."""
    directories, files, _ = _listing(directory)
    yield from files
    for below in directories:
        yield from tree(below)


def is_metadata(store: str, path: str) -> bool:
    """Whether a file of a store leads to others."""
    return os.path.basename(path) in ZARR or os.path.relpath(path, store).split(os.sep)[0] in ("refs", "repo")


def deletion_order(store: str, files: list[Entry]) -> list[str]:
    """A store's files, those first that lead to the others: the root's metadata, then any metadata, then chunks."""

    def rank(path: str) -> tuple[int, int, str]:
        relative = os.path.relpath(path, store)
        return (0 if is_metadata(store, path) else 1, relative.count(os.sep), relative)

    return sorted((file.path for file in files), key=rank)


def expired(directory: str, before: float, without: Collection[str] = ()) -> Iterator[list[str]]:
    """What is to be deleted under a bucket: groups of files in their order; a store is one group.

    A store that cannot be read to its last file does not expire, nor does anything in a directory that cannot be read.
    Directories in it that are named in `without` are passed over.
    """
    try:
        directories, files, _ = _listing(directory)
        store = is_store(directories, files)
        inside = list(tree(directory)) if store else []
    except OSError as error:
        say(f"nothing expires in {directory}: {error}")
        return
    if store:
        if all(file.written < before for file in inside):
            yield deletion_order(directory, inside)
        return
    yield from ([file.path] for file in files if file.written < before)
    for below in directories:
        if os.path.basename(below) not in (KEPT, *without):
            yield from expired(below, before)


def remove_empty(directory: str, before: float, root: bool = True, without: Collection[str] = ()) -> None:
    """Removes directories that have been empty for a while; never the bucket itself."""
    try:
        directories, files, others = _listing(directory)
    except OSError:
        return
    for below in directories:
        if os.path.basename(below) not in (KEPT, *without):
            remove_empty(below, before, root=False)
    try:
        if not root and not files and not others and os.lstat(directory).st_mtime < before:
            os.rmdir(directory)
    except OSError:
        return


def expire(bucket: str, days: float, now: float, without: Collection[str] = ()) -> int:
    """Deletes what expired in a bucket's directory; returns the number of files."""
    count = 0
    for group in expired(bucket, now - days * DAY_SECONDS, without):
        for path in group:
            try:
                os.unlink(path)
            except FileNotFoundError:
                continue
            count += 1
    remove_empty(bucket, now - EMPTY_SECONDS, without=without)
    return count


def own_directories(root: Path, bucket: str) -> list[str]:
    """The directories in a bucket that are buckets of one person each: links beside it lead to them."""
    links = [os.readlink(entry) for entry in (root / "buckets").iterdir() if entry.is_symlink()]
    return sorted(link.removeprefix(f"{bucket}/") for link in links if link.startswith(f"{bucket}/"))


def one_round(root: Path, bundle: Path, now: float) -> None:
    """Goes through the scratch buckets of the site once."""
    site = json.loads((bundle / "site.json").read_text("utf-8"))
    for bucket in site["buckets"]:
        if bucket["purpose"] != "scratch" or bucket.get("expireDays") is None:
            continue
        place = os.path.realpath(root / "buckets" / bucket["name"])
        if not os.path.isdir(place):
            continue
        if bucket.get("ownFiles"):
            _of_owners(place, bucket, now)
            continue
        own, days = own_directories(root, bucket["name"]), bucket["expireDays"]
        count = expire(place, days, now, own)
        if bucket.get("path") is None:
            # Nobody reaches it but by S3. People's own buckets stay when they are empty.
            count += sum(expire(f"{place}/{name}", days, now) for name in own if os.path.isdir(f"{place}/{name}"))
        elif own:
            # A user can put a link in the place of any directory there, and root would be led away.
            _of_owners(place, bucket, now, own)
        say(f"{bucket['name']}: {count} files expired after {days} days")
    if site.get("sidecar"):
        _beside_this("sidecar").forget_gone(root / "s3-attributes", root / "buckets", now - ROUND_SECONDS)


def _beside_this(module: str) -> ModuleType:
    """A module of the kit; buckets of clouds expire by this file without them."""
    if (beside := str(Path(__file__).resolve().parent)) not in sys.path:
        sys.path.insert(0, beside)
    return import_module(module)


def _of_owners(place: str, bucket: Mapping[str, Any], now: float, names: Collection[str] | None = None) -> None:
    """As the owner of each file. A bucket that is a store itself is nobody's own."""
    try:
        directories, files, _ = _listing(place)
        if is_store(directories, files):
            say(f"nothing expires in {bucket['name']}: it is a store itself, which no single user owns")
            return
        for line in _beside_this("file_owners").expire_of_owners(place, bucket["expireDays"], now, names):
            say(f"{bucket['name']}: {line}")
    except OSError as error:
        say(f"nothing expires in {bucket['name']}: {error}")


def main() -> None:
    """Every hour; with --once one time."""
    root, bundle = Path(os.environ["ISTHMUS_SITE_ROOT"]), Path(os.environ["ISTHMUS_BUNDLE"])
    while True:
        one_round(root, bundle, time.time())
        if "--once" in sys.argv:
            return
        time.sleep(ROUND_SECONDS)


if __name__ == "__main__":
    main()
