"""Ports that bundles need: who has them now, and what to do about it."""

from __future__ import annotations

import json
import os
import shlex
import signal
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bundle import Bundle
from faults import SiteFault
from layout import Layout
from processes import Mark, Process, command_of, mark_of, recorded_groups, send, wait_gone
from progress import say
from sockets import Listener, listeners, user_name
from whole_file import write_whole

FREE_FROM = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")


@dataclass
class Owner:
    """Whoever has some of the ports that are needed."""

    who: str
    step: str
    ports: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    def line(self) -> str:
        """What is taken, by whom, and the next step."""
        many = len(self.ports) > 1
        what = f"{'ports' if many else 'port'} {', '.join(self.ports)} {'are' if many else 'is'} taken by {self.who}"
        return f"{what}: {self.step}, or choose other ports ({' and '.join(dict.fromkeys(self.keys))})"


def for_root(bundles: Sequence[Bundle], start: int | None = None) -> list[str]:
    """A line where bundles need ports that only root may listen on, and this is not root.

    :param start: the first port that is everybody's; None asks this machine
    """
    if os.geteuid() == 0:
        return []
    if start is None:
        start = int(FREE_FROM.read_text("ascii")) if FREE_FROM.exists() else 1024
    entries = [(bundle, entry) for bundle in bundles for entry in bundle.ports if entry["port"] < start]
    low = [f"{entry['port']} ({entry['program']})" for _, entry in entries]
    if not low:
        return []
    keys = " and ".join(dict.fromkeys(_key_of(bundle, entry) for bundle, entry in entries))
    who = user_name(os.geteuid())
    lowest = min(entry["port"] for bundle in bundles for entry in bundle.ports)
    step = (
        f"sign in as root, choose another {keys}, or have root open them to everybody "
        f"(sysctl net.ipv4.ip_unprivileged_port_start={lowest}, and in /etc/sysctl.d)"
    )
    return [f"{', '.join(low)}: ports below {start} are root's, and this is {who}: {step}"]


def _key_of(bundle: Bundle, entry: Mapping[str, Any]) -> str:
    """The key of the config that says a port."""
    told = "listen.port" if bundle.id == "base" else f"hubs.{bundle.id}.ports"
    return f"`{entry.get('key', told)}`"


def taken(layout: Layout, bundles: Sequence[Bundle], leaving: Sequence[Path] = ()) -> list[str]:
    """A line for each owner of ports that the bundles need and cannot have, root among them.

    :param leaving: roots that are given up before the bundles are installed
    """
    wanted = {entry["port"]: (bundle, entry) for bundle in bundles for entry in bundle.ports}
    owners: dict[str, Owner] = {}
    for listener in listeners(wanted):
        bundle, entry = wanted[listener.port]
        marks = [(holder, mark_of(holder.pid)) for holder in listener.holders]
        if any(mark and _gives_way(layout, bundles, bundle, mark, leaving) for _, mark in marks):
            continue
        key, owner = _owner(layout, bundle, listener, marks)
        owner = owners.setdefault(key, owner)
        owner.ports.append(f"{listener.port} ({entry['program']})")
        owner.keys.append(_key_of(bundle, entry))
    return [*for_root(bundles), *(owner.line() for owner in owners.values())]


def require_ports(layout: Layout, bundle: Bundle) -> None:
    """Refuses to install where a port is taken by what the install does not end.

    :raises SiteFault: with every owner.
    """
    lines = taken(layout, [bundle])
    if lines:
        raise SiteFault("; ".join(lines))


def _gives_way(layout: Layout, bundles: Sequence[Bundle], bundle: Bundle, mark: Mark, leaving: Sequence[Path]) -> bool:
    """Whether a port's holder is the one that is to have it, or ends before that one starts."""
    if any(mark.is_of(root) for root in leaving):
        return True
    if not mark.program or not mark.is_of(layout.root):
        return False
    handed_over = mark.id == "base" and any(other.id == "base" for other in bundles)
    return mark.id == bundle.id or handed_over or mark.id not in layout.installed()


def _owner(
    layout: Layout, bundle: Bundle, listener: Listener, marks: Sequence[tuple[Process, Mark | None]]
) -> tuple[str, Owner]:
    if not marks:
        who = f"a process of user {listener.user}, which only {listener.user} may see"
        return who, Owner(who, f"have {listener.user} end it")
    holder, mark = marks[0]
    command = command_of(holder.pid)
    if mark is None or not mark.program:
        among = f", started by a user of {_name_of(mark)}" if mark else ""
        who = f"process {holder.pid} of user {listener.user}{f' ({command})' if command else ''}{among}"
        return who, Owner(who, f"end it (kill {holder.pid})")
    if mark.is_of(layout.root):
        site = bundle.data["site"]
        return mark.id, Owner(
            f"hub {mark.id} of this same site", f"take that down first (isthmus down {site}/{mark.id})"
        )
    return str(mark.root), Owner(f"site {_name_of(mark)}", f"take that down first ({_command_for(mark, bundle)})")


def _name_of(mark: Mark) -> str:
    federation, site = _names(mark)
    return f"{federation}/{site} in {_directory(mark) or mark.root}"


def _names(mark: Mark) -> tuple[str, str]:
    for name in ("base", mark.id):
        try:
            told = json.loads((mark.root / "current" / name / "bundle.json").read_text("utf-8"))
            return told["federation"], told["site"]
        except (OSError, ValueError):
            continue
    return mark.root.parent.name, mark.root.name


def _command_for(mark: Mark, bundle: Bundle) -> str:
    federation, site = _names(mark)
    directory = _directory(mark)
    if directory is None:
        return f"isthmus down {site}, in the folder of its federation"
    if os.path.realpath(directory) != os.path.realpath(os.getcwd()):
        return f"cd {shlex.quote(directory)} && isthmus down {site}"
    renamed = "" if federation == bundle.data["federation"] else f" --federation {federation}"
    return f"isthmus down{renamed} {site}"


def _record(root: Path) -> Path:
    return root / "run" / "federation-directory"


def _directory(mark: Mark) -> str | None:
    try:
        return _record(mark.root).read_text("utf-8").strip()
    except OSError:
        return None


def record_directory(layout: Layout) -> None:
    """Notes from where this site was installed, so that whoever finds its ports taken is told where to take it down."""
    write_whole(_record(layout.root), f"{os.getcwd()}\n", 0o600)


def end_orphans(layout: Layout, bundle: Bundle, supervised: Iterable[int] = ()) -> None:
    """Ends programs of this site that have the bundle's ports and that nobody else would end: left over by a crash.

    :param supervised: process ids of the programs that the supervisor runs, each the first of its group
    """
    groups = {*supervised, *recorded_groups(layout.directory("run"))}
    installed = layout.installed()
    orphans = []
    for listener in listeners({entry["port"] for entry in bundle.ports}):
        for holder in listener.holders:
            mark = mark_of(holder.pid)
            if not mark or not mark.program or not mark.is_of(layout.root):
                continue
            if mark.id not in installed or (mark.id == bundle.id and holder.group not in groups):
                orphans.append(holder.pid)
    if orphans:
        say(f"ending {', '.join(map(str, sorted(set(orphans))))}, left over by a run that crashed")
        send(orphans, signal.SIGKILL)
        wait_gone(orphans, 10)
