"""Compares the warming of two scenarios: `isthmus run west compute.py`.

Runs at any hub of the federation, wherever the data is: datasets are found by their ids in the catalog and opened by
the link that needs no site-specific code.
"""

from __future__ import annotations

import os
import time
from importlib import import_module
from typing import Any

import dask
import numpy as np
import pystac
import xarray as xr
from dask_gateway import Gateway
from IPython.display import display

SCENARIOS = {"A1B": "hadcm3-a1b", "E1": "hadcm3-e1"}
EARLY = slice("1860", "1869")
LATE = slice("2090", "2099")
WORKERS = 2
WORKER_DEADLINE_SECONDS = 180


def find(dataset: str) -> pystac.Asset:
    """A dataset's asset that opens anywhere."""
    catalog = pystac.Catalog.from_file(os.environ["ISTHMUS_CATALOG"])
    collection = catalog.get_child(dataset, recursive=True)
    if not isinstance(collection, pystac.Collection):
        raise LookupError(f"the catalog at {os.environ['ISTHMUS_CATALOG']} has no dataset {dataset}")
    return next(asset for asset in collection.assets.values() if "default" in (asset.roles or []))


def open_lazily(asset: pystac.Asset) -> xr.Dataset:
    """The dataset as Dask arrays, one task for each chunk."""
    return xr.open_dataset(asset.href, chunks={}, **asset.extra_fields["xarray:open_kwargs"])


def warming(data: xr.Dataset) -> xr.DataArray:
    """The region's temperature in the last decade minus that in the first, K.

    A degree of longitude is shorter in the north: rows weigh by the cosine of their latitude.
    """
    weights = np.cos(np.deg2rad(data.latitude))
    regional = data.air_temperature.weighted(weights).mean(("latitude", "longitude"))
    return regional.sel(time=LATE).mean("time") - regional.sel(time=EARLY).mean("time")


def main() -> None:
    """Computes on a cluster of this hub and tells what came out and how fast."""
    assets = {scenario: find(dataset) for scenario, dataset in SCENARIOS.items()}
    began = time.monotonic()
    with Gateway().new_cluster() as cluster:
        cluster.scale(WORKERS)
        with cluster.get_client() as client:
            client.wait_for_workers(WORKERS, timeout=WORKER_DEADLINE_SECONDS)
            ready = time.monotonic()
            opened = {scenario: open_lazily(asset) for scenario, asset in assets.items()}
            client.run(import_module, "xarray")  # the libraries of fresh workers are no part of the data's speed
            start = time.monotonic()
            answers = dask.compute({scenario: warming(data) for scenario, data in opened.items()})[0]
            computed = time.monotonic()
    size = sum(data.air_temperature.nbytes for data in opened.values())
    result: dict[str, Any] = {
        "site": os.environ.get("ISTHMUS_SITE"),
        "region": "North America, 15-60 N, 135-45 W",
        "periods": {"early": [EARLY.start, EARLY.stop], "late": [LATE.start, LATE.stop]},
        "warmingKelvin": {scenario: round(float(answer), 3) for scenario, answer in answers.items()},
        "data": {scenario: asset.href for scenario, asset in assets.items()},
        "workers": WORKERS,
        "clusterSeconds": round(ready - began, 2),
        "bytes": size,
        "seconds": round(computed - start, 3),
        "megabytesPerSecond": round(size / 1e6 / (computed - start), 1),
    }
    print(f"warming of North America, {LATE.start}-{LATE.stop} against {EARLY.start}-{EARLY.stop} (HadCM3):")
    for scenario, kelvin in result["warmingKelvin"].items():
        print(f"  {scenario:<4} {kelvin:+.2f} K   {assets[scenario].href}")
    speed = f"{size / 1e6:.1f} MB in {result['seconds']:.2f} s, {result['megabytesPerSecond']} MB/s"
    print(f"{speed}, on {WORKERS} Dask workers that were ready in {result['clusterSeconds']:.1f} s")
    display({"application/vnd.isthmus+json": result}, raw=True)


if __name__ == "__main__":
    main()
