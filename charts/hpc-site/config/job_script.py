"""The script of a notebook's job of Slurm, and what jobs of any batch system share."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

HEAD = "isthmus: job"


def with_account(options: Sequence[str], account: str) -> list[str]:
    """A job's options with the account that its user chose; one that the site wrote stays."""
    told = any(option.startswith("--account=") for option in options)
    return [*([f"--account={account}"] if account and not told else []), *options]


def account_environment(account: str) -> dict[str, str]:
    """Has the Dask clusters of a notebook charge its account, unless their user says another."""
    if not account:
        return {}
    # Dask reads values as Python does where it can: an account that is a number must stay a text.
    return {
        "DASK_GATEWAY__CLUSTER__OPTIONS__ACCOUNT": repr(account),
        "DASK_JOBQUEUE__SLURM__ACCOUNT": repr(account),
    }


def notebook_log(site: Mapping[str, Any], home: str) -> str:
    """Where the latest notebook's job writes what it says."""
    return f"{home}/.jupyter-{site['batch']['jobPrefix']}notebook.log"


def job_script(site: Mapping[str, Any], options: Sequence[str], home: str, command: Sequence[str]) -> str:
    """The script of a notebook's job: its options, the site's prologue, and the command in the place of the shell."""
    directives = [
        f"--job-name={site['batch']['jobPrefix']}notebook",
        f"--chdir={home}",
        f"--output={notebook_log(site, home)}",
        "--open-mode=truncate",
        # The environment is what the hub gives, whole: a list of names would have Slurm run the user's login files.
        "--export=ALL",
        # The hub gives up a job whose node is lost: it must not begin again by itself.
        "--no-requeue",
        *options,
    ]
    lines = [f"#SBATCH {shlex.quote(directive)}" for directive in directives]
    begin = [
        head("SLURM_JOB_ID"),
        # The login node's runtime directory is not on the compute node.
        "unset XDG_RUNTIME_DIR",
    ]
    return "\n".join(["#!/bin/bash", *lines, *begin, *site["batch"]["prologue"], f"exec {shlex.join(command)}", ""])


def head(variable: str) -> str:
    """The first command of a notebook's job: its log says whose it is, since an earlier job's stays until it starts."""
    return f'echo "{HEAD} ${variable} on $(hostname)"'


def said_by(job: str, log: str) -> str:
    """The end of what a job has written; empty where the log is another job's, or has nothing but its head.

    The shell may have said something before: of a missing language, or in the login files that the machine has it read.
    """
    _, _, rest = f"\n{log}\n".partition(f"\n{HEAD} {job} on")
    lines = [line.strip() for line in rest.splitlines()[1:] if line.strip() and not line.startswith(HEAD)]
    return lines[-1][-500:] if lines else ""
