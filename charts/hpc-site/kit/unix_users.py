"""What a site needs whose notebooks and workers are jobs of the machine's own users."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

import pam_rights
import sudo_rules
import toolchain
from bundle import Bundle
from faults import SiteFault
from jobs import COMMANDS
from layout import Layout
from private_file import require_private


def require(layout: Layout, bundle: Bundle) -> None:
    """Refuses to install where jobs could not be submitted, or would find nothing to run; new files may be read by all.

    :raises SiteFault: with what is missing.
    """
    if os.geteuid() != 0 and bundle.sudo is None:
        raise SiteFault("jobs run as the users who signed in, so root installs this site: sign in as root there")
    if os.geteuid() == 0 and bundle.sudo is not None:
        account = bundle.sudo["user"]
        raise SiteFault(f"this site is {account}'s, who submits jobs by sudo: run the same as {account}, not as root")
    os.umask(0o022)
    if bundle.jobs:
        missing = [name for name in COMMANDS[bundle.jobs[0]] if shutil.which(name) is None]
        if missing:
            raise SiteFault(f"not on this machine's PATH: {', '.join(missing)}; {bundle.jobs[0]} needs them")
    auth = bundle.site.get("auth", {})
    if auth.get("kind") == "federation":
        require_private(Path(auth["secretFile"]), "auth.secretFile", "write the client's secret into it")
    layout.root.mkdir(parents=True, exist_ok=True)
    if bundle.sudo:
        sudo_rules.require(layout, bundle, bundle.sudo)
        for service in bundle.sudo["services"]:
            pam_rights.require(layout, service)
    for what, path, remedy in (
        ("the site's directory", layout.root.parent, "choose another `storage.root`, or chmod o+x"),
        ("Python", Path(os.path.realpath(toolchain.python()[0])).parent, "set ISTHMUS_PYTHON to one of the system's"),
    ):
        closed = _closed(path)
        if closed:
            raise SiteFault(f"users may not enter {closed}, below which {what} lies, and their jobs need it: {remedy}")


def _closed(directory: Path) -> Path | None:
    """The topmost of a directory and its parents that other users may not enter."""
    path = directory.resolve()
    return next((place for place in [*reversed(path.parents), path] if not place.stat().st_mode & stat.S_IXOTH), None)
