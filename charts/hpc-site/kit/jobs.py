"""Jobs of a hub in the machine's batch system: notebooks and Dask clusters, known by their names."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Mapping

from bundle import Bundle
from faults import SiteFault
from progress import say

COMMANDS: Mapping[str, tuple[str, ...]] = {"slurm": ("sbatch", "squeue", "scancel")}
END_SECONDS = 60.0


def end_jobs(bundle: Bundle) -> None:
    """Cancels a hub's jobs, whoever's they are, and waits until they are gone.

    :raises SiteFault: where the batch system does not answer, or does not end them in time.
    """
    if not bundle.jobs:
        return
    _, prefix = bundle.jobs
    deadline = time.monotonic() + END_SECONDS
    found = jobs_named(prefix)
    if found:
        say(f"ended {len(found)} job{'' if len(found) == 1 else 's'} of {bundle.id}")
    pause = 0.05
    while left := jobs_named(prefix):
        if time.monotonic() > deadline:
            raise SiteFault(f"jobs of {bundle.id} have not ended in {END_SECONDS:.0f} s: {', '.join(left)}")
        _told(["scancel", *left], forgiving="Invalid job id")
        time.sleep(pause)
        pause = min(pause * 2, 2)


def jobs_named(prefix: str) -> list[str]:
    """Ids of jobs that wait or run and whose names start so."""
    lines = (line.partition(" ") for line in _told(["squeue", "-h", "-o", "%A %j"]).splitlines())
    return sorted({job for job, _, name in lines if name.startswith(prefix)}, key=int)


def _told(command: list[str], forgiving: str = "") -> str:
    try:
        ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    except OSError as error:
        raise SiteFault(f"{command[0]} does not run: {error}") from None
    if ended.returncode != 0 and not (forgiving and forgiving in ended.stderr):
        raise SiteFault(f"{command[0]} failed: {ended.stderr.strip() or f'exit code {ended.returncode}'}")
    return ended.stdout
