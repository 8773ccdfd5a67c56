"""Dask clusters as jobs of a batch system, each by the Unix user whose cluster it is."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from typing import Any

from accounts import Accounts, NotTheirs
from as_user import CommandFailed, plain_environment, run, run_as
from dask_backend import USER_ENVIRONMENT, SiteBackend, SiteClusterConfig
from dask_gateway_server.backends.base import PublicException
from dask_gateway_server.backends.jobqueue.slurm import SlurmBackend, SlurmClusterConfig
from dask_gateway_server.models import User

# What Slurm says of a job that it has forgotten: then it is over.
FORGOTTEN = "Invalid job id"
# Options that the base class writes and a site says for itself.
REPLACED = ("--job-name", "--export", "--cpus-per-task", "--mem")


class SlurmSiteClusterConfig(SiteClusterConfig, SlurmClusterConfig):
    """A cluster whose schedulers and workers are jobs of Slurm."""


class SlurmSiteBackend(SiteBackend, SlurmBackend):
    """Submits schedulers and workers to Slurm, each as a job of its own, with the names and options of the site."""

    accounts = Accounts()

    async def process_cluster_options(self, user: User, request: dict[str, Any]) -> tuple[dict[str, Any], Any]:
        """As the base class; also refuses another's account."""
        if account := (request or {}).get("account"):
            try:
                await self.accounts.require(user.name, str(account))
            except (NotTheirs, CommandFailed, OSError) as error:
                raise PublicException(str(error)) from None
        return await super().process_cluster_options(user, request)

    def get_env(self, cluster: Any) -> dict[str, str]:  # noqa: ANN401
        """As the base class, with the user's own names for themselves."""
        return {**plain_environment(cluster.username), **super().get_env(cluster)}

    def get_submit_cmd_env_stdin(
        self,
        cluster: Any,  # noqa: ANN401 - the backend's own records
        worker: Any = None,  # noqa: ANN401
    ) -> tuple[list[str], dict[str, str], str]:
        """The base class's command with a name of the job's own, the hub's options, and the site's prologue."""
        command, environment, script = super().get_submit_cmd_env_stdin(cluster, worker)
        batch = self.site["batch"]
        config = cluster.config
        cores, memory = (
            (config.worker_cores, config.worker_memory) if worker else (config.scheduler_cores, config.scheduler_memory)
        )
        sizes = [f"--cpus-per-task={max(1, math.ceil(cores))}", f"--mem={math.ceil(memory / 2**20)}M"]
        what = f"worker-{worker.name[:8]}" if worker else "scheduler"
        options = [
            f"--job-name={batch['jobPrefix']}dask-{cluster.name[:8]}-{what}",
            # The environment is what the gateway gives, whole: a list of names would run the user's login files first.
            "--export=ALL",
            *(sizes if batch["requestSizes"] else []),
            *self.site["dask"]["job"],
        ]
        kept = [word for word in command if word.partition("=")[0] not in REPLACED]
        body = script.split("\n", 1)[1]
        return [*kept, *options], environment, "\n".join(["#!/bin/bash", *batch["prologue"], body, ""])

    async def start_job(
        self,
        username: str,
        cmd: list[str],
        env: dict[str, str],
        stdin: str,
        staging_dir: str | None = None,
        files: Mapping[str, str] | None = None,
    ) -> str:
        """Writes the cluster's keys where its jobs find them, and submits the job, both as its user."""
        if staging_dir:
            await self._staging(username, {"make": staging_dir, "files": dict(files or {})})
        job: str = self.parse_job_id(await run_as(username, cmd, stdin, env))
        return job.partition(";")[0]  # a federated cluster adds its name

    async def stop_job(self, username: str, job_id: str, staging_dir: str | None = None) -> None:
        """Cancels the job, also where its files are gone already, and removes them."""
        try:
            await run_as(username, [self.cancel_command, job_id])
        except CommandFailed as error:
            if FORGOTTEN not in str(error):
                raise
        if staging_dir:
            await self._staging(username, {"remove": staging_dir})

    async def _staging(self, username: str, wish: Mapping[str, Any]) -> None:
        program = f"{os.environ['ISTHMUS_BUNDLE']}/config/staging_files.py"
        await run_as(username, [f"{USER_ENVIRONMENT}/bin/python", "-I", program], json.dumps(wish))

    async def check_jobs(self, job_ids: list[str]) -> dict[str, bool]:
        """Which of the jobs wait or run; those that Slurm has forgotten do not."""
        over = dict.fromkeys(job_ids, False)
        if not job_ids:
            return over
        try:
            told = await run([self.status_command, "-h", f"--job={','.join(job_ids)}", "-o", "%i %t"])
        except CommandFailed as error:
            if FORGOTTEN not in str(error):
                raise
            return over
        return {**over, **self.parse_job_states(told)}


def backend_class(site: Mapping[str, Any]) -> type[SiteBackend]:
    """The backend of a site's batch system."""
    return {"slurm": SlurmSiteBackend}[site["batch"]["kind"]]


def cluster_config_class(site: Mapping[str, Any]) -> type[SiteClusterConfig]:
    """The settings of a cluster of a site's batch system."""
    return {"slurm": SlurmSiteClusterConfig}[site["batch"]["kind"]]
