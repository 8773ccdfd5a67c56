"""For each line `{values, user, options}` of standard input prints one: the pod of the hub, or why there is none.

KubeSpawner and JupyterHub take seconds to load: they are loaded once, as a first line tells; a fork answers each.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from chart import hub_config


def load(folder: Path) -> None:
    """Loads KubeSpawner and JupyterHub; the former's client reads where the API is when it is imported."""
    cluster = {"name": "c", "cluster": {"server": "http://127.0.0.1:1"}}
    context = {"name": "c", "context": {"cluster": "c", "user": "u"}}
    kubeconfig = {"clusters": [cluster], "contexts": [context], "users": [{"name": "u", "user": {}}]}
    (folder / "kubeconfig").write_text(json.dumps({**kubeconfig, "current-context": "c"}), "utf-8")
    os.environ["KUBECONFIG"] = str(folder / "kubeconfig")
    import jupyterhub.app  # noqa: F401
    import kubespawner  # noqa: F401


async def pod_of(told: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The pod, as the API takes it."""
    from kubernetes_asyncio.client import ApiClient
    from kubespawner import KubeSpawner

    for name in ("client-secret", "password", "admin-password"):
        (folder / name).write_text(name * 4, "utf-8")
    config = hub_config(told["values"], folder)
    groups = [SimpleNamespace(name=name) for name in told["user"].get("groups", [])]
    user = SimpleNamespace(id=1, url="/user/x/", settings={}, **{"admin": False, **told["user"], "groups": groups})
    hub = SimpleNamespace(
        public_host="", url="http://hub:8081/hub/", base_url="/hub/", api_url="http://hub:8081/hub/api"
    )
    spawner = KubeSpawner(config=config, user=user, hub=hub, _mock=True)
    spawner.user_options = told["options"]
    await spawner._run_apply_user_options(spawner.user_options)
    await spawner.load_user_options()
    pod = spawner.modify_pod_hook(spawner, await spawner.get_pod_manifest())
    return ApiClient().sanitize_for_serialization(pod)


def answer(line: str) -> None:
    """Prints what becomes of one line."""
    with tempfile.TemporaryDirectory() as place:
        try:
            print(json.dumps({"pod": asyncio.run(pod_of(json.loads(line), Path(place)))}), flush=True)
        except Exception as refusal:
            message = getattr(refusal, "jupyterhub_message", refusal)
            print(json.dumps({"refused": f"{type(refusal).__name__}: {message}"}), flush=True)


with tempfile.TemporaryDirectory() as place:
    load(Path(place))
    print("loaded", flush=True)
    while line := sys.stdin.readline():
        if child := os.fork():
            if os.waitpid(child, 0)[1] != 0:
                sys.exit(1)  # what went wrong is told by the fork
        else:
            answer(line)
            os._exit(0)
