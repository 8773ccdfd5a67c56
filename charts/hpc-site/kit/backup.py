"""Backing up a site while it runs: its secrets, its hubs' databases, the engine's state of its stacks, its records.

What git, the buckets or an install can give back is not in it. Everything is copied under the site's lock, then written
without it, since homes may take long.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import homes
from archive import Writer
from databases import belongs, copy_database, is_database
from faults import SiteFault
from layout import Layout
from processes import alive
from progress import say

ID = re.compile(r"[a-z0-9][a-z0-9_-]*")
SECRETS = re.compile(r"([a-z0-9][a-z0-9_-]*)\.(?:secrets|s3)\.json")
# Clusters end with their machine; a restored record would lead to processes and directories of another one.
DASK_DATABASE = "dask-gateway.sqlite"


@dataclass(frozen=True)
class Wish:
    """What is to be backed up, and where to."""

    about: Mapping[str, str]
    """`isthmus` (the version), `federation`, `site`, `time`."""
    output: str
    """A file, or `-` for standard output."""
    engine: Path
    """Directory with the engine's states and `index/`."""
    stacks: Sequence[str]
    catalog: Path
    """Directory with the site's records."""
    homes: bool


@dataclass
class Copied:
    """What was copied under the lock: small files in memory, databases beside the site."""

    files: dict[str, bytes] = field(default_factory=dict)
    databases: dict[str, Path] = field(default_factory=dict)


def backup(layout: Layout, wish: Wish) -> dict[str, Any]:
    """Writes a backup whole or not at all; returns what is in it and what is not.

    :raises SiteFault: where there is nothing to back up, or a database cannot be copied.
    """
    if not layout.root.is_dir():
        raise SiteFault(f"there is nothing at {layout.root} to back up: isthmus up {wish.about['site']}")
    with _scratch(layout) as scratch:
        with layout.locked():
            copied = _copy(layout, wish, scratch)
        if not any(path.startswith(("secrets/", "state/")) for path in (*copied.files, *copied.databases)):
            raise SiteFault(f"there is nothing at {layout.root} to back up: isthmus up {wish.about['site']}")
        say(f"copied {len(copied.databases)} databases and {len(copied.files)} small files; the site went on meanwhile")
        with _output(wish.output) as stream:
            report = _write(layout, wish, copied, stream)
    if wish.output != "-":
        report |= {"archive": wish.output, "bytes": os.stat(wish.output).st_size}
    return report


@contextmanager
def _scratch(layout: Layout) -> Iterator[Path]:
    """A private place for copies of databases; what a killed backup left is removed."""
    run = layout.directory("run")
    run.mkdir(mode=0o700, exist_ok=True)
    for old in run.glob(".backup-*"):  # with its dot no hub's: run/<hub>-dask
        if not alive(int(old.name.removeprefix(".backup-"))):
            shutil.rmtree(old)
    scratch = run / f".backup-{os.getpid()}"
    scratch.mkdir(mode=0o700)
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch)


def _copy(layout: Layout, wish: Wish, scratch: Path) -> Copied:
    copied = Copied()
    ids = set(layout.installed())
    for path in sorted(layout.directory("secrets").glob("*.json")):
        if match := SECRETS.fullmatch(path.name):
            ids.add(match.group(1))
            copied.files[f"secrets/{path.name}"] = path.read_bytes()
    for name in sorted(ids):
        _copy_state(layout.directory("state") / name, f"state/{name}", copied, scratch)
    for stack in sorted(wish.stacks):
        for name in (f"{stack}.tfstate", f"index/{stack}.json"):
            if (wish.engine / name).is_file():
                copied.files[f"engine/{name}"] = (wish.engine / name).read_bytes()
    for path in sorted(wish.catalog.glob("*.json")):
        copied.files[f"catalog/{path.name}"] = path.read_bytes()
    return copied


def _copy_state(directory: Path, path: str, copied: Copied, scratch: Path) -> None:
    if not directory.is_dir():
        return
    unread: list[str] = []
    files = {name: Path(entry.path) for name, entry in homes.below(directory, path, unread) if entry.is_file()}
    if unread:
        raise SiteFault(f"{directory} cannot be read: {unread[0]}")
    databases = [name for name, place in files.items() if is_database(place)]
    for name, place in files.items():
        if belongs(name, databases) or name.endswith(f"/{DASK_DATABASE}"):
            continue
        if name in databases:
            copied.databases[name] = scratch / f"{len(copied.databases)}.sqlite"
            copy_database(place, copied.databases[name])
        else:
            with suppress(FileNotFoundError):  # it has gone since it was listed, as journals of databases do
                copied.files[name] = place.read_bytes()


@contextmanager
def _output(name: str) -> Iterator[BinaryIO]:
    """Standard output, or a file that appears when all of it is on disk."""
    if name == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    target = Path(name)
    # Its name ends as the whole one's, so that git ignores it by the same pattern when a kill leaves it behind.
    ours = re.compile(rf"\.partial\.(\d+)\.(?:{re.escape(target.name)}|.*\.isthmus-backup\.tar\.gz)")
    for old in target.parent.glob(".partial.*"):
        process = ours.fullmatch(old.name)
        if process and not alive(int(process.group(1))):
            old.unlink()
    partial = target.with_name(f".partial.{os.getpid()}.{target.name}")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(partial, target)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    directory = os.open(target.parent, os.O_RDONLY)
    os.fsync(directory)
    os.close(directory)


def _write(layout: Layout, wish: Wish, copied: Copied, stream: BinaryIO) -> dict[str, Any]:
    archive = Writer(stream, wish.about)
    for path in sorted((*copied.files, *copied.databases)):
        if path in copied.files:
            archive.add(path, copied.files[path])
        else:
            with copied.databases[path].open("rb") as source:
                archive.add_stream(path, source, os.fstat(source.fileno()).st_size)
    home = homes.measure(layout.directory("home"))
    left = []
    if wish.homes:
        say(f"adding the homes of {home['users']} users, {home['bytes'] / 1e6:.0f} MB before compression")
        left = homes.add_homes(archive, layout.directory("home"))
    told = {"homes": {"included": wish.homes, **home}, "leftOut": left}
    without = ["buckets", "Dask clusters", *([] if wish.homes else ["homes"])]
    archive.close({"notIncluded": without, "leftOut": left})
    listed = [member.path for member in archive.members if not member.path.startswith("home/")]
    return {**wish.about, "members": listed, **told}
