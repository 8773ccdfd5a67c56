"""Who listens on this machine's ports, as the kernel tells it."""

from __future__ import annotations

import os
import pwd
from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path

from processes import PROC, Process, processes

LISTEN = "0A"


@dataclass(frozen=True)
class Listener:
    """A port that is listened on, and the processes that do; none of them may be seen where they are another user's."""

    port: int
    user: str
    holders: tuple[Process, ...]


def listeners(ports: Container[int]) -> list[Listener]:
    """Who listens on any of the ports, in the order of the ports."""
    sockets = _sockets(ports)
    held = _holders(sockets) if sockets else {}
    found: dict[int, tuple[int, list[Process]]] = {}
    for inode, (port, uid) in sockets.items():
        found.setdefault(port, (uid, []))[1].extend(held.get(inode, []))
    return [
        Listener(port, user_name(uid), tuple(dict.fromkeys(holders))) for port, (uid, holders) in sorted(found.items())
    ]


def user_name(uid: int) -> str:
    """The name of a user, or the number where there is none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _sockets(ports: Container[int]) -> dict[str, tuple[int, int]]:
    """Listening sockets by inode, each with its port and its user."""
    found = {}
    for table in ("tcp", "tcp6"):
        try:
            lines = (PROC / "net" / table).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            port = int(fields[1].rsplit(":", 1)[1], 16)
            if fields[3] == LISTEN and port in ports:
                found[fields[9]] = (port, int(fields[7]))
    return found


def _holders(sockets: Container[str]) -> dict[str, list[Process]]:
    held: dict[str, list[Process]] = {}
    for process in processes():
        descriptors = PROC / str(process.pid) / "fd"
        try:
            names = os.listdir(descriptors)
        except OSError:
            continue
        for name in names:
            inode = _inode(descriptors / name)
            if inode in sockets:
                held.setdefault(inode, []).append(process)
    return held


def _inode(descriptor: Path) -> str:
    try:
        target = os.readlink(descriptor)
    except OSError:
        return ""
    return target[8:-1] if target.startswith("socket:[") else ""
