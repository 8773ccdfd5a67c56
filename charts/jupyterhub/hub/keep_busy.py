"""Tells the hub of servers that work without a word: the culler goes by what the hub was told last.

A server counts as active while one of its kernels computes, or while its user has a Dask cluster: the gateway ends that
when it has been idle for long enough. A server's greatest age ends it all the same.

Servers are asked at their pods, and told that this is nobody's activity: the proxy counts every answer as the user's,
and so does a server, so that asking would keep all of them.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest

log = logging.getLogger("keep-busy")
Server = Mapping[str, Any]

PAGES = "application/jupyterhub-pagination+json"
ALIVE = ("Pending", "Running")
COMPONENT = "app.kubernetes.io/component"


@dataclass
class Seen:
    """What the pods of a hub's namespace tell."""

    with_clusters: set[str] = field(default_factory=set)
    """Users of the Dask clusters whose schedulers are there."""
    addresses: dict[tuple[str, str], str] = field(default_factory=dict)
    """Where servers answer, by their users' and their own names: `http://address:port`."""


class Hub:
    """The hub's API, and servers at their pods, with this program's token."""

    def __init__(self, api: str, token: str) -> None:
        """Where the API is: its URL."""
        self.api, self.token = api.rstrip("/"), token

    async def ask(self, url: str, method: str = "GET", body: object = None) -> Any:  # noqa: ANN401 - JSON
        """An answer's content.

        :raises HTTPClientError: for an answer that is none
        """
        headers = {"Authorization": f"token {self.token}", "Accept": PAGES}
        text = None if body is None else json.dumps(body)
        answer = await AsyncHTTPClient().fetch(HTTPRequest(url, method, headers, text, request_timeout=20))
        return json.loads(answer.body) if answer.body else None

    async def servers(self) -> AsyncIterator[tuple[str, Server]]:
        """Users and their servers that are ready."""
        url: str | None = f"{self.api}/users?state=ready"
        while url:
            page = await self.ask(url)
            for user in page["items"]:
                for server in user["servers"].values():
                    if server["ready"]:
                        yield user["name"], server
            following = page["_pagination"]["next"]
            url = f"{self.api}/users?state=ready&offset={following['offset']}" if following else None

    async def computes(self, server: Server, address: str | None) -> bool:
        """Whether a kernel of a server computes; one that does not answer is left to the culler."""
        if address is None:
            log.info("%s has no pod that runs", server["url"])
            return False
        try:
            kernels = await self.ask(f"{address}{server['url']}api/kernels?no_track_activity=1")
            return any(kernel["execution_state"] == "busy" for kernel in kernels)
        except (HTTPClientError, OSError, ValueError, KeyError) as error:
            log.info("%s tells nothing of its kernels: %r", server["url"], error)
            return False

    async def keep(self, user: str, server: Server) -> None:
        """Tells the hub that a server is active."""
        now = datetime.now(UTC).isoformat()
        body = {"servers": {server["name"]: {"last_activity": now}}}
        await self.ask(f"{self.api}/users/{quote(user, safe='')}/activity", "POST", body)


async def keep_busy(hub: Hub, seen: Seen) -> list[str]:
    """Keeps what is busy, and says what that was: the servers' URLs."""
    kept = []
    async for user, server in hub.servers():
        address = seen.addresses.get((user, server["name"]))
        if user in seen.with_clusters or await hub.computes(server, address):
            await hub.keep(user, server)
            kept.append(server["url"])
    return kept


def seen_in(pods: Iterable[Any]) -> Seen:
    """What pods of notebook servers and of Dask's schedulers tell, those that are about to go left out."""
    seen = Seen()
    for pod in pods:
        marks = pod.metadata.annotations or {}
        user = marks.get("hub.jupyter.org/username")
        if not user or pod.metadata.deletion_timestamp or pod.status.phase not in ALIVE:
            continue
        if pod.metadata.labels[COMPONENT] == "dask-scheduler":
            seen.with_clusters.add(user)
        elif pod.status.pod_ip:
            host = f"[{pod.status.pod_ip}]" if ":" in pod.status.pod_ip else pod.status.pod_ip
            port = pod.spec.containers[0].ports[0].container_port  # KubeSpawner's first is the notebook
            seen.addresses[user, marks.get("hub.jupyter.org/servername", "")] = f"http://{host}:{port}"
    return seen


async def look(namespace: str) -> Seen:
    """Asks the cluster's API for the pods of a hub's users."""
    from kubernetes_asyncio import client
    from kubespawner.clients import load_config

    await asyncio.get_running_loop().run_in_executor(None, load_config)
    async with client.ApiClient() as api:
        selector = f"{COMPONENT} in (dask-scheduler, singleuser-server)"
        pods = await client.CoreV1Api(api).list_namespaced_pod(namespace, label_selector=selector)
    return seen_in(pods.items)


async def main() -> None:
    """Looks again and again. What fails once is told, and looked at the next time."""
    hub = Hub(os.environ["JUPYTERHUB_API_URL"], os.environ["JUPYTERHUB_API_TOKEN"])
    every = int(os.environ["ISTHMUS_EVERY"])
    while True:
        try:
            kept = await keep_busy(hub, await look(os.environ["POD_NAMESPACE"]))
            log.info("active: %s", ", ".join(kept) or "none")
        except Exception:
            log.exception("could not tell who is busy")
        await asyncio.sleep(every)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    asyncio.run(main())
