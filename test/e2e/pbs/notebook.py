"""What a user finds in a job of PBS: themselves, the site's buckets, Dask by the gateway and as it comes."""

import os
from pathlib import Path

import dask.array as da
import xarray as xr
from dask_gateway import Gateway
from dask_jobqueue import PBSCluster
from distributed import Client
from IPython.display import display

data = xr.Dataset({"t": (("y", "x"), da.ones((40, 40), chunks=(20, 20)))})
store = os.environ["SCRATCH_BUCKET"] + "/t.zarr"
data.to_zarr(store, mode="w", consolidated=True)


def looked_at(client: Client, workers: int) -> dict[str, object]:
    """What workers compute, and as whom."""
    client.wait_for_workers(workers, timeout=90)
    return {
        "sum": client.submit(sum, client.map(lambda x: x, range(1000))).result(timeout=60),
        "uids": sorted(set(client.run(os.getuid).values())),
        "prologue": sorted(set(client.run(lambda: os.environ.get("FROM_PROLOGUE", "")).values())),
    }


cluster = Gateway().new_cluster()
cluster.scale(2)
gateway = looked_at(cluster.get_client(), 2)
cluster.shutdown()
with PBSCluster() as own, Client(own) as client:
    own.scale(1)
    jobqueue = looked_at(client, 1)
place = Path.home() / ".dask-gateway"
files = [path for path in place.rglob("*") if path.is_file()] if place.exists() else []
told = {
    "uid": os.getuid(),
    "home": os.environ["HOME"],
    "job": os.environ.get("PBS_JOBID"),
    "prologue": os.environ.get("FROM_PROLOGUE"),
    "mean": float(xr.open_zarr(store).t.mean().compute()),
    "gateway": gateway,
    "jobqueue": jobqueue,
    "keys": [path.name for path in files if "PRIVATE KEY" in path.read_text()],
}
display({"application/vnd.isthmus+json": told}, raw=True)
