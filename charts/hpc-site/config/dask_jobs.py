"""Dask clusters as jobs of a batch system, each by the Unix user whose cluster it is."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
from collections.abc import AsyncIterator, Mapping, Sequence
from importlib import import_module
from typing import Any, ClassVar

import by_sudo
import own_account
from accounts import Accounts, NotTheirs
from as_user import CommandFailed, NotLetIn, ask_about, plain_environment, run, run_as
from dask_backend import USER_ENVIRONMENT, SiteBackend, SiteClusterConfig
from dask_gateway_server.backends.base import PublicException
from dask_gateway_server.backends.db_base import JobStatus
from dask_gateway_server.backends.jobqueue.base import JobQueueBackend
from dask_gateway_server.models import User
from job_cancel import cancel

SUBMIT_PAUSE = 0.05


class NotStaged(CommandFailed):
    """A cluster's keys that cannot be written where its jobs would find them."""


def size_of(cluster: Any, worker: Any) -> tuple[float, int]:  # noqa: ANN401 - the backend's own records
    """Cores and memory (bytes) of a worker; of the scheduler without one."""
    config = cluster.config
    if worker:
        return config.worker_cores, config.worker_memory
    return config.scheduler_cores, config.scheduler_memory


def job_name(site: Mapping[str, Any], cluster: Any, worker: Any) -> str:  # noqa: ANN401
    """A name that no other job of the hub has."""
    what = f"worker-{worker.name[:8]}" if worker else "scheduler"
    return f"{site['batch']['jobPrefix']}dask-{cluster.name[:8]}-{what}"


def own_log(home: str, cluster: str, worker: str) -> list[str]:
    """First lines of a job that makes the place of its log itself; each scheduler removes those of a week ago."""
    place = shlex.quote(f"{home}/.dask-gateway/logs")
    log = shlex.quote(f"{home}/.dask-gateway/logs/{cluster}-{worker or 'scheduler'}.log")
    old = [] if worker else [f"find {place} -name '*.log' -mtime +7 -delete"]
    return [f"(umask 077; mkdir -p {place}) && exec >{log} 2>&1", *old]


class JobsBackend(SiteBackend, JobQueueBackend):
    """What is the same whichever batch system jobs are submitted to."""

    accounts = Accounts()
    # What the batch system says of a job that it has forgotten: then it is over.
    forgotten: ClassVar[tuple[str, ...]] = ()
    # Why clusters were not submitted, until whoever asked for them is told.
    refused: ClassVar[dict[str, str]] = {}

    def is_forgotten(self, error: CommandFailed) -> bool:
        """Whether a command failed for nothing else than a job that is over."""
        lines = str(error).splitlines()
        return bool(lines) and all(any(word in line for word in self.forgotten) for line in lines)

    async def process_cluster_options(self, user: User, request: dict[str, Any]) -> tuple[dict[str, Any], Any]:
        """As the base class; also refuses another's account."""
        if account := (request or {}).get("account"):
            try:
                await self.accounts.require(user.name, str(account))
            except (NotTheirs, CommandFailed, OSError) as error:
                raise PublicException(str(error)) from None
        return await super().process_cluster_options(user, request)

    async def start_cluster(self, user: User, cluster_options: dict[str, Any]) -> str:
        """As the base class; where the batch system does not take the scheduler's job, its user is told why."""
        name: str = await super().start_cluster(user, cluster_options)
        while (cluster := self.db.get_cluster(name)) and cluster.status is JobStatus.CREATED:
            await asyncio.sleep(SUBMIT_PAUSE)
        if why := self.refused.pop(name, ""):
            raise PublicException(why)
        return name

    async def do_start_cluster(self, cluster: Any) -> AsyncIterator[dict[str, Any]]:  # noqa: ANN401
        """As the base class; keeps the reason of a failure."""
        try:
            await own_account.ensure(self.site, cluster.username)
            async for state in super().do_start_cluster(cluster):
                yield state
        except (CommandFailed, OSError) as error:
            what = "the batch system does not take its job"
            if isinstance(error, NotStaged):
                what = "its keys cannot be written"
            elif isinstance(error, own_account.NoAccount):
                what = "it would have no access to the site's buckets"
            # It travels in a line of HTTP.
            self.refused[cluster.name] = f"no cluster: {what}: {' '.join(str(error).split())}"
            raise

    def get_env(self, cluster: Any) -> dict[str, str]:  # noqa: ANN401
        """As the base class, with the user's own names for themselves."""
        return {**plain_environment(cluster.username), **super().get_env(cluster)}

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
        if by_sudo.needed():  # the keys are in the job's script
            return self.parse_job_id(await run_as(username, cmd, stdin, env))
        if staging_dir:
            await self._staging(username, {"make": staging_dir, "files": dict(files or {})})
        try:
            job: str = self.parse_job_id(await run_as(username, cmd, stdin, env))
        except BaseException:
            if staging_dir:  # nobody would remove the keys of a cluster that has no job
                await self._staging(username, {"remove": staging_dir})
            raise
        return job

    async def stop_job(self, username: str, job_id: str, staging_dir: str | None = None) -> None:
        """Cancels the job, also where its files are gone already, and removes them.

        However long that takes: the gateway tries once, then the job would be nobody's.
        """
        await cancel(username, [self.cancel_command, job_id], lambda said: self.is_forgotten(CommandFailed(said)))
        if staging_dir and not by_sudo.needed():
            await self._staging(username, {"remove": staging_dir})

    def get_tls_paths(self, cluster: Any) -> tuple[str, str]:  # noqa: ANN401
        """As the base class; where nothing is written as its user, the keys themselves, which Dask takes too."""
        if by_sudo.needed():
            return cluster.tls_cert.decode(), cluster.tls_key.decode()
        paths: tuple[str, str] = super().get_tls_paths(cluster)
        return paths

    async def _do_check(self, objs: Sequence[Any]) -> list[bool]:
        """As the base class; where others' jobs may be hidden, of one user at a time."""
        if not by_sudo.needed():
            told: list[bool] = await super()._do_check(objs)
            return told
        jobs: dict[str, list[str]] = {}
        for entry in objs:
            if job := entry.state.get("job_id"):
                jobs.setdefault(getattr(entry, "cluster", entry).username, []).append(job)
        alive: dict[str, bool] = {}
        for user, ids in jobs.items():
            try:
                alive |= await self.check_jobs(ids, user)
            except NotLetIn as error:
                # Nobody has said that they are over.
                self.log.warning("jobs of %s are not shown: %s", user, error)
                alive |= dict.fromkeys(ids, True)
        return [alive.get(entry.state.get("job_id"), False) for entry in objs]

    async def ask(self, command: Sequence[str], user: str | None) -> str:
        """Asks the batch system for a user's jobs, or for anybody's."""
        return await run(command) if user is None else await ask_about(user, command)

    async def _staging(self, username: str, wish: Mapping[str, Any]) -> None:
        program = f"{os.environ['ISTHMUS_BUNDLE']}/config/staging_files.py"
        try:
            await run_as(username, [f"{USER_ENVIRONMENT}/bin/python", "-I", program], json.dumps(wish))
        except CommandFailed as error:
            raise NotStaged(str(error)) from None


def backend_class(site: Mapping[str, Any]) -> type[SiteBackend]:
    """The backend of a site's batch system."""
    kind: str = site["batch"]["kind"]
    found: type[SiteBackend] = getattr(import_module(f"dask_{kind}"), f"{kind.title()}SiteBackend")
    return found


def cluster_config_class(site: Mapping[str, Any]) -> type[SiteClusterConfig]:
    """The settings of a cluster of a site's batch system."""
    kind: str = site["batch"]["kind"]
    found: type[SiteClusterConfig] = getattr(import_module(f"dask_{kind}"), f"{kind.title()}SiteClusterConfig")
    return found
