"""Reading a backup: every name, kind and digest is checked before anything of it is believed."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import tarfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from archive import ABOUT, FORMAT, MANIFEST, Member, digest_of_text
from faults import SiteFault

ABOUT_LIMIT, MANIFEST_LIMIT = 2**20, 2**29
CHUNK = 2**20
NAME = r"[a-z0-9][a-z0-9_-]*"
PLACES = re.compile(
    rf"secrets/{NAME}\.(?:secrets|s3)\.json|state/{NAME}(?:/[^/]+)+"
    rf"|engine/(?:{NAME}\.tfstate|index/{NAME}\.json)|catalog/[^/]+\.json|home/{NAME}(?:/[^/]+)+",
    re.DOTALL,
)
BROKEN = (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile, ValueError)
KINDS = {tarfile.REGTYPE: "file", tarfile.AREGTYPE: "file", tarfile.DIRTYPE: "directory", tarfile.SYMTYPE: "link"}


def fault_of(path: str, kind: str | None) -> str | None:
    """Why a member is refused; None for what a backup may hold."""
    parts = path.split("/")
    if not PLACES.fullmatch(path) or any(part in ("", ".", "..") for part in parts) or "\0" in path:
        return f"{path!r} leads out of what a backup may hold"
    if kind != "file" and (parts[0] != "home" or kind is None):
        return f"{path!r} is a {kind or 'device or hard link'}, which a backup does not hold there"
    return None


class Reader:
    """Reads an archive once, from its start; nothing in it is believed before `unpack` has ended without faults."""

    def __init__(self, stream: BinaryIO) -> None:
        try:
            self._tar = tarfile.open(fileobj=stream, mode="r|gz")  # noqa: SIM115 - read to its end
            first = self._tar.next()
            if first is None or first.name != ABOUT or first.type != tarfile.REGTYPE or first.size > ABOUT_LIMIT:
                raise SiteFault("this is no backup of isthmus: it does not begin with about.json")
            content = self._content(first)
            self.about: dict[str, Any] = dict(json.loads(content))
        except (*BROKEN, TypeError) as error:
            raise SiteFault(f"this is no backup of isthmus, or its beginning is damaged: {error}") from None
        if self.about.get("format") != FORMAT:
            made = self.about.get("isthmus", "an unknown version")
            raise SiteFault(
                f"the backup has format {self.about.get('format')!r} (of isthmus {made}); this isthmus reads "
                f"format {FORMAT}: restore it with that version"
            )
        self._seen = {ABOUT: Member(ABOUT, "file", len(content), hashlib.sha256(content).hexdigest())}
        self._links: dict[str, str] = {}

    def _content(self, info: tarfile.TarInfo) -> bytes:
        stream = self._tar.extractfile(info)
        return stream.read() if stream else b""

    def unpack(self, stage: Path) -> list[str]:
        """Writes all members below a fresh, private directory; returns every fault.

        Links are made last, so that nothing is ever written through one.
        """
        faults: list[str] = []
        manifest: dict[str, Any] | None = None
        try:
            while (info := self._tar.next()) is not None:
                if manifest is not None:
                    faults.append(f"{info.name!r} comes after the manifest")
                elif info.name == MANIFEST and info.type == tarfile.REGTYPE and info.size <= MANIFEST_LIMIT:
                    manifest = json.loads(self._content(info))
                else:
                    faults += self._take(info, stage)
                self._tar.members.clear()  # tarfile remembers each
        except BROKEN as error:
            return [*faults, f"the archive is damaged or was cut off: {error}"]
        if manifest is None:
            return [*faults, "the archive has no manifest: it was cut off while it was written or copied"]
        faults += self._compared(manifest)
        faults += [f"{path!r} is a link and a directory" for path in self._links if (stage / path).exists()]
        for path, target in self._links.items() if not faults else ():
            (stage / path).symlink_to(target)
        return faults

    def _take(self, info: tarfile.TarInfo, stage: Path) -> list[str]:
        path, kind = info.name, KINDS.get(info.type)
        if fault := fault_of(path, kind):
            return [fault]
        place = stage / path
        if path in self._seen:
            return [f"{path!r} is in the archive twice"]
        try:
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if kind == "directory":
                place.mkdir(mode=0o700, exist_ok=True)
                self._seen[path] = Member(path, kind, 0, "")
            elif kind == "link":
                self._links[path] = info.linkname
                self._seen[path] = Member(path, kind, 0, digest_of_text(info.linkname))
            else:
                self._seen[path] = Member(path, kind, info.size, self._write(info, place))
        except (FileExistsError, NotADirectoryError):
            return [f"{path!r} lies below something that is no directory"]
        return []

    def _write(self, info: tarfile.TarInfo, place: Path) -> str:
        of_home = info.name.startswith("home/")
        mode = (info.mode & 0o700) | 0o600 if of_home else 0o600
        descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
        sha256 = hashlib.sha256()
        source = self._tar.extractfile(info)
        with os.fdopen(descriptor, "wb") as target:
            while source and (chunk := source.read(CHUNK)):
                sha256.update(chunk)
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
        if of_home:
            os.utime(place, (info.mtime, info.mtime))
        return sha256.hexdigest()

    def _compared(self, manifest: Mapping[str, Any]) -> list[str]:
        try:
            wanted = {entry["path"]: Member(**entry) for entry in manifest["members"]}
        except (KeyError, TypeError) as error:
            return [f"the manifest cannot be understood: {error!r}"]
        seen = self._seen
        differing = [path for path in wanted.keys() & seen.keys() if wanted[path] != seen[path]]
        faults = [f"{path!r} is missing" for path in wanted if path not in seen]
        faults += [f"{path!r} is not in the manifest" for path in seen if path not in wanted]
        faults += [f"{path!r} is not what was backed up: its digest differs" for path in differing]
        return sorted(faults)
