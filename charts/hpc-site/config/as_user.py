"""The machine's users: who of them may have jobs, and running a command as one of them."""

from __future__ import annotations

import asyncio
import os
import pwd
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import by_sudo

NOBODY = 65534
# Of this program's own environment: the machine's words, and where its batch system is.
KEPT = ("PATH", "LANG", "LC_ALL", "TZ", "SLURM_CONF", "PBS_CONF_FILE", "PBS_DEFAULT", "PBS_SERVER")


class CommandFailed(RuntimeError):
    """A command that ended with another code than 0, with what it said."""


class NotLetIn(CommandFailed):
    """A user whom the machine's sudo rules do not have, or whom the machine does not know."""


def identity(user: str) -> dict[str, Any]:
    """The arguments by which a process is started as a user, with all groups of theirs.

    :raises KeyError: for a user that the machine does not know.
    :raises PermissionError: for root, whom no job of a hub is for.
    """
    account = pwd.getpwnam(user)
    if account.pw_uid == 0:
        raise PermissionError(f"{user} is root: nothing is run for it")
    groups = os.getgrouplist(account.pw_name, account.pw_gid)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": groups}


def kept_environment() -> dict[str, str]:
    """The machine's words in this program's own environment."""
    return {name: os.environ[name] for name in KEPT if name in os.environ}


def plain_environment(user: str) -> dict[str, str]:
    """What a command of the batch system needs and no more: nothing of this program's own environment is a user's."""
    account = pwd.getpwnam(user)
    return {**kept_environment(), "USER": account.pw_name, "LOGNAME": account.pw_name, "HOME": account.pw_dir}


def refusal(name: str, normal: str, minimum: int) -> str:
    """Why a name may not sign in, whatever its password; empty where it may.

    JupyterHub goes by lower-case names: `Ann`, who proved to be `Ann`, must not become `ann`, who is somebody else.
    """
    if name != normal:
        return f"JupyterHub would call it {normal}"
    try:
        account = pwd.getpwnam(name)
    except (KeyError, ValueError):
        return "the machine has no such account"
    if account.pw_name != name:
        return f"it is another name of {account.pw_name}"
    if account.pw_uid < minimum or account.pw_uid == NOBODY:
        return f"it is an account of the system: its number is {account.pw_uid}, people's begin at {minimum}"
    return ""


async def run_as(
    user: str, command: Sequence[str], text: str = "", environment: Mapping[str, str] | None = None
) -> str:
    """Runs a command as a user, with `text` as its standard input; no shell reads it. Returns its standard output.

    :raises CommandFailed: with its standard error.
    """
    who = identity(user)
    if by_sudo.needed():
        return await _run_by_sudo(user, command, text, environment or {})
    own = plain_environment(user) if environment is None else environment
    return await run(command, text, own, **who)


async def _run_by_sudo(user: str, command: Sequence[str], text: str, environment: Mapping[str, str]) -> str:
    words = by_sudo.command_as(user, command)
    if os.path.basename(command[0]) in ("sbatch", "qsub"):
        by_sudo.remember(user)
        text = by_sudo.script_with(text, environment)
    try:
        # What sudo says is read, so that it must not speak another language.
        return await run(words, text, {**kept_environment(), "LC_ALL": "C"})
    except CommandFailed as error:
        if why := by_sudo.refusal_in(str(error), user):
            raise NotLetIn(why) from None
        raise


async def ask_about(user: str, command: Sequence[str]) -> str:
    """Asks for a user's jobs as that user, who sees them in any case; where that is refused, as this program.

    :raises CommandFailed: with what was said.
    :raises NotLetIn: where nobody here is shown the jobs, which says nothing of whether there are any.
    """
    try:
        return await run_as(user, command)
    except NotLetIn as error:
        refused = str(error)
    except KeyError:
        refused = f"the machine does not know {user}"
    seen = ""
    with suppress(CommandFailed):
        seen = await run(command)
    if not seen:
        raise NotLetIn(refused)
    return seen


async def run(
    command: Sequence[str],
    text: str = "",
    environment: Mapping[str, str] | None = None,
    **who: Any,  # noqa: ANN401 - what `identity` gives
) -> str:
    """Runs a command as whoever runs this program, where `who` says nothing else.

    :raises CommandFailed: with its standard error.
    """
    process = await asyncio.create_subprocess_exec(
        *command,
        env=None if environment is None else dict(environment),
        cwd="/",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        **who,
    )
    try:
        output, errors = await process.communicate(text.encode())
    except BaseException:
        if process.returncode is None:
            with suppress(PermissionError):  # sudo is root's, and ends with the command that it runs
                process.kill()
                await process.wait()
        raise
    if process.returncode != 0:
        said = errors.decode("utf-8", "replace").strip()
        raise CommandFailed(said or f"{command[0]} ended with {process.returncode}")
    return output.decode("utf-8", "replace").strip()
