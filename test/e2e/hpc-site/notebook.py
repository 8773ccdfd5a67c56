"""What a user does in a notebook: clusters within the caps, Zarr in the user's own place, nothing where one may not."""

import os

import dask.array as da
import s3fs
import xarray as xr
from dask_gateway import Gateway
from IPython.display import display

s3 = s3fs.S3FileSystem()


def refusal(action: object) -> str:
    """The message of what an action raises; empty where it raises nothing."""
    try:
        action()  # type: ignore[operator]
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


gateway = Gateway()
cluster = gateway.new_cluster()
cluster.scale(2)
client = cluster.get_client()
client.wait_for_workers(2, timeout=120)
data = xr.Dataset({"t": (("y", "x"), da.ones((400, 400), chunks=(100, 100)))})
store = os.environ["SCRATCH_BUCKET"] + "/t.zarr"
data.to_zarr(store, mode="w", consolidated=True)
mean = float(xr.open_zarr(store).t.mean().compute())
names = ("SCRATCH_BUCKET", "HOME", "COLOR", "AWS_ACCESS_KEY_ID")
workers = client.run(lambda: {name: os.environ.get(name) for name in names})
beyond = refusal(lambda: cluster.scale(4))
second = gateway.new_cluster()
third = refusal(gateway.new_cluster)
result = {
    "mean": mean,
    "worker": next(iter(workers.values())),
    "dashboard": cluster.dashboard_link,
    "beyond": beyond,
    "third": third,
    "published": refusal(lambda: s3.pipe("try-library/published/x", b"1")),
    "elsewhere": refusal(lambda: s3.pipe("try-library/other/x", b"1")),
    "inherited": sorted(name for name in os.environ if "PASSWORD" in name or name.startswith("TF_")),
}
second.shutdown()
cluster.shutdown()
display({"application/vnd.isthmus+json": result}, raw=True)
