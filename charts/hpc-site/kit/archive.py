"""The file that a backup is: a gzipped tar whose first member says whose it is and whose last has every digest.

Digests are taken of what was written, so files that change meanwhile are no trouble, and an archive that was cut off
has no manifest. Names in it are relative and lie in a few known places; what else a tar may hold is refused.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import tarfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO

FORMAT = 1
ABOUT, MANIFEST = "about.json", "manifest.json"


@dataclass(frozen=True)
class Member:
    """One thing in an archive: a `file`, and in homes also a `directory` or a `link`."""

    path: str
    kind: str
    size: int
    sha256: str


class _Digested(io.RawIOBase):
    """Reads exactly `size` bytes (zeros where the file has become shorter) and digests them."""

    def __init__(self, source: BinaryIO, size: int) -> None:
        self._source, self._left, self.sha256 = source, size, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        wanted = self._left if size < 0 else min(size, self._left)
        data = self._source.read(wanted).ljust(wanted, b"\0")
        self._left -= wanted
        self.sha256.update(data)
        return data


class Writer:
    """Writes an archive into a stream; the same content gives the same bytes."""

    def __init__(self, stream: BinaryIO, about: Mapping[str, Any]) -> None:
        self._gzip = gzip.GzipFile(filename="", mode="wb", fileobj=stream, compresslevel=6, mtime=0)
        self._tar = tarfile.open(fileobj=self._gzip, mode="w|", format=tarfile.PAX_FORMAT)  # noqa: SIM115 - see close
        self._about = {"format": FORMAT, **about}
        self.members: list[Member] = []
        self.add(ABOUT, _json(self._about))

    def add(self, path: str, content: bytes) -> None:
        """A file whose content is at hand."""
        self.add_stream(path, io.BytesIO(content), len(content))

    def add_stream(self, path: str, source: BinaryIO, size: int, mode: int = 0o600, mtime: int = 0) -> None:
        """A file of `size` bytes."""
        info = _info(path, tarfile.REGTYPE, mode, mtime)
        info.size = size
        reader = _Digested(source, size)
        self._tar.addfile(info, reader)
        self.members.append(Member(path, "file", size, reader.sha256.hexdigest()))

    def add_directory(self, path: str) -> None:
        """A directory that may be empty."""
        self._tar.addfile(_info(path, tarfile.DIRTYPE, 0o700, 0))
        self.members.append(Member(path, "directory", 0, ""))

    def add_link(self, path: str, target: str) -> None:
        """A symbolic link."""
        info = _info(path, tarfile.SYMTYPE, 0o777, 0)
        info.linkname = target
        self._tar.addfile(info)
        self.members.append(Member(path, "link", 0, digest_of_text(target)))

    def close(self, rest: Mapping[str, Any]) -> None:
        """Writes the manifest, with `rest` in it, and ends the archive."""
        members = [asdict(member) for member in self.members]
        self.add(MANIFEST, _json({**self._about, **rest, "members": members}))
        self._tar.close()
        self._gzip.close()


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=1) + "\n").encode()


def _info(path: str, kind: bytes, mode: int, mtime: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(path)
    info.type, info.mode, info.mtime = kind, mode, mtime
    return info


def digest_of_text(text: str) -> str:
    """Of a link's target, which may be no UTF-8."""
    return hashlib.sha256(os.fsencode(text)).hexdigest()
