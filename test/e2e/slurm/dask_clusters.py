"""What a user does with Dask on a cluster: by the gateway, and by dask-jobqueue as it comes."""

import os
import socket
import subprocess
from pathlib import Path

from dask_gateway import Gateway
from dask_jobqueue import SLURMCluster
from distributed import Client
from IPython.display import display

COLUMNS = {"name": "%j", "partition": "%P", "account": "%a", "limit": "%l", "cpus": "%C", "memory": "%m"}


def jobs() -> list[dict[str, str]]:
    """The user's jobs but the notebook's own."""
    told = subprocess.run(
        ["squeue", "--me", "-h", "-o", "|".join(COLUMNS.values())], capture_output=True, text=True, check=True
    )
    rows = [dict(zip(COLUMNS, line.split("|"), strict=True)) for line in told.stdout.splitlines()]
    return sorted((row for row in rows if "notebook" not in row["name"]), key=lambda row: row["name"])


def looked_at(client: Client, workers: int) -> dict[str, object]:
    """What its workers compute, and as whom."""
    client.wait_for_workers(workers, timeout=90)
    return {
        "sum": client.submit(sum, client.map(lambda x: x, range(1000))).result(timeout=60),
        "machines": sorted(set(client.run(socket.gethostname).values())),
        "scheduler": client.run_on_scheduler(socket.gethostname),
        "uids": sorted(set(client.run(os.getuid).values())),
        "homes": sorted(set(client.run(lambda: os.environ["HOME"]).values())),
        "prologue": sorted(set(client.run(lambda: os.environ.get("FROM_PROLOGUE", "")).values())),
        "jobs": jobs(),
    }


def refusal(action: object) -> str:
    """The message of what an action raises; empty where it raises nothing."""
    try:
        action()  # type: ignore[operator]
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


cluster = Gateway().new_cluster()
cluster.scale(2)
gateway = looked_at(cluster.get_client(), 2)
place = Path(os.environ["STAGING"])
staged: dict[str, object] = {"while": [path.name for path in place.iterdir()]}
second = Gateway().new_cluster()
gateway["beyond"] = refusal(lambda: second.scale(2))
second.shutdown()
gateway["sun"] = refusal(lambda: Gateway().new_cluster(account="sun"))
cluster.shutdown()
with SLURMCluster() as own, Client(own) as client:
    own.scale(1)
    jobqueue = looked_at(client, 1)
staged |= {"after": [path.name for path in place.iterdir()], "home": (Path.home() / ".dask-gateway").exists()}
display({"application/vnd.isthmus+json": {"gateway": gateway, "jobqueue": jobqueue, "staged": staged}}, raw=True)
