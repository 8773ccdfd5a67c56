"""Servers that work without a word are told to the hub as active, and no others."""

from __future__ import annotations

import json
import unittest
from datetime import UTC, datetime

import chart  # noqa: F401 - the program's place
from keep_busy import Hub, Seen, keep_busy, seen_in
from kubernetes_asyncio import client
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application, RequestHandler

KERNELS = {"ann": ["idle", "busy"], "bo": ["idle"], "d@x": [], "eve": None, "fay": ["busy"]}
USERS = [
    {"name": name, "servers": {"": {"name": "", "ready": True, "url": f"/user/{name}/"}}} for name in (*KERNELS, "gone")
]
USERS[-1]["servers"][""]["ready"] = False  # type: ignore[index]
TOLD: list[tuple[str, list[str]]] = []
COUNTED: list[str] = []


class Users(RequestHandler):
    """Two users a page."""

    def get(self) -> None:
        """A page."""
        start = int(self.get_argument("offset", "0"))
        following = {"offset": start + 2} if start + 2 < len(USERS) else None
        self.write({"items": USERS[start : start + 2], "_pagination": {"next": following}})


class Kernels(RequestHandler):
    """A notebook server; Eve's does not answer as one."""

    def get(self, user: str) -> None:
        """Its kernels."""
        states = KERNELS[user]
        if states is None or self.request.headers["Authorization"] != "token t":
            self.send_error(503)
        else:
            self.write(json.dumps([{"execution_state": state} for state in states]))
        if self.get_argument("no_track_activity", None) is None:
            COUNTED.append(user)


class Activity(RequestHandler):
    """What the hub is told."""

    def post(self, user: str) -> None:
        """Keeps it."""
        TOLD.append((user, list(json.loads(self.request.body)["servers"])))


class KeepBusy(unittest.IsolatedAsyncioTestCase):
    async def test_busy_kernels_and_dask_clusters_keep_their_servers(self) -> None:
        socket, port = bind_unused_port()
        application = Application(
            [
                (r"/hub/api/users", Users),
                (r"/hub/api/users/([^/]+)/activity", Activity),
                (r"/user/([^/]+)/api/kernels", Kernels),
            ],
            log_function=lambda handler: None,
        )
        server = HTTPServer(application)
        server.add_sockets([socket])
        self.addCleanup(server.stop)
        place = f"http://127.0.0.1:{port}"
        seen = Seen({"d@x", "gone", "elsewhere"}, {(name, ""): place for name in KERNELS if name != "fay"})
        kept = await keep_busy(Hub(f"{place}/hub/api", "t"), seen)
        self.assertEqual(kept, ["/user/ann/", "/user/d@x/"])
        self.assertEqual(TOLD, [("ann", [""]), ("d@x", [""])])
        self.assertEqual(COUNTED, [], "to ask a server is nobody's activity")

    def test_pods_tell_where_servers_are_and_who_has_a_cluster(self) -> None:
        pods = [
            pod("singleuser-server", "ann", address="192.0.2.1"),
            pod("singleuser-server", "ann", address="2001:db8::1", server="second"),
            pod("singleuser-server", "bo", address=None),
            pod("singleuser-server", "d@x", address="192.0.2.2", deleted=True),
            pod("dask-scheduler", "bo", address="192.0.2.3"),
            pod("dask-scheduler", "eve", address="192.0.2.4", phase="Failed"),
        ]
        addresses = {("ann", ""): "http://192.0.2.1:8888", ("ann", "second"): "http://[2001:db8::1]:8888"}
        self.assertEqual(seen_in(pods), Seen({"bo"}, addresses))


def pod(
    component: str,
    user: str,
    *,
    address: str | None,
    server: str = "",
    phase: str = "Running",
    deleted: bool = False,
) -> client.V1Pod:
    """A pod as KubeSpawner and Dask Gateway mark theirs."""
    marks = {"hub.jupyter.org/username": user, **({"hub.jupyter.org/servername": server} if server else {})}
    ports = [client.V1ContainerPort(container_port=8888)]
    return client.V1Pod(
        metadata=client.V1ObjectMeta(
            labels={"app.kubernetes.io/component": component},
            annotations=marks,
            deletion_timestamp=datetime.now(UTC) if deleted else None,
        ),
        spec=client.V1PodSpec(containers=[client.V1Container(name="notebook", ports=ports)]),
        status=client.V1PodStatus(phase=phase, pod_ip=address),
    )


if __name__ == "__main__":
    unittest.main()
