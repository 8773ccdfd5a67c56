"""A copy's files in a bucket's directory, each with what it was copied from in an extended attribute of its own."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from source import CopyFault, Listed

# What the site's S3 endpoint gives as an object's ETag, quotes and all: lists alone tell copies from originals.
ETAG = "user.etag"
MARK = "user.isthmus.copy"
# Where the S3 endpoint keeps uploads until they are whole, and neither it nor the gateway shows anything.
UNSEEN = ".sgwtmp"
NAME_BYTES = 255


@dataclass(frozen=True)
class Mark:
    """What a file says of itself."""

    dataset: str
    version: str
    """Of the object that it was copied from."""
    gone: float | None = None
    """Since when the source has no such object."""

    def spelled(self) -> bytes:
        """As it stands in the attribute."""
        return "\n".join([self.dataset, self.version, "" if self.gone is None else str(self.gone)]).encode()


@dataclass(frozen=True)
class Kept:
    """A file of the copy, or one that lies in its place."""

    key: str
    size: int
    mark: Mark | None
    """None for a file that no copy made."""


def in_order(key: str) -> bytes:
    """Keys are sorted by their bytes, in lists of S3 and here."""
    return os.fsencode(key)


def refuse_odd(key: str) -> None:
    """:raises CopyFault: for a key that no file can have, or that would lie elsewhere."""
    parts = key.split("/")
    odd = any(part in ("", ".", "..") or len(os.fsencode(part)) > NAME_BYTES or "\0" in part for part in parts)
    if odd or parts[0] == UNSEEN:
        raise CopyFault(f"the source has an object that cannot be kept as a file: {key!r}")


class KeptFiles:
    """The directory of a bucket."""

    def __init__(self, bucket: str) -> None:
        self.bucket = bucket
        self.beside = os.path.join(bucket, UNSEEN, "copies")

    def clear(self) -> None:
        """Removes what an earlier run left half-written."""
        os.makedirs(self.beside, exist_ok=True)
        for entry in os.scandir(self.beside):
            os.unlink(entry.path)

    def files(self, prefix: str) -> Iterator[Kept]:
        """Files whose keys begin with a prefix, in the order of keys; of a directory, only its names are held."""
        folder, _, start = prefix.rpartition("/")
        yield from self._below(f"{folder}/" if folder else "", start)

    def _below(self, folder: str, start: str = "") -> Iterator[Kept]:
        try:
            with os.scandir(os.path.join(self.bucket, folder)) as entries:
                found = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
        except (FileNotFoundError, NotADirectoryError):
            return
        for key, is_directory in sorted(
            ((f"{folder}{name}{'/' if deeper else ''}", deeper) for name, deeper in found if name.startswith(start)),
            key=lambda entry: in_order(entry[0]),
        ):
            if key.split("/")[0] == UNSEEN:
                continue
            if is_directory:
                yield from self._below(key)
            elif (kept := self._kept(key)) is not None:
                yield kept

    def _kept(self, key: str) -> Kept | None:
        path = self.path(key)
        try:
            status = os.lstat(path)
            if not stat.S_ISREG(status.st_mode):
                return None
            return Kept(key, status.st_size, read_mark(path))
        except FileNotFoundError:
            return None

    def path(self, key: str) -> str:
        """The file of a key."""
        return os.path.join(self.bucket, key)

    def write(
        self, listed: Listed, dataset: str, read: Callable[[Callable[[bytes], object], Callable[[], object]], None]
    ) -> None:
        """Writes an object beside its place, and moves it there when it is on the disk to its last byte.

        :raises CopyFault: where the file system has no room, or no such attributes, or another file is in the way.
        """
        refuse_odd(listed.key)
        fresh = os.path.join(self.beside, str(threading.get_ident()))
        try:
            with open(fresh, "wb") as stream:

                def again() -> None:
                    stream.seek(0)
                    stream.truncate()

                read(stream.write, again)
                stream.flush()
                os.setxattr(stream.fileno(), MARK, Mark(dataset, listed.version).spelled())
                if listed.etag:
                    os.setxattr(stream.fileno(), ETAG, f'"{listed.etag}"'.encode())
                os.fsync(stream.fileno())
            path = self.path(listed.key)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            os.replace(fresh, path)
        except OSError as error:
            raise self._fault(error, listed.key) from None
        finally:
            with contextlib.suppress(OSError):
                os.unlink(fresh)

    def _fault(self, error: OSError, key: str) -> CopyFault:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return CopyFault(f"no space left on the disk of {self.bucket}: free some there, and it goes on by itself")
        if error.errno == errno.ENOTSUP:
            what = "keeps no extended attributes of users, which copies need as the S3 endpoint does"
            return CopyFault(f"the file system of {self.bucket} {what}")
        if error.errno in (errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENOTEMPTY):
            return CopyFault(f"the source has an object whose name is a folder's, or the other way round: {key!r}")
        return CopyFault(f"{self.path(key)}: {error.strerror}")

    def mark(self, kept: Kept, gone: float | None) -> None:
        """Notes since when the source has no such object, or that it has it again."""
        if kept.mark is not None and kept.mark.gone != gone:
            os.setxattr(self.path(kept.key), MARK, Mark(kept.mark.dataset, kept.mark.version, gone).spelled())

    def remove(self, key: str) -> None:
        """Removes a file, and the folders that it leaves empty."""
        path = self.path(key)
        os.unlink(path)
        while (path := os.path.dirname(path)) != self.bucket:
            try:
                os.rmdir(path)
            except OSError:
                return


def read_mark(path: str) -> Mark | None:
    """What a file says of itself; None where no copy made it."""
    try:
        dataset, version, gone = os.getxattr(path, MARK, follow_symlinks=False).decode().split("\n")
    except OSError as error:
        if error.errno in (errno.ENODATA, errno.ENOTSUP):
            return None
        raise
    return Mark(dataset, version, float(gone) if gone else None)
