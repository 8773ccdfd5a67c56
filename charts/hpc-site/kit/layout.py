"""Where things lie under a site's root directory and in the machine's cache."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from faults import SiteFault
from progress import say

PRIVATE = ("home", "state", "secrets", "run", "log", "supervisor")
SHARED = ("releases", "current", "buckets", "cache")
# sun_path holds 108 bytes with its final NUL; supervisord binds "<socket>.<pid>" first and links it into place.
SOCKET_LIMIT = 107 - len(".1234567")


@dataclass(frozen=True)
class Layout:
    """The paths of one site."""

    root: Path

    def directory(self, name: str) -> Path:
        """A directory under the root."""
        return self.root / name

    @property
    def socket(self) -> Path:
        """The supervisor's control socket."""
        return self.root / "run" / "supervisor.sock"

    @property
    def supervisor_pid(self) -> Path:
        """Holds the supervisor's process id while it runs."""
        return self.root / "run" / "supervisord.pid"

    def link(self, bundle_id: str) -> Path:
        """The link to the release of a bundle that runs now."""
        return self.root / "current" / bundle_id

    def ini(self, bundle_id: str) -> Path:
        """The supervisor's include of a bundle."""
        return self.root / "supervisor" / f"{bundle_id}.ini"

    def log(self, program: str) -> Path:
        """The log of a program."""
        return self.root / "log" / f"{program}.log"

    @property
    def restore_mark(self) -> Path:
        """There while a restore from a backup has not ended."""
        return self.root / "restore.unfinished"

    def installed(self) -> list[str]:
        """Ids of the bundles installed here, `base` first."""
        try:
            links = [entry.name for entry in (self.root / "current").iterdir() if entry.is_symlink()]
        except FileNotFoundError:
            return []
        names = [name for name in links if not name.startswith(".")]  # a switch that was cut off leaves its new link
        return sorted(names, key=lambda name: (name != "base", name))

    def make(self, extra: list[str], unix_users: bool = False) -> None:
        """Makes the directories that all sites have and those that a bundle asks for.

        With `unix_users`, releases and environments may be read by the machine's users, whose jobs run from them;
        buckets not, which they reach by S3 with its rights.
        """
        # Other users of the machine see nothing of a site: neither notebooks nor what lies in buckets.
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in PRIVATE:
            (self.root / name).mkdir(mode=0o700, parents=True, exist_ok=True)
            if name in ("secrets", "state"):
                (self.root / name).chmod(0o700)
        for name in (*SHARED, *extra):
            (self.root / name).mkdir(parents=True, exist_ok=True)
        if "s3-attributes" in extra:  # names, types and rights of everybody's objects
            (self.root / "s3-attributes").chmod(0o700)
        if unix_users:
            for name in (".", "releases", "current"):
                (self.root / name).chmod(0o755)
            for name in ("buckets", "cache"):
                (self.root / name).chmod(0o700)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One change of a site at a time; waits for its turn."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self.root / "run").mkdir(mode=0o700, exist_ok=True)
        with (self.root / "run" / "install.lock").open("a") as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say("waiting for another change of this site to finish …")
                fcntl.flock(stream, fcntl.LOCK_EX)
            yield


def site_layout(root: str) -> Layout:
    """The layout of `root` (made absolute), refused where a program could not live with such a path."""
    path = Path(os.path.abspath(root))
    layout = Layout(path)
    length = len(os.fsencode(layout.socket))
    if length > SOCKET_LIMIT:
        excess = length - SOCKET_LIMIT
        raise SiteFault(
            f"the site's directory has too long a path: {path}. The supervisor's socket may have {SOCKET_LIMIT} bytes, "
            f"{layout.socket} has {length}; choose a directory whose path is at least {excess} shorter"
        )
    if any(character in str(path) for character in "\"';#\\{}\n\t"):
        raise SiteFault(f"the site's directory may not have quotes, braces, ';', '#' or '\\' in its path: {path}")
    return layout


def cache_directory() -> Path:
    """What is expensive to build and the same for every site of this machine."""
    explicit = os.environ.get("ISTHMUS_CACHE")
    if explicit:
        return Path(os.path.abspath(explicit))
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(os.path.abspath(base)) / "isthmus"


def require_space(where: Path, megabytes: int, what: str, otherwise: str = "") -> None:
    """Refuses to begin what would fill the disk; `otherwise` is another way than to free some space."""
    where.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(where).free // 1_000_000
    if free < megabytes:
        raise SiteFault(
            f"too little disk space for {what}: {where} has {free} MB free, {megabytes} MB are needed; "
            f"free some{otherwise}, then run the same command again"
        )
