"""The sudo rules of a service account, which submits, lists and cancels jobs as a site's users, and nothing else."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bundle import Bundle
from faults import SiteFault
from layout import Layout
from progress import say
from sockets import user_name
from whole_file import write_whole

# What sudo says, in the language that it is asked in, where a rule is missing.
NOT_LET_IN = ("a password is required", "is not allowed to execute", "not in the sudoers file", "may not run sudo")
# A rule as `sudo -l` prints it: `    (%pangeo, !root) NOPASSWD: NOSETENV: /usr/bin/sbatch, /usr/bin/squeue`.
# Rules of earlier versions, as `sudo -l` prints them among the defaults of commands.
KEPT = re.compile(r"^\s+Defaults!.*env_keep\s*\+?=.*(?:SLURM_CONF|PBS_CONF_FILE)", re.MULTILINE)
RULE = re.compile(r"^\s+\((?P<people>[^)]*)\)\s+(?P<tags>(?:[A-Z_]+:\s*)*)(?P<commands>/.*|ALL)$", re.MULTILINE)


def words_as(sudo: Mapping[str, Any], user: str, command: Sequence[str]) -> list[str]:
    """The words that run one of the rules' commands as a user."""
    path = next(path for path in sudo["commands"] if os.path.basename(path) == command[0])
    return ["sudo", "-n", "-H", "-u", user, "--", path, *command[1:]]


def require(layout: Layout, bundle: Bundle, sudo: Mapping[str, Any]) -> None:
    """Refuses to install where jobs could not be submitted as the site's users, and says what root has to do.

    :raises SiteFault: with what is missing.
    """
    account = user_name(os.geteuid())
    if account != sudo["user"]:
        raise SiteFault(f"the site's sudo rules are for {sudo['user']}, and this is {account}: name it as `login.user`")
    for path in sudo["commands"]:
        if not os.access(path, os.X_OK):
            raise SiteFault(f"{path} is no program: write the directory of these commands as `scheduler.commands`")
        if os.access(path, os.W_OK) or os.access(os.path.dirname(path), os.W_OK):
            raise SiteFault(f"{account} could write to {path} and then run anything as the site's users: root owns it")
    rules = bundle.directory / "sudoers"
    place = layout.root / "sudoers"
    if rules.is_file():
        write_whole(place, rules.read_text("utf-8"), 0o644)
    told = told_by_sudo()
    lacking = missing(sudo, told)
    if lacking:
        raise SiteFault(
            f"{account} may not submit jobs for others here: sudo has no rule for {', '.join(lacking)}. "
            f"Root of this machine reads {place} and installs it: {command(place, sudo['file'])}"
        )

    if KEPT.search(told):
        say(
            f"warning: sudo keeps a variable that names a configuration for {account}'s rules, by which it could have "
            f"these commands load anything as the site's people: root installs the rules anew, which keep none: "
            f"{command(place, sudo['file'])}"
        )


def command(rules: Path, into: str) -> str:
    """What root runs, to check the rules and install them."""
    return f"visudo -cf {rules} && install -o root -g root -m 0440 {rules} {into}"


def told_by_sudo() -> str:
    """What this account may run; empty where that is nothing.

    :raises SiteFault: where there is no sudo.
    """
    if shutil.which("sudo") is None:
        raise SiteFault("no sudo on this machine's PATH, by which a service account submits jobs as their users")
    environment = {**os.environ, "LC_ALL": "C"}
    return subprocess.run(
        ["sudo", "-n", "-l"], env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    ).stdout


def missing(sudo: Mapping[str, Any], told: str) -> list[str]:
    """Commands with the people whom they cannot be run as, out of what `sudo -l` prints."""
    wanted = [*(f"%{name}" for name in sudo["groups"]), *sudo["users"]]
    lacking = {path: [name for name in wanted if not _allows(path, name, told)] for path in sudo["commands"]}
    return [f"{path} as {' or '.join(names)}" for path, names in lacking.items() if names]


def _allows(path: str, name: str, told: str) -> bool:
    return any(
        "NOPASSWD:" in rule["tags"]
        and not {"ALL", path}.isdisjoint(_words(rule["commands"]))
        and not {"ALL", name}.isdisjoint(_words(rule["people"]))
        for rule in RULE.finditer(told)
    )


def _words(text: str) -> Iterable[str]:
    return [word.strip().replace("\\", "") for word in text.split(",")]
