"""Dask clusters as jobs of PBS."""

from __future__ import annotations

import os
import shlex
from typing import Any

import by_sudo
from as_user import CommandFailed, plain_environment
from dask_backend import SiteClusterConfig
from dask_gateway_server.backends.jobqueue.pbs import PBSBackend, PBSClusterConfig
from dask_jobs import JobsBackend, job_name, own_log, size_of
from pbs_job import OVER, is_alive, jobs_in, pbs_script, select, with_environment, within
from traitlets import Bool


class PbsSiteClusterConfig(SiteClusterConfig, PBSClusterConfig):
    """A cluster whose schedulers and workers are jobs of PBS."""

    use_stagein = Bool(False, config=True, help="Homes are on all nodes: a cluster's keys are read where they lie.")


class PbsSiteBackend(JobsBackend, PBSBackend):
    """Submits schedulers and workers to PBS, each as a job of its own, with the names and options of the site."""

    forgotten = OVER

    def get_submit_cmd_env_stdin(
        self,
        cluster: Any,  # noqa: ANN401 - the backend's own records
        worker: Any = None,  # noqa: ANN401
    ) -> tuple[list[str], dict[str, str], str]:
        """A script in the place of the base class's command line, whose variables and keys everybody would see."""
        site, batch = self.site, self.site["batch"]
        if worker:
            command, environment = self.get_worker_command(cluster, worker.name), self.get_worker_env(cluster)
        else:
            command, environment = self.get_scheduler_command(cluster), self.get_scheduler_env(cluster)
        asked = select(*size_of(cluster, worker), batch["requestSizes"], site["dask"]["chunk"])
        place = self.get_staging_directory(cluster)
        log = os.path.join(place, f"dask-worker-{worker.name}.log" if worker else f"dask-scheduler-{cluster.name}.log")
        there = within(place, log)
        if by_sudo.needed():
            there = own_log(environment["HOME"], cluster.name, worker.name if worker else "")
        options = [*site["dask"]["job"], *asked]
        rest = [*batch["prologue"], f"exec {shlex.join(command)}"]
        script = pbs_script(job_name(site, cluster, worker), options, there, rest)
        # Without a process in the background that outlives it and holds on to what it was given.
        return [self.submit_command, "-f"], plain_environment(cluster.username), with_environment(script, environment)

    async def check_jobs(self, job_ids: list[str], user: str | None = None) -> dict[str, bool]:
        """Which of the jobs wait or run; where PBS has forgotten one, the rest are looked for among all that it has."""
        if not job_ids:
            return {}
        wanted = set(job_ids)
        try:
            told = await self.ask([self.status_command, "-f", *job_ids], user)
        except CommandFailed as error:
            if not self.is_forgotten(error):
                raise
            told = await self.ask([self.status_command, "-f"], user)
        alive = {job for job, attributes in jobs_in(told) if job in wanted and is_alive(attributes)}
        return {job: job in alive for job in job_ids}
