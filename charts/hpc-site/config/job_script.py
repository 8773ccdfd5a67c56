"""The script of a notebook's job."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any


def job_script(site: Mapping[str, Any], options: Sequence[str], home: str, command: Sequence[str]) -> str:
    """The script of a notebook's job: its options, the site's prologue, and the command in the place of the shell."""
    directives = [
        f"--job-name={site['batch']['jobPrefix']}notebook",
        f"--chdir={home}",
        f"--output={home}/.jupyter-{site['batch']['jobPrefix']}notebook.log",
        "--open-mode=truncate",
        # The environment is what the hub gives, whole: a list of names would have Slurm run the user's login files.
        "--export=ALL",
        *options,
    ]
    lines = [f"#SBATCH {shlex.quote(directive)}" for directive in directives]
    # The login node's runtime directory is not on the compute node.
    return "\n".join(
        ["#!/bin/bash", *lines, "unset XDG_RUNTIME_DIR", *site["batch"]["prologue"], f"exec {shlex.join(command)}", ""]
    )
