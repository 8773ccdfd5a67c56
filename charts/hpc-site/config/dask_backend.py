"""Dask clusters within the caps of the hub; those that are processes of this machine."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, ClassVar

from dask_gateway_server.backends.base import ClusterConfig, PublicException
from dask_gateway_server.backends.db_base import DBBackendBase
from dask_gateway_server.backends.local import UnsafeLocalBackend
from dask_gateway_server.models import User
from dask_gateway_server.options import Float, Options, String
from dask_gateway_server.options import Mapping as MappingOption
from hub_site import carries_our_mark, hub_environment, markers
from limits import Holding, Refused, free_cores, granted, most_workers, require_start
from traitlets import Float as FloatTrait

GIB = 2**30
USER_ENVIRONMENT = os.environ.get("ISTHMUS_USER_ENV", "")


class SiteClusterConfig(ClusterConfig):
    """A cluster whose workers may have a part of a core."""

    worker_cores = FloatTrait(1, min=0.1, config=True, help="Cores that a worker counts for.")


class SiteBackend(DBBackendBase):
    """The caps of the hub, and the notebook's variables, whatever starts schedulers and workers."""

    site: ClassVar[dict[str, Any]] = {}

    @property
    def limits(self) -> Mapping[str, Any]:
        """The hub's caps."""
        caps: Mapping[str, Any] = self.site["dask"]["limits"]
        return caps

    def holdings(self) -> list[Holding]:
        """What every cluster holds now."""
        return [
            Holding(cluster.username, len(cluster.active_workers()) * cluster.config.worker_cores)
            for cluster in self.db.active_clusters()
        ]

    async def process_cluster_options(self, user: User, request: dict[str, Any]) -> tuple[dict[str, Any], Any]:
        """Refuses a cluster beyond the caps; nothing is awaited between this check and the cluster's record."""
        options, config = await super().process_cluster_options(user, request)
        try:
            config.cluster_max_workers = most_workers(self.limits, config.worker_cores, config.worker_memory)
            require_start(user.name, self.holdings(), self.limits, config.worker_cores)
        except Refused as refused:
            raise PublicException(str(refused)) from None
        return options, config

    async def forward_message_to_scheduler(self, cluster: Any, msg: dict[str, Any]) -> None:  # noqa: ANN401
        """Refuses to scale beyond what is free for the user and the hub now."""
        wanted = {"scale": msg.get("count"), "adapt": msg.get("minimum")}.get(msg["op"]) or 0
        record = self.db.get_cluster(cluster.name)
        active = len(record.active_workers())
        free, why = free_cores(cluster.username, self.holdings(), self.limits)
        most = granted(wanted, active, free, record.config.worker_cores)
        if wanted > active and most < wanted:
            raise PublicException(f"this cluster cannot have {wanted} workers now, at most {most}: {why}")
        await super().forward_message_to_scheduler(cluster, msg)

    async def on_cluster_heartbeat(self, cluster_name: str, msg: dict[str, Any]) -> None:
        """As the base class; a cluster that still waits for workers is looked at again, since room may be free now."""
        await super().on_cluster_heartbeat(cluster_name, msg)
        cluster = self.db.get_cluster(cluster_name)
        if cluster is not None and cluster.count > len(cluster.active_workers()):
            self.queue.put(cluster)

    async def _check_cluster_scale(self, cluster: Any) -> None:  # noqa: ANN401 - the backend's own record
        """The last barrier: no worker is started beyond the caps, whatever a scheduler asks for."""
        wanted = cluster.count
        active = len(cluster.active_workers())
        free, _ = free_cores(cluster.username, self.holdings(), self.limits)
        cluster.count = granted(wanted, active, free, cluster.config.worker_cores)
        try:
            await super()._check_cluster_scale(cluster)
        finally:
            cluster.count = wanted

    def get_env(self, cluster: Any) -> dict[str, str]:  # noqa: ANN401
        """The notebook's variables under the cluster's own; made at start, so that the database has no keys."""
        ours = hub_environment(self.site, cluster.username, os.environ, USER_ENVIRONMENT)
        theirs: dict[str, str] = super().get_env(cluster)
        return {**ours, **theirs, "PATH": ours["PATH"]}


class ProcessBackend(SiteBackend, UnsafeLocalBackend):
    """Starts schedulers and workers as processes in the notebook's environment."""

    def get_env(self, cluster: Any) -> dict[str, str]:  # noqa: ANN401
        """As the base class; spilled data goes where the cluster's directory goes when it ends."""
        return {"DASK_TEMPORARY_DIRECTORY": cluster.state["workdir"], **super().get_env(cluster), **markers()}

    async def stop_process(self, pid: int) -> None:
        """As the base class, but never ends a process that only happens to have the remembered id."""
        if carries_our_mark(pid):
            await super().stop_process(pid)


def accounts_are_chosen(site: Mapping[str, Any]) -> bool:
    """Whether users choose the accounts of their clusters."""
    batch = site.get("batch")
    return bool(batch and batch["chooseAccount"]) and not any(o.startswith("--account=") for o in site["dask"]["job"])


def cluster_options(site: Mapping[str, Any]) -> Options:
    """What a user may choose for a cluster: the workers' size, within the caps, and variables for them."""
    worker, cluster = site["dask"]["worker"], site["dask"]["limits"]["cluster"]
    memory = worker["memoryBytes"] / GIB

    chosen = accounts_are_chosen(site)

    def configured(options: Any) -> dict[str, Any]:  # noqa: ANN401 - the gateway's own record
        return {
            "worker_cores": options.worker_cores,
            "worker_memory": int(options.worker_memory * GIB),
            "environment": dict(options.environment),
            **({"account": options.account} if chosen and options.account else {}),
        }

    return Options(
        Float("worker_cores", worker["cores"], min=0.1, max=cluster["cores"], label="Cores of a worker"),
        Float("worker_memory", memory, min=0.25, max=cluster["memoryBytes"] / GIB, label="Memory of a worker (GiB)"),
        MappingOption("environment", {}, label="Environment variables"),
        *([String("account", "", label="Account that is charged")] if chosen else []),
        handler=configured,
    )
