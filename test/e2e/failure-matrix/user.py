"""What a user holds in a notebook: a variable, a Dask cluster with workers, futures, and a dataset published on it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

import dask.array as da
from dask.distributed import Client
from dask_gateway import Gateway
from IPython.display import display

WORKERS = 2
SQUARES = [number**2 for number in range(40)]

held: dict[str, Any] = {}


def told(result: object) -> None:
    """Hands a result to whoever runs this."""
    display({"application/vnd.isthmus+json": result}, raw=True)


def square(number: int) -> int:
    return number**2


def pids_on(client: Client) -> list[int]:
    """Process ids of a cluster's workers."""
    return sorted(client.run(os.getpid).values())


def hold(variable: int) -> None:
    """Starts a cluster unless the one that is held still runs; computes futures on it and publishes a dataset there."""
    held["variable"] = variable
    gateway = Gateway()
    running = [report.name for report in gateway.list_clusters()]
    if "kept" not in held or held["cluster"] not in running:
        cluster = gateway.connect(running[0]) if running else gateway.new_cluster()
        cluster.scale(WORKERS)
        held.update(cluster=cluster.name, kept=cluster)
    client = held["kept"].get_client()
    client.wait_for_workers(WORKERS, timeout=240)
    futures = client.map(square, range(len(SQUARES)))
    if client.gather(futures) != SQUARES:
        raise ValueError("the cluster computes something else")
    client.publish_dataset(ones=da.ones((100, 100), chunks=(50, 50)).persist(), override=True)
    held.update(client=client, futures=futures)
    told(look())


def work_on(pid: int, go: str) -> None:
    """Leaves one worker computing until a file is there."""

    def wait(go: str) -> int:
        while not os.path.exists(go):
            time.sleep(0.1)
        return os.getpid()

    client = held["client"]
    address = next(address for address, found in client.run(os.getpid).items() if found == pid)
    held["work"] = client.submit(wait, go, workers=[address], allow_other_workers=True, pure=False)
    while held["work"].key not in [key for keys in client.processing().values() for key in keys]:
        time.sleep(0.1)


def worked() -> None:
    """Which process ended that work."""
    told(held["work"].result(timeout=240))


def clusters() -> None:
    """The user's clusters."""
    with Gateway() as gateway:
        told([report.name for report in gateway.list_clusters()])


def outcome(action: Callable[[], object]) -> object:
    """What an action gives; the name of its exception where it fails."""
    try:
        return action()
    except Exception as error:
        return type(error).__name__


def futures() -> bool:
    """Whether the futures that are held still have their values."""
    return [future.result(timeout=120) for future in held["futures"]] == SQUARES


def cluster() -> dict[str, Any]:
    """The cluster as any client finds it by its name."""
    with Gateway() as gateway:
        if held["cluster"] not in [report.name for report in gateway.list_clusters()]:
            return {"name": None, "scheduler": None, "workers": [], "published": False}
        with gateway.connect(held["cluster"]) as found, found.get_client() as client:
            return {
                "name": found.name,
                "scheduler": client.run_on_scheduler(os.getpid),
                "workers": pids_on(client),
                "published": float(client.get_dataset("ones").sum().compute()) == 10_000,
            }


def look() -> dict[str, Any]:
    """What is still held."""
    return {
        "variable": held.get("variable"),
        "kernel": os.getpid(),
        "futures": outcome(futures),
        "cluster": outcome(cluster),
    }
