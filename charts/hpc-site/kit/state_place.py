"""Where a site's databases lie: in its root, or in a directory of another disk that the root's `state` leads to.

SQLite locks files and waits for the disk: on a file system that many machines share, one fails and the other is slow.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from faults import SiteFault
from file_systems import kind_of
from layout import Layout
from placing import holds_nothing, is_same, put
from progress import say
from supervision import Supervisor

# Kinds of file systems as the kernel calls them; those in user space as `fuse.NAME`.
SHARED = re.compile(r"(fuse\.)?(nfs4?|lustre|gpfs|beegfs|ceph|ceph-fuse|glusterfs|panfs|pvfs2|wekafs|afs|cifs|smb3)")


def shared_file_system(place: Path, mounts: str | None = None) -> str:
    """The kind of file system that a path is on, where it is one that machines share; else empty.

    :param mounts: the kernel's table of mounts (`mountinfo`), in place of this machine's
    """
    kind = kind_of(place, mounts)
    return kind if SHARED.fullmatch(kind) else ""


def settle_state(layout: Layout, told: str | None, mounts: str | None = None) -> None:
    """Makes the root's `state` lead to the directory that the config names, or be one itself; what it holds moves too.

    :raises SiteFault: for a file system that machines share, while programs run that have databases open, or where both
        places hold some.
    """
    place = layout.directory("state")
    target = Path(told) if told else place
    kind = shared_file_system(target, mounts)
    if kind and told:
        raise SiteFault(f"`storage.state` is {told}, on {kind}: databases need a disk of this machine's own")
    if kind and not place.exists():
        say(f"warning: databases will lie on {kind} ({place}): name a disk of this machine's own as `storage.state`")
    beside = place.with_name(".state.moving")
    if beside.is_dir() and not os.path.lexists(place):  # a move back into the root that was killed at its end
        beside.rename(place)
    now = Path(os.readlink(place)) if place.is_symlink() else place
    if now != target:
        _require_free(layout, now, target)
        if target == place:
            _into_root(now, place, beside)
        else:
            _out_of_root(now, target, place)
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    target.chmod(0o700)


def _full(directory: Path) -> bool:
    return directory.is_dir() and not directory.is_symlink() and not holds_nothing(directory)


def _require_free(layout: Layout, now: Path, target: Path) -> None:
    if not _full(now):
        return
    if _full(target) and not is_same(now, target):
        raise SiteFault(
            f"databases are in {now} and in {target}: move one of them away, then run the same command again"
        )
    if Supervisor(layout).running():
        raise SiteFault(
            f"databases move from {now} to {target} only while nothing has them open: run isthmus down for the site, "
            "which keeps all data, then isthmus up"
        )
    say(f"moving databases from {now} to {target}")


def _into_root(now: Path, place: Path, beside: Path) -> None:
    """The root's `state` was a link: a whole copy takes its place."""
    if _full(now):
        shutil.rmtree(beside, ignore_errors=True)  # of a move that was killed
        shutil.copytree(now, beside, symlinks=True)
    place.unlink()
    if beside.is_dir():
        beside.rename(place)
    shutil.rmtree(now, ignore_errors=True)


def _out_of_root(now: Path, target: Path, place: Path) -> None:
    """To another directory, which the root's `state` then leads to; what was killed on the way goes on from there."""
    if _full(now):
        put(now, target)
    shutil.rmtree(now, ignore_errors=True)  # the copy is whole, or there was nothing
    place.unlink(missing_ok=True)
    place.symlink_to(target, target_is_directory=True)
