"""The scripts of jobs of PBS, and what `qstat` tells of jobs."""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence

# What PBS says of a job that it has forgotten, or that is over.
OVER = ("Unknown Job Id", "Job has finished")
# Queued, held, waiting for a time, on its way to another queue; running, suspended, exiting.
WAITING, RUNNING = "QHWT", "RSUE"


def select(cores: float, memory: int, request: bool, chunk: Sequence[str]) -> list[str]:
    """The one chunk of a job: whole cores and MiB, which PBS calls mb; nothing where nothing is asked for."""
    sizes = [f"ncpus={max(1, math.ceil(cores))}", f"mem={math.ceil(memory / 2**20)}mb"] if request else []
    asked = [*sizes, *chunk]
    return [f"-l select=1:{':'.join(asked)}"] if asked else []


def within(place: str, log: str) -> list[str]:
    """First lines of a job that is to be in a directory, with all that it says in a file."""
    return [f"cd {shlex.quote(place)} || exit 1", f"exec >{shlex.quote(log)} 2>&1"]


def pbs_script(name: str, options: Sequence[str], there: Sequence[str], rest: Sequence[str]) -> str:
    """A job's script: its options, then how it gets where its log is, then what it does.

    PBS copies what a job says at its end, to a machine that may not let it: the job writes by itself instead.
    """
    directives = [
        f"-N {name}",
        "-S /bin/bash",
        "-j oe",
        "-o /dev/null",
        # The hub gives up a job whose node is lost: it must not begin again by itself.
        "-r n",
        *options,
    ]
    lines = [f"#PBS {directive}" for directive in directives]
    return "\n".join(["#!/bin/bash", *lines, *there, "unset XDG_RUNTIME_DIR", *rest, ""])


def with_environment(script: str, environment: Mapping[str, str]) -> str:
    """The script with its variables, set before its first command.

    In the script, since they hold keys: what `-v` and `-V` export is an attribute of the job, which `qstat -f` shows.
    """
    lines = script.split("\n")
    first = next(number for number, line in enumerate(lines) if not line.startswith("#"))
    exports = [f"export {name}={shlex.quote(value)}" for name, value in environment.items() if name.isidentifier()]
    return "\n".join([*lines[:first], *exports, *lines[first:]])


def jobs_in(told: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The jobs of `qstat -f`: each one's id and attributes. Long values go on in lines that start with a tab."""
    for part in re.split(r"^Job Id: ", told.replace("\n\t", ""), flags=re.MULTILINE)[1:]:
        job, *lines = part.splitlines()
        pairs = (line.strip().partition(" = ") for line in lines)
        yield job.strip(), {name: value for name, equals, value in pairs if equals}


def is_alive(attributes: Mapping[str, str]) -> bool:
    """Whether a job waits or runs."""
    return attributes.get("job_state", "") in (*WAITING, *RUNNING)
