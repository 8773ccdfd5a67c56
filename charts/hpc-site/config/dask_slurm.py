"""Dask clusters as jobs of Slurm."""

from __future__ import annotations

import math
from typing import Any

import by_sudo
from as_user import CommandFailed
from dask_backend import SiteClusterConfig
from dask_gateway_server.backends.jobqueue.slurm import SlurmBackend, SlurmClusterConfig
from dask_jobs import JobsBackend, job_name, own_log, size_of
from job_standing import SLURM_OVER, slurm_alive

# Options that the base class writes and a site says for itself.
REPLACED = ("--job-name", "--export", "--cpus-per-task", "--mem")


class SlurmSiteClusterConfig(SiteClusterConfig, SlurmClusterConfig):
    """A cluster whose schedulers and workers are jobs of Slurm."""


class SlurmSiteBackend(JobsBackend, SlurmBackend):
    """Submits schedulers and workers to Slurm, each as a job of its own, with the names and options of the site."""

    # What Slurm says of a job that it has forgotten: then it is over.
    forgotten = SLURM_OVER

    def get_submit_cmd_env_stdin(
        self,
        cluster: Any,  # noqa: ANN401 - the backend's own records
        worker: Any = None,  # noqa: ANN401
    ) -> tuple[list[str], dict[str, str], str]:
        """The base class's command with a name of the job's own, the hub's options, and the site's prologue."""
        command, environment, script = super().get_submit_cmd_env_stdin(cluster, worker)
        batch = self.site["batch"]
        cores, memory = size_of(cluster, worker)
        sizes = [f"--cpus-per-task={max(1, math.ceil(cores))}", f"--mem={math.ceil(memory / 2**20)}M"]
        options = [
            f"--job-name={job_name(self.site, cluster, worker)}",
            # The environment is what the gateway gives, whole: a list of names would run the user's login files first.
            "--export=ALL",
            # The gateway starts what is lost anew, under another name.
            "--no-requeue",
            *(sizes if batch["requestSizes"] else []),
            *self.site["dask"]["job"],
        ]
        body = script.split("\n", 1)[1]
        replaced, begin = REPLACED, list[str]()
        if by_sudo.needed():
            replaced, home = (*REPLACED, "--chdir", "--output"), environment["HOME"]
            options += [f"--chdir={home}", "--output=/dev/null"]
            begin = own_log(home, cluster.name, worker.name if worker else "")
        kept = [word for word in command if word.partition("=")[0] not in replaced]
        return [*kept, *options], environment, "\n".join(["#!/bin/bash", *begin, *batch["prologue"], body, ""])

    def parse_job_id(self, stdout: str) -> str:
        """The number alone: a federated cluster adds its name."""
        return stdout.strip().partition(";")[0]

    async def check_jobs(self, job_ids: list[str], user: str | None = None) -> dict[str, bool]:
        """Which of the jobs wait or run; those that Slurm has forgotten do not."""
        over = dict.fromkeys(job_ids, False)
        if not job_ids:
            return over
        try:
            jobs = f"--job={','.join(job_ids)}"
            told = await self.ask([self.status_command, "-h", "-t", "all", jobs, "-o", "%i %T"], user)
        except CommandFailed as error:
            if not self.is_forgotten(error):
                raise
            return over
        return {**over, **slurm_alive(told)}
