"""Opens the demo's datasets as a stranger would, from outside and without keys: `clients.py CATALOG DATASET`."""

import json
import sys

import intake
import pystac
import xarray as xr

catalog_url, dataset = sys.argv[1:3]
collection = pystac.Catalog.from_file(catalog_url).get_child(dataset, recursive=True)
assert collection is not None, f"{catalog_url} has no {dataset}"
asset = collection.assets["zarr-https"]
sources = intake.open_catalog(f"{catalog_url.split('/stac/')[0]}/intake/catalog.yaml")
opened = {
    "xarray": xr.open_zarr(asset.href),
    "pystac": xr.open_dataset(asset),
    "intake": sources[dataset].to_dask(),
}
means = {client: float(data.air_temperature.mean(dtype="float64").compute()) for client, data in opened.items()}
print(json.dumps({"href": asset.href, "means": means}))
