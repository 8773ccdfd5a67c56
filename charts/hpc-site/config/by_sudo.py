"""A service account's way to run the batch system's commands as users: by the sudo rules that the bundle carries."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hub_site import ROOT, load_site
from pbs_job import with_environment

# Of what sudo itself says, in the one language that it is run in.
REFUSALS = ("a password is required", "is not allowed to execute", "not in the sudoers file", "may not run sudo")
COMMANDS = {"slurm": ("sbatch", "squeue", "scancel"), "pbs": ("qsub", "qstat", "qdel")}
# The job's programs would think that somebody runs them by sudo.
NOT_THE_JOBS = "unset SUDO_COMMAND SUDO_USER SUDO_UID SUDO_GID"


def needed() -> bool:
    """Whether this program is not root, and needs sudo to do anything as a user."""
    return os.geteuid() != 0


def command_as(user: str, command: Sequence[str], site: Mapping[str, Any] | None = None) -> list[str]:
    """The words that run a command as a user.

    :raises PermissionError: for a command that the rules do not have.
    """
    sudo = (site or load_site())["batch"]["sudo"]
    name = os.path.basename(command[0])
    if name not in COMMANDS[sudo["kind"]]:
        words = ", ".join(COMMANDS[sudo["kind"]])
        raise PermissionError(f"{sudo['user']} runs nothing but {words} as users, and not {command[0]}")
    return ["sudo", "-n", "-H", "-u", user, "--", f"{sudo['commands']}/{name}", *command[1:]]


def script_with(script: str, environment: Mapping[str, str]) -> str:
    """A job's script that sets its own variables, since sudo lets none through."""
    lines = with_environment(script, environment).split("\n")
    first = next(number for number, line in enumerate(lines) if not line.startswith("#"))
    return "\n".join([*lines[:first], NOT_THE_JOBS, *lines[first:]])


def refusal_in(said: str, user: str) -> str:
    """What to tell where sudo has refused; empty where something else failed."""
    if not any(words in said for words in REFUSALS):
        return ""
    account = load_site()["batch"]["sudo"]["user"]
    return (
        f"the sudo rules of this machine do not let {account} submit jobs as {user}: "
        "the centre's administrators have to let you in, in the group or the list that the rules name"
    )


def remember(user: str) -> None:
    """Writes down who has had jobs: where Slurm hides jobs of others, the kit asks for theirs as each of them."""
    path = Path(ROOT) / "state" / load_site()["hub"] / "job-users"
    known = path.read_text("utf-8").split() if path.exists() else []
    if user not in known:
        with path.open("a", encoding="utf-8") as stream:
            stream.write(f"{user}\n")
