"""Dask clusters of one hub on Kubernetes, within its caps per user and for all."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, ClassVar

from cluster_options import cluster_options
from dask_gateway_server.backends.base import PublicException
from dask_gateway_server.backends.kubernetes import KubeBackend
from dask_gateway_server.models import User
from kubernetes_asyncio.client.rest import ApiException
from limits import Holding, Refused, free_cores, granted, require_start

GROUP, PLURAL = "gateway.dask.org", "daskclusters"
Record = Mapping[str, Any]


def name_of(record: Record) -> str:
    """The gateway's name of a cluster."""
    return f"{record['metadata']['namespace']}.{record['metadata']['name']}"


def is_active(record: Record) -> bool:
    """Whether a cluster has, or will have, workers."""
    phase = record.get("status", {}).get("phase", "Pending")
    return record["spec"].get("active", True) and phase in ("Pending", "Running")


def wanted_of(record: Record) -> int:
    """Workers that a cluster's scheduler asked for; the caps may have given it fewer."""
    return int(record["spec"].get("wanted", given_of(record)))


def given_of(record: Record) -> int:
    """Workers that a cluster may have now."""
    return int(record["spec"].get("replicas", 0))


def holding_of(record: Record) -> Holding:
    """What a cluster holds."""
    return Holding(record["spec"]["username"], given_of(record) * record["spec"]["config"]["worker_cores"])


class HubBackend(KubeBackend):
    """Keeps the caps of a user and of the hub, which are over all clusters.

    Who asks for a cluster or for workers gets its turn: it reads what all hold from the API server itself, not from a
    copy, and writes what it takes, before the next one reads. So requests that come at once cannot take the same room
    twice.
    """

    dask: ClassVar[Mapping[str, Any]] = {}

    def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401 - traitlets' own
        super().__init__(**kwargs)
        self.turn = asyncio.Lock()

    async def start_cluster(self, user: User, cluster_options: dict[str, Any]) -> str:
        """As the base class, within the caps.

        :raises PublicException: with as many clusters as a user may have, or where no worker would fit.
        """
        _, config = await self.process_cluster_options(user, cluster_options)
        async with self.turn:
            holdings = [holding_of(record) for record in await self.active(config.namespace)]
            try:
                require_start(user.name, holdings, self.dask["limits"], config.worker_cores)
            except Refused as refused:
                raise PublicException(str(refused)) from None
            name: str = await super().start_cluster(user, cluster_options)
            return name

    async def forward_message_to_scheduler(self, cluster: Any, msg: dict[str, Any]) -> None:  # noqa: ANN401
        """Tells a user who scales beyond what is free now, before the scheduler is asked."""
        wanted = {"scale": msg.get("count"), "adapt": msg.get("minimum")}.get(msg["op"]) or 0
        records = await self.active(cluster.name.split(".")[0])
        own = next((record for record in records if name_of(record) == cluster.name), None)
        if own is not None:
            most, why = self.room(own, wanted, records)
            if wanted > given_of(own) and most < wanted:
                raise PublicException(f"this cluster cannot have {wanted} workers now, at most {most}: {why}")
        await super().forward_message_to_scheduler(cluster, msg)

    async def on_cluster_heartbeat(self, cluster_name: str, msg: dict[str, Any]) -> None:
        """The barrier: whatever a scheduler asks for, it gets what its own cap, its user's and the hub's leave."""
        async with self.turn:
            records = await self.active(cluster_name.split(".")[0])
            own = next((record for record in records if name_of(record) == cluster_name), None)
            if own is None:
                return
            most = own["spec"]["config"]["cluster_max_workers"]
            wanted = max(0, min(int(msg["count"]), most))
            await self.give(own, wanted, records)

    async def sync_cluster(self, cluster_name: str) -> None:
        """As the base class; any change of a cluster may have made room for those that wait."""
        await super().sync_cluster(cluster_name)
        if any(is_active(record) and wanted_of(record) > given_of(record) for record in self.informer.cache.values()):
            async with self.turn:
                await self.serve_waiting(cluster_name.split(".")[0])

    async def serve_waiting(self, namespace: str) -> None:
        """Gives what is free to clusters that wait, the oldest first."""
        records = await self.active(namespace)
        for record in sorted(records, key=lambda one: one["metadata"]["creationTimestamp"]):
            wanted = wanted_of(record)
            if wanted > given_of(record) and self.room(record, wanted, records)[0] > given_of(record):
                await self.give(record, wanted, records)
                return  # the change brings us here again, with what is left

    def room(self, record: Record, wanted: int, records: list[Record]) -> tuple[int, str]:
        """Workers that a cluster gets of those it wants, and which cap says so."""
        free, why = free_cores(record["spec"]["username"], [holding_of(one) for one in records], self.dask["limits"])
        return granted(wanted, given_of(record), free, record["spec"]["config"]["worker_cores"]), why

    async def active(self, namespace: str) -> list[Record]:
        """The hub's clusters that have or will have workers, as the API server has them now."""
        listed = await self.custom_client.list_namespaced_custom_object(
            GROUP, self.crd_version, namespace, PLURAL, label_selector=self.label_selector
        )
        return [record for record in listed["items"] if is_active(record)]

    async def give(self, record: Record, wanted: int, records: list[Record]) -> None:
        """Writes what a cluster wants and what it gets; a cluster that is gone wants nothing."""
        most, why = self.room(record, wanted, records)
        if most < wanted:
            self.log.info("Cluster %s wants %d workers and gets %d: %s", name_of(record), wanted, most, why)
        changes = [
            {"op": "add", "path": "/spec/replicas", "value": most},
            {"op": "add", "path": "/spec/wanted", "value": wanted},
        ]
        at = record["metadata"]
        try:
            await self.custom_client.patch_namespaced_custom_object(
                GROUP, self.crd_version, at["namespace"], PLURAL, at["name"], changes
            )
        except ApiException as error:
            if error.status != 404:
                raise


def configure(c: Any, dask: Mapping[str, Any]) -> None:  # noqa: ANN401 - traitlets' configuration
    """Sets what the chart's values cannot say."""
    HubBackend.dask = dask
    c.DaskGateway.backend_class = HubBackend
    c.KubeBackend.cluster_options = cluster_options(dask, dict(c.KubeClusterConfig.worker_extra_pod_config))
    # distributed 2026.8 has no `dask-scheduler` and `dask-worker` any more, which the gateway would start.
    c.KubeClusterConfig.scheduler_cmd = ["dask", "scheduler"]
    c.KubeClusterConfig.worker_cmd = ["dask", "worker"]
