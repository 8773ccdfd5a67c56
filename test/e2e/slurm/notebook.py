"""What a user finds in a job: themselves, the site's buckets, a port of the range."""

import os
import socket
from urllib.parse import urlsplit

import dask.array as da
import xarray as xr
from IPython.display import display

data = xr.Dataset({"t": (("y", "x"), da.ones((40, 40), chunks=(20, 20)))})
store = os.environ["SCRATCH_BUCKET"] + "/t.zarr"
data.to_zarr(store, mode="w", consolidated=True)
port = urlsplit(os.environ["JUPYTERHUB_SERVICE_URL"]).port or 0
result = {
    "uid": os.getuid(),
    "home": os.environ["HOME"],
    "job": os.environ.get("SLURM_JOB_ID"),
    "machine": socket.gethostname(),
    "prologue": os.environ.get("FROM_PROLOGUE"),
    "mean": float(xr.open_zarr(store).t.mean().compute()),
    "inRange": 41000 <= port <= 41099,
}
display({"application/vnd.isthmus+json": result}, raw=True)
