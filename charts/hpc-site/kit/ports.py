"""Ports that a bundle's programs need, and who holds them now."""

from __future__ import annotations

import os
from collections.abc import Container
from pathlib import Path
from typing import Any

from faults import SiteFault
from layout import Layout, cache_directory
from processes import PROC, Process, command_of, environment_of, processes, recorded

LISTEN = "0A"


def listening(ports: set[int]) -> dict[str, int]:
    """Socket inodes that listen on one of the ports, each with its port."""
    inodes = {}
    for table in ("tcp", "tcp6"):
        try:
            lines = (PROC / "net" / table).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            port = int(fields[1].rsplit(":", 1)[1], 16)
            if fields[3] == LISTEN and port in ports:
                inodes[fields[9]] = port
    return inodes


def owners(inodes: dict[str, int]) -> dict[int, list[Process]]:
    """The processes that hold listening sockets, by port; a port whose owner may not be seen has none."""
    held: dict[int, list[Process]] = {port: [] for port in inodes.values()}
    for process in processes() if inodes else []:
        try:
            descriptors = os.listdir(PROC / str(process.pid) / "fd")
        except OSError:
            continue
        for descriptor in descriptors:
            try:
                target = os.readlink(PROC / str(process.pid) / "fd" / descriptor)
            except OSError:
                continue
            if target.startswith("socket:[") and target[8:-1] in inodes:
                held[inodes[target[8:-1]]].append(process)
    return held


def require_ports(layout: Layout, wanted: list[dict[str, Any]]) -> None:
    """Refuses to install where a port is taken by something that is not this site's."""
    programs = {entry["port"]: entry["program"] for entry in wanted}
    ours = recorded(layout.directory("run"), layout.root, cache_directory())
    taken = []
    for port, holders in sorted(owners(listening(set(programs))).items()):
        if any(_ours(holder, layout.root, ours) for holder in holders):
            continue
        who = ", ".join(f"process {holder.pid} ({command_of(holder.pid)})" for holder in holders[:2])
        taken.append(f"port {port}, which {programs[port]} needs, is taken by {who or 'a process of another user'}")
    if taken:
        raise SiteFault("; ".join(taken) + ": stop it, or give the site other ports")


def _ours(process: Process, root: Path, programs: Container[int]) -> bool:
    return process.pid in programs or environment_of(process.pid).get("ISTHMUS_SITE_ROOT") == str(root)
