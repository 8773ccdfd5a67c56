"""Processes of a site, found by the marks in their environment and by the process groups that `launch` recorded."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
SWEEP_TERM_SECONDS = 10.0


@dataclass(frozen=True)
class Process:
    """What the kit needs to know of a process."""

    pid: int
    parent: int
    group: int
    zombie: bool


def boot_id() -> str:
    """Differs after each boot, so that process ids of an earlier boot are known to be stale."""
    return (PROC / "sys/kernel/random/boot_id").read_text().strip()


def processes() -> list[Process]:
    """All processes that can be seen."""
    found = []
    for entry in os.listdir(PROC):
        if not entry.isdigit():
            continue
        try:
            stat = (PROC / entry / "stat").read_text()
        except OSError:
            continue
        fields = stat[stat.rindex(")") + 2 :].split()
        found.append(Process(int(entry), int(fields[1]), int(fields[2]), fields[0] in "ZX"))
    return found


def environment_of(pid: int) -> dict[str, str]:
    """The environment that a process was started with; empty where it may not be read or the process is gone."""
    try:
        raw = (PROC / str(pid) / "environ").read_bytes()
    except OSError:
        return {}
    return dict(pair.split("=", 1) for pair in os.fsdecode(raw).split("\0") if "=" in pair)


def command_of(pid: int) -> str:
    """How a process was started, shortened; empty where that may not be read."""
    try:
        return os.fsdecode((PROC / str(pid) / "cmdline").read_bytes()).replace("\0", " ").strip()[:120]
    except OSError:
        return ""


@dataclass(frozen=True)
class Mark:
    """By what a process is known to belong to a site."""

    root: Path
    id: str
    # One that the supervisor started, not what users started through it.
    program: bool

    def is_of(self, root: Path) -> bool:
        """Whether it belongs to the site in a directory."""
        return os.path.realpath(self.root) == os.path.realpath(root)


def mark_of(pid: int) -> Mark | None:
    """The site that a process belongs to: by its environment; nginx writes its title over that, so by where it runs."""
    environment = environment_of(pid)
    root = environment.get("ISTHMUS_SITE_ROOT")
    if root is not None:
        return Mark(Path(root), environment.get("ISTHMUS_ID", ""), "ISTHMUS_BUNDLE" in environment)
    try:
        executable = os.readlink(PROC / str(pid) / "exe").removesuffix(" (deleted)")
        directory = Path(os.readlink(PROC / str(pid) / "cwd"))
    except OSError:
        return None
    is_front = os.path.basename(executable) == "nginx" and (directory / "supervisor").is_dir()
    return Mark(directory, "base", True) if is_front else None


def recorded_groups(run: Path) -> dict[int, str]:
    """Process groups of this boot that `launch` recorded under `run`, each with its program."""
    groups = {}
    for path in run.glob("*.pgid"):
        try:
            group, boot = path.read_text().split()
        except (OSError, ValueError):
            continue
        if boot == boot_id():
            groups[int(group)] = path.name.removesuffix(".pgid")
    return groups


def marked(root: Path, bundle_id: str | None = None) -> list[int]:
    """Living processes that a site's programs started (notebooks, workers), without the caller and its parents."""
    table = {process.pid: process for process in processes()}
    spared = set()
    pid = os.getpid()
    while pid in table and pid not in spared:
        spared.add(pid)
        pid = table[pid].parent
    found = []
    for process in table.values():
        if process.zombie or process.pid in spared:
            continue
        environment = environment_of(process.pid)
        ours = environment.get("ISTHMUS_SITE_ROOT") == str(root)
        if ours and bundle_id in (None, environment.get("ISTHMUS_ID")):
            found.append(process.pid)
    return found


def alive(pid: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    try:
        stat = (PROC / str(pid) / "stat").read_text()
    except OSError:
        return False
    return stat[stat.rindex(")") + 2] not in "ZX"


def wait_gone(pids: list[int], seconds: float) -> list[int]:
    """Waits until processes have ended; returns those that have not."""
    deadline = time.monotonic() + seconds
    pause = 0.01
    while (left := [pid for pid in pids if alive(pid)]) and time.monotonic() < deadline:
        time.sleep(pause)
        pause = min(pause * 1.5, 0.2)
    return left


def send(pids: list[int], number: signal.Signals) -> None:
    """Sends a signal to processes that may be gone already."""
    for pid in pids:
        try:
            os.kill(pid, number)
        except (ProcessLookupError, PermissionError):
            continue


def sweep(root: Path, bundle_id: str | None = None, spared: Container[int] = ()) -> int:
    """Ends what a site's programs (or one bundle's) have started: first by asking. Returns how many were found.

    Processes of the `spared` groups are left alone: with the programs' own, their children end while somebody waits for
    them.
    """

    def found() -> list[int]:
        groups = {process.pid: process.group for process in processes()}
        return [pid for pid in marked(root, bundle_id) if groups.get(pid) not in spared]

    pids = found()
    send(pids, signal.SIGTERM)
    wait_gone(pids, SWEEP_TERM_SECONDS)
    left = found()
    send(left, signal.SIGKILL)
    wait_gone(left, 5)
    return len(pids)


def recorded(run: Path, root: Path) -> list[int]:
    """Living programs of a site that `launch` recorded; nginx too, which writes its title over its environment."""
    groups = recorded_groups(run)

    def ours(pid: int) -> bool:
        mark = mark_of(pid)
        return mark is not None and mark.is_of(root)

    return [process.pid for process in processes() if process.group in groups and ours(process.pid)]


def end_recorded(run: Path, root: Path) -> None:
    """Ends programs that no supervisor watches any more."""
    pids = recorded(run, root)
    send(pids, signal.SIGKILL)
    wait_gone(pids, 5)
