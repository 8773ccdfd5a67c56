"""own_files.py: expires in a scratch bucket what belongs to the user that runs it. Started by expiry.py for each owner.

Reads `{"bucket": DIRECTORY, "names": [NAME, ...], "days": DAYS, "now": SECONDS}` from standard input: the entries of
the bucket that are this user's. It goes from directory to directory by descriptor, so that nobody who may write there
can lead it elsewhere: symbolic links are neither followed nor removed, other file systems not entered, and what is in
a directory of somebody else, or belongs to somebody else, stays. A store that holds another one's files stays whole.
"""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

if (beside := str(Path(__file__).resolve().parent)) not in sys.path:
    sys.path.insert(0, beside)

from expiry import DAY_SECONDS, KEPT, Entry, deletion_order, is_store, say

DIRECTORY = os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass
class Content:
    """What a directory holds of its user: names of directories and files, and whether anything is somebody else's."""

    directories: list[str] = field(default_factory=list)
    files: list[Entry] = field(default_factory=list)
    links: bool = False
    others: bool = False
    store: bool = False


def came(status: os.stat_result) -> float:
    """When something came here: copies often keep the time of what they are of, so the later of both."""
    return max(status.st_mtime, status.st_ctime)


@contextmanager
def opened(name: str, parent: int | None = None, access: int = os.O_RDONLY) -> Iterator[int]:
    """A directory itself, never one that a link leads to."""
    descriptor = os.open(name, access | DIRECTORY, dir_fd=parent)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def content(directory: int) -> Content:
    """What is in a directory; what goes meanwhile is not there.

    :raises OSError: for what cannot be read, which is not the same as empty.
    """
    found, seen = Content(), Content()
    device = os.fstat(directory).st_dev
    with os.scandir(directory) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            try:
                status = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            file = Entry(entry.name, came(status))
            if stat.S_ISDIR(status.st_mode):
                seen.directories.append(entry.name)
            elif stat.S_ISREG(status.st_mode):
                seen.files.append(file)
            if status.st_uid != os.geteuid() or status.st_dev != device:
                found.others = True
            elif stat.S_ISDIR(status.st_mode):
                found.directories.append(entry.name)
            elif stat.S_ISREG(status.st_mode):
                found.files.append(file)
            else:
                found.links = True
    # Whoever wrote what makes it a store.
    found.store = is_store(seen.directories, seen.files)
    return found


class Stays(Exception):
    """A store that does not go, with what is said of it: nothing where it is only young."""


def whole(directory: int, before: float, at: str = "") -> list[Entry]:
    """All files of a store, by their path from its directory.

    :raises Stays: as soon as one is younger, or not this user's.
    """
    here = content(directory)
    if here.others:
        raise Stays("it holds files of others")
    if any(file.written >= before for file in here.files):
        raise Stays
    files = [Entry(f"{at}/{file.path}", file.written) for file in here.files]
    for name in here.directories:
        with opened(name, directory) as below:
            files += whole(below, before, f"{at}/{name}")
    return files


def unlink(directory: int, path: str, before: float) -> bool:
    """Removes a user's file below a directory; False where it is gone, or is not what it was.

    :raises Stays: for one that has been written since it was looked at.
    """
    *parents, name = path.strip("/").split("/")
    with ExitStack() as stack:
        try:
            for parent in parents:
                directory = stack.enter_context(opened(parent, directory))
            status = os.lstat(name, dir_fd=directory)
            if status.st_uid != os.geteuid() or not stat.S_ISREG(status.st_mode):
                return False
            if status.st_mtime >= before:
                raise Stays("it is written to again")
            os.unlink(name, dir_fd=directory)
        except (FileNotFoundError, NotADirectoryError):
            return False
    return True


def expire_store(directory: int, at: str, before: float) -> int:
    """Deletes a store whose newest file is older, its metadata first; returns the number of files.

    :raises OSError: for what cannot be read or removed; what comes after it stays too.
    """
    count = 0
    try:
        for path in deletion_order("/", whole(directory, before)):
            count += unlink(directory, path, before)
    except Stays as why:
        if str(why):
            say(f"{at} stays: {why}")
    return count


def expire_in(directory: int, at: str, before: float) -> int:
    """Deletes what expired in a directory of the user's; returns the number of files."""
    here = content(directory)
    if here.store:
        return expire_store(directory, at, before)
    count = sum(_expire_file(directory, file, before) for file in here.files)
    for name in here.directories:
        if name != KEPT:
            count += expire_entry(name, directory, at, before)
    return count


def _expire_file(directory: int, file: Entry, before: float) -> int:
    with suppress(Stays):
        return int(file.written < before and unlink(directory, file.path, before))
    return 0


def expire_entry(name: str, parent: int, at: str, before: float) -> int:
    """The same in one directory of another; one that has been empty as long goes too, but none that root made."""
    count, place = 0, f"{at}/{name}"
    try:
        with opened(name, parent) as directory:
            count = expire_in(directory, place, before)
            status = os.fstat(directory)
            is_old = came(status) < before and os.geteuid() != 0
            left = content(directory)
        if is_old and not (left.directories or left.files or left.links or left.others):
            os.rmdir(name, dir_fd=parent)
    except OSError as error:
        say(f"{place}: {error.strerror}")
    return count


def expire_own(wish: Mapping[str, Any]) -> int:
    """Deletes what expired among the named entries of a bucket, as far as they are this user's."""
    before = wish["now"] - wish["days"] * DAY_SECONDS
    count = 0
    # Who may enter it need not be let list it.
    with opened(wish["bucket"], access=os.O_PATH) as bucket:
        device = os.fstat(bucket).st_dev
        for name in wish["names"]:
            try:
                count += _expire_named(name, bucket, before, device)
            except OSError as error:
                say(f"{name}: {error.strerror}")
    return count


def _expire_named(name: str, bucket: int, before: float, device: int) -> int:
    """The same in one entry of a bucket, which stays itself where it is a directory."""
    status = os.lstat(name, dir_fd=bucket)
    if status.st_uid != os.geteuid() or status.st_dev != device or name == KEPT:
        return 0
    if stat.S_ISDIR(status.st_mode):
        with opened(name, bucket) as directory:
            return expire_in(directory, name, before)
    return _expire_file(bucket, Entry(name, came(status)), before)


if __name__ == "__main__":
    try:
        say(f"{expire_own(json.load(sys.stdin))} files expired")
    except OSError as error:
        sys.exit(f"{error.filename}: {error.strerror}")
