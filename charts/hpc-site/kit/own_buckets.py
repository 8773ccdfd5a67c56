"""Buckets of one person each: in a scratch bucket a user has a directory, which is a bucket of that user's alone.

It is a link beside the site's buckets. Rights on parts of one bucket would stand in one policy, and a file system keeps
4 KiB (ext4) or 64 KiB (XFS, Lustre) of it: a dozen people, or two hundred.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from faults import SiteFault
from layout import Layout

LONGEST = 63
DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def own_name(bucket: str, prefix: str) -> str:
    """The name of a user's own bucket of one of the site's."""
    name = f"{bucket}--{prefix}"
    if len(name) <= LONGEST and name[-1].isalnum():
        return name
    return f"{bucket[:44].rstrip('-.')}--{hashlib.sha256(name.encode()).hexdigest()[:16]}"


def names(buckets: Sequence[Mapping[str, Any]], hub: str, prefix: str) -> dict[str, str]:
    """A user's own buckets by the bucket that each is a part of: of each scratch that the user's hub has a right on."""
    return {
        bucket["name"]: own_name(bucket["name"], prefix)
        for bucket in buckets
        if bucket["purpose"] == "scratch" and any(grant["hub"] == hub for grant in bucket["grants"])
    }


def make(layout: Layout, account: Mapping[str, Any], prefix: str) -> None:
    """Makes a user's directories, which nobody else may enter, and the links that make buckets of them.

    :raises SiteFault: where what is there is not that user's.
    """
    for bucket, own in account["buckets"].items():
        place = layout.directory("buckets") / bucket
        _make_directory(place, prefix, account, ours=not place.is_symlink())
        link, target = layout.directory("buckets") / own, f"{bucket}/{prefix}"
        if link.is_symlink() and os.readlink(link) == target:
            continue
        if os.path.lexists(link):
            raise SiteFault(f"{link} would be the link to {place}/{prefix}, and is something else: move it away")
        link.symlink_to(target, target_is_directory=True)


@contextmanager
def _opened(name: str, within: int | None = None) -> Iterator[int]:
    """A directory, which is no link; where it is named from."""
    place = os.open(name, DIRECTORY, dir_fd=within)
    try:
        yield place
    finally:
        os.close(place)


def keep_uploads(bucket: Path, name: str) -> None:
    """Makes the directory of unfinished uploads root's alone: whoever wrote first would own it, with others' parts."""
    path = os.path.realpath(bucket)
    with _opened(path) as where:
        try:
            with suppress(FileExistsError):
                os.mkdir(name, 0o700, dir_fd=where)
        except OSError as error:
            if error.errno in (errno.EROFS, errno.EACCES):
                return  # nobody uploads anything
            raise
        with _opened(name, where) as place:
            _own(place, path, 0, 0)


def _own(place: int, path: str, user: int, group: int) -> None:
    try:
        os.fchown(place, user, group)
        os.fchmod(place, stat.S_IRWXU)
    except PermissionError:
        raise SiteFault(
            f"root cannot give files in {path} to their users: its server takes root for nobody (root squash). Have it "
            "exported to this machine without, or name another directory as `path`"
        ) from None


def _make_directory(bucket: Path, name: str, account: Mapping[str, Any], ours: bool) -> None:
    """A user's directory. Others may write to the bucket's, so nothing is done to what a name leads to later."""
    path = os.path.realpath(bucket)
    with _opened(path) as where:
        made = _made(path, where, name, account)
        try:
            with _opened(name, where) as place:
                _give(place, f"{path}/{name}", account, made or ours)
        except NotADirectoryError:
            raise SiteFault(f"{path}/{name} is no directory: move it away") from None


def _made(path: str, where: int, name: str, account: Mapping[str, Any]) -> bool:
    """Makes a user's directory where there is none; whether it is root's, to be given to them.

    Where others may put another in its place before it is given, the user makes it, and nothing is given.
    """
    status = os.fstat(where)
    shared = status.st_mode & (stat.S_IWGRP | stat.S_IWOTH) and not status.st_mode & stat.S_ISVTX
    if shared or status.st_uid not in (0, account["userID"]):
        groups = os.getgrouplist(account["user"], account["groupID"])
        who = {"user": account["userID"], "group": account["groupID"], "extra_groups": groups}
        command = ["mkdir", "-m", "700", "--", name]
        tried = subprocess.run(command, cwd=path, check=False, capture_output=True, text=True, **who)
        try:
            os.stat(name, dir_fd=where, follow_symlinks=False)
        except FileNotFoundError:
            raise SiteFault(
                f"{account['user']} cannot make {path}/{name} ({tried.stderr.strip()}), and root makes none where "
                f"somebody else could put another in its place: install -d -o {account['user']} -m 700 {path}/{name}"
            ) from None
        return False
    try:
        os.mkdir(name, 0o700, dir_fd=where)
    except FileExistsError:
        return False
    return True


def _give(place: int, path: str, account: Mapping[str, Any], may: bool) -> None:
    """Makes a directory of root's the user's, where nobody but the S3 endpoint can have made it."""
    status = os.fstat(place)
    if status.st_uid == account["userID"]:
        return
    if status.st_uid != 0 or not may:
        user = account["user"]
        raise SiteFault(f"{path} belongs to user {status.st_uid}, not to {user}: root gives it by chown {user}: {path}")
    _own(place, path, account["userID"], account["groupID"])


def remove(layout: Layout, left: Sequence[Mapping[str, Any]], stay: Sequence[Mapping[str, Any]]) -> None:
    """Takes away the links of those who have left; what they wrote stays, and nobody is let in."""
    kept = {own for account in stay for own in account["buckets"].values()}
    for account in left:
        for own in account["buckets"].values():
            link = layout.directory("buckets") / own
            if own not in kept and link.is_symlink():
                link.unlink()


def policies(
    buckets: Sequence[Mapping[str, Any]], accounts: Sequence[Mapping[str, Any]]
) -> dict[str, tuple[Mapping[str, Any], dict[str, list[str]]]]:
    """Of each own bucket: what it is a part of, and the keys of its user by hub."""
    by_name = {bucket["name"]: bucket for bucket in buckets}
    found: dict[str, tuple[Mapping[str, Any], dict[str, list[str]]]] = {}
    for account in accounts:
        for name, own in account["buckets"].items():
            if name in by_name:
                keys = found.setdefault(own, (by_name[name], {}))[1]
                keys.setdefault(account["hub"], []).append(account["access"])
    return found
