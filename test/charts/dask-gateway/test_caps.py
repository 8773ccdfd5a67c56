"""Caps over all clusters of a user and of the hub, also for requests that come at once."""

from __future__ import annotations

import asyncio
import unittest
from typing import Any

import sources  # noqa: F401
from dask_gateway_server.backends.base import PublicException
from dask_gateway_server.models import Cluster, ClusterStatus, User
from hub_backend import HubBackend, configure
from hub_dask import DASK
from traitlets.config import Config


class Api:
    """DaskClusters of a namespace, answered as slowly as a server does: others get in between."""

    def __init__(self) -> None:
        self.records: dict[str, dict[str, Any]] = {}

    async def list_namespaced_custom_object(self, *_: str, label_selector: str) -> dict[str, Any]:
        await asyncio.sleep(0)
        found = [record for record in self.records.values() if label_selector == "gateway.dask.org/instance=prod"]
        await asyncio.sleep(0)
        return {"items": found}

    async def create_namespaced_custom_object(self, *args: Any) -> None:  # noqa: ANN401
        await asyncio.sleep(0)
        body = args[-1]
        at = {"namespace": "alps-prod", "creationTimestamp": f"2026-01-01T00:00:{len(self.records):02}Z"}
        body["metadata"] |= at
        self.records[body["metadata"]["name"]] = body

    async def patch_namespaced_custom_object(self, *args: Any) -> None:  # noqa: ANN401
        await asyncio.sleep(0)
        *_, name, changes = args
        for change in changes:
            self.records[name]["spec"][change["path"].rsplit("/", 1)[1]] = change["value"]


class Caps(unittest.IsolatedAsyncioTestCase):
    def setUp(self) -> None:
        config = Config()
        config.KubeClusterConfig.worker_extra_pod_config = {"schedulerName": "packing"}
        config.KubeClusterConfig.namespace = "alps-prod"
        config.KubeBackend.gateway_instance = "prod"
        configure(config, DASK)
        self.backend = HubBackend(config=config, gateway_address="")
        self.api = self.backend.custom_client = Api()

    async def start(self, user: str) -> str:
        """Starts a cluster of the default size; its name."""
        name: str = await self.backend.start_cluster(User(user), {})
        return name

    async def ask(self, cluster: str, count: int) -> None:
        """What a cluster's scheduler says when it wants so many workers."""
        msg = {"count": count, "active_workers": [], "closing_workers": [], "closed_workers": []}
        await self.backend.on_cluster_heartbeat(cluster, msg)

    def given(self, cluster: str) -> int:
        """Workers that a cluster may have."""
        return int(self.api.records[cluster.split(".")[1]]["spec"].get("replicas", 0))

    async def test_of_requests_at_once_no_more_get_through_than_a_user_may_have(self) -> None:
        answers = await asyncio.gather(*(self.start("ann") for _ in range(6)), return_exceptions=True)
        refused = [answer for answer in answers if isinstance(answer, PublicException)]
        self.assertEqual(len(refused), 4)
        self.assertIn("you have 2 of at most 2 clusters", str(refused[0]))
        self.assertEqual(len(self.api.records), 2)

    async def test_workers_asked_for_at_once_stay_within_the_users_cap_and_the_hubs(self) -> None:
        clusters = [await self.start(user) for user in ("ann", "ann", "bob", "cat")]
        await asyncio.gather(*(self.ask(cluster, 6) for cluster in clusters))
        given = [self.given(cluster) for cluster in clusters]
        self.assertEqual(given[0] + given[1], 10)  # 10 cores of a user
        self.assertEqual(sum(given), 16)  # 16 of the hub
        self.assertLessEqual(max(given), 6)  # workers of a cluster

    async def test_a_scheduler_that_asks_for_more_than_its_cluster_may_have_gets_that_much(self) -> None:
        cluster = await self.start("ann")
        await self.ask(cluster, 1_000_000)
        self.assertEqual(self.given(cluster), 6)
        await self.ask(cluster, -3)
        self.assertEqual(self.given(cluster), 0)

    async def test_a_cluster_that_waits_gets_its_workers_when_another_ends(self) -> None:
        first, second = await self.start("ann"), await self.start("ann")
        await self.ask(first, 6)
        await self.ask(second, 6)
        self.assertEqual(self.given(second), 4)
        self.api.records[first.split(".")[1]]["spec"]["active"] = False
        await self.backend.serve_waiting("alps-prod")
        self.assertEqual(self.given(second), 6)

    async def test_a_cluster_that_ended_holds_nothing(self) -> None:
        cluster = await self.start("ann")
        await self.ask(cluster, 6)
        self.api.records[cluster.split(".")[1]]["status"] = {"phase": "Failed"}
        await self.start("ann")
        await self.start("ann")
        self.assertEqual(await self.backend.active("alps-prod"), list(self.api.records.values())[1:])

    async def test_a_user_who_scales_beyond_what_is_free_is_told_before_anything_is_asked(self) -> None:
        first, second = await self.start("ann"), await self.start("ann")
        await self.ask(first, 6)
        known = Cluster(second, "ann", token="", options={}, config={}, status=ClusterStatus.RUNNING)
        with self.assertRaisesRegex(PublicException, r"cannot have 6 workers now, at most 4: your clusters use 5\.82"):
            await self.backend.forward_message_to_scheduler(known, {"op": "scale", "count": 6})

    async def test_schedulers_and_workers_start_by_commands_that_distributed_has(self) -> None:
        await self.start("ann")
        [record] = self.api.records.values()
        config = record["spec"]["config"]
        self.assertEqual((config["scheduler_cmd"], config["worker_cmd"]), (["dask", "scheduler"], ["dask", "worker"]))


if __name__ == "__main__":
    unittest.main()
