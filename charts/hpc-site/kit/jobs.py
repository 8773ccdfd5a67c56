"""Jobs of a hub in the machine's batch system: notebooks and Dask clusters, known by their names."""

from __future__ import annotations

import os
import pwd
import re
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

from bundle import Bundle
from faults import SiteFault
from layout import Layout
from progress import say
from sudo_rules import NOT_LET_IN, words_as

COMMANDS: Mapping[str, tuple[str, ...]] = {"slurm": ("sbatch", "squeue", "scancel"), "pbs": ("qsub", "qstat", "qdel")}
END_SECONDS = 60.0


@dataclass(frozen=True)
class Users:
    """Who has jobs of a hub, and how its service account speaks for them."""

    sudo: Mapping[str, Any] | None
    record: Path
    # Only these are asked for their jobs; None: all that are remembered.
    asked: Sequence[str] | None = None

    @property
    def by_sudo(self) -> bool:
        """Whether what is done as a user is done by sudo."""
        return self.sudo is not None and os.geteuid() != 0

    def remembered(self) -> list[str]:
        """Those for whom the hub has submitted jobs, where they are spoken for by sudo."""
        if self.asked is not None:
            return [*self.asked]
        return self.record.read_text("utf-8").split() if self.by_sudo and self.record.exists() else []

    def words(self, user: str, command: Sequence[str]) -> list[str]:
        """The words that run a command of the batch system as a user."""
        return words_as(self.sudo or {}, user, command)


BY_ROOT = Users(None, Path(os.devnull))


@dataclass(frozen=True)
class Job:
    """A job that waits or runs; its owner where it matters who ends it."""

    id: str
    name: str
    owner: str = ""


def end_jobs(layout: Layout, bundle: Bundle) -> None:
    """Cancels a hub's jobs, whoever's they are, and waits until they are gone.

    :raises SiteFault: where the batch system does not answer, or does not end them in time.
    """
    if not bundle.jobs:
        return
    kind, prefix = bundle.jobs
    users = Users(bundle.sudo, layout.directory("state") / bundle.id / "job-users")
    left = found = jobs_named(kind, prefix, users)
    if users.by_sudo:
        users = replace(users, asked=sorted({job.owner for job in found}))
    deadline = time.monotonic() + END_SECONDS
    pause = 0.05
    while left:
        CANCEL[kind](left, users)
        time.sleep(pause)
        pause = min(pause * 2, 2)
        left = jobs_named(kind, prefix, users)
        if left and time.monotonic() > deadline:
            ids = ", ".join(f"{job.id} of {job.owner}" if job.owner else job.id for job in left)
            raise SiteFault(f"jobs of {bundle.id} have not ended in {END_SECONDS:.0f} s: {ids}")
    if found:
        say(f"ended {len(found)} job{'' if len(found) == 1 else 's'} of {bundle.id}")


def jobs_named(kind: str, prefix: str, users: Users = BY_ROOT) -> list[Job]:
    """Jobs that wait or run and whose names start so, oldest first."""
    found = {job.id: job for job in LIST[kind](users) if job.name.startswith(prefix)}
    return sorted(found.values(), key=lambda job: int(re.sub(r"\D.*", "", job.id) or 0))


def _slurm_jobs(users: Users) -> Iterable[Job]:
    asked = ["squeue", "-h", "-o", "%A %u %j"]
    told = [_told(asked)]
    forgiving = (*NOT_LET_IN, "unknown user", "error initializing")
    known = users.remembered()
    # Slurm may hide jobs of others.
    told += [_told(users.words(user, asked), forgiving) for user in known]
    for line in "".join(told).splitlines():
        job, user, name = (*line.split(" ", 2), "", "")[:3]
        # By its name a job may be anybody's; and a name may hold more than one line.
        if job.isdigit() and (not users.by_sudo or user in known):
            yield Job(job, name, user)


def _cancel_slurm(jobs: Sequence[Job], users: Users) -> None:
    over = ("Invalid job id",)
    if not users.by_sudo:
        _told(["scancel", *(job.id for job in jobs)], over)
        return
    for owner, own in groupby(sorted(jobs, key=lambda job: job.owner), key=lambda job: job.owner):
        # One whom the rules do not have any more keeps nobody else's jobs running.
        _told(users.words(owner, ["scancel", *(job.id for job in own)]), (*over, *NOT_LET_IN))


def _pbs_jobs(users: Users) -> Iterable[Job]:
    asked = ["qstat", "-f"]
    known = users.remembered()
    # PBS may hide jobs of others.
    told = [_told(asked), *(_told(users.words(user, asked), (*NOT_LET_IN, "unknown user")) for user in known)]
    # Long values go on in lines that start with a tab. What is over is not told of without -x.
    for part in re.split(r"^Job Id: ", "\n".join(told).replace("\n\t", ""), flags=re.MULTILINE)[1:]:
        job, *lines = part.splitlines()
        has = {name: value for name, _, value in (line.strip().partition(" = ") for line in lines)}
        owner = has.get("Job_Owner", "").partition("@")[0]
        # By its name a job may be anybody's.
        if not users.by_sudo or owner in known:
            yield Job(job.strip(), has.get("Job_Name", ""), owner)


def _cancel_pbs(jobs: Sequence[Job], users: Users) -> None:
    # Root of a machine that submits is nobody in particular to the server: each user ends what is theirs.
    for owner, own in groupby(sorted(jobs, key=lambda job: job.owner), key=lambda job: job.owner):
        over = ("Unknown Job Id", "Job has finished", "Request invalid for state of job")
        command = ["qdel", *(job.id for job in own)]
        if users.by_sudo:
            _told(users.words(owner, command), (*over, *NOT_LET_IN))
        else:
            _told(command, over, _as(owner))


def _as(owner: str) -> dict[str, Any]:
    try:
        account = pwd.getpwnam(owner)
    except KeyError:
        raise SiteFault(f"jobs of {owner}, whom this machine does not know, cannot be ended from here") from None
    if account.pw_uid == os.geteuid():
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


LIST: Mapping[str, Callable[[Users], Iterable[Job]]] = {"slurm": _slurm_jobs, "pbs": _pbs_jobs}
CANCEL: Mapping[str, Callable[[Sequence[Job], Users], None]] = {"slurm": _cancel_slurm, "pbs": _cancel_pbs}


def _told(command: list[str], forgiving: tuple[str, ...] = (), who: Mapping[str, Any] | None = None) -> str:
    said = {"stdin": subprocess.DEVNULL, "capture_output": True, "text": True, "check": False}
    if command[0] == "sudo":  # its words are read
        said["env"] = {**os.environ, "LC_ALL": "C"}
    try:
        ended = subprocess.run(command, **said, **(who or {}))
    except OSError as error:
        raise SiteFault(f"{command[0]} does not run: {error}") from None
    lines = ended.stderr.splitlines()
    forgiven = bool(lines) and all(any(word in line for word in forgiving) for line in lines)
    if ended.returncode != 0 and not forgiven:
        raise SiteFault(f"{command[0]} failed: {ended.stderr.strip() or f'exit code {ended.returncode}'}")
    return ended.stdout
