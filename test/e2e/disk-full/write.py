"""Writes a Zarr store of 8 MB by a Dask worker through the S3 endpoint, its consolidated metadata last."""

import sys

import dask.array as da
import xarray as xr
import zarr
from dask_gateway import Gateway
from IPython.display import display

store = sys.argv[1]
told = {"error": None}
gateway = Gateway()
with gateway.new_cluster() as cluster:
    cluster.scale(1)
    with cluster.get_client() as client:
        client.wait_for_workers(1, timeout=240)
        data = xr.Dataset({"t": (("y", "x"), da.random.random((1000, 1000), chunks=(100, 1000)))})
        try:
            data.to_zarr(store, mode="w", zarr_format=3, consolidated=False)
            zarr.consolidate_metadata(store, zarr_format=3)
        except Exception as error:
            told["error"] = f"{type(error).__name__}: {error}"
display({"application/vnd.isthmus+json": told}, raw=True)
