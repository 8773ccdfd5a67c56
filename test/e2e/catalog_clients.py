"""Scientists' clients of the catalog: writes small stores, and opens them by every way that the catalog offers.

catalog_clients.py write FOLDER         two Zarr stores (v2, v3) as xarray writes them
catalog_clients.py open FOLDER SERVER   reads the catalog at SERVER and compares each dataset with the one in FOLDER
"""

from __future__ import annotations

import hashlib
import json
import sys
import urllib.request
import warnings
from pathlib import Path

import intake
import numpy as np
import pystac
import xarray as xr
from pystac.validation.stac_validator import JsonSchemaSTACValidator

warnings.filterwarnings("ignore")


def write(folder: Path) -> None:
    """Daily temperatures in a calendar of models, all round the earth, with members by name; v3 is sharded too."""
    time = xr.date_range("2001-02-26", periods=6, freq="D", calendar="360_day", use_cftime=True)
    shape = (2, 6, 9, 18)
    celsius = np.arange(np.prod(shape), dtype="f4").reshape(shape) / 7
    dataset = xr.Dataset(
        {"t2m": (("member", "time", "lat", "lon"), celsius, {"units": "degC", "long_name": "2 m temperature"})},
        coords={
            "member": ["r1i1p1f1", "r2i1p1f1"],
            "time": time,
            "lat": ("lat", np.arange(-80.0, 81, 20), {"units": "degrees_north", "standard_name": "latitude"}),
            "lon": ("lon", np.arange(0.0, 360, 20), {"units": "degrees_east", "standard_name": "longitude"}),
        },
        attrs={"title": "Small model output"},
    )
    chunks = (1, 3, 9, 18)
    dataset.to_zarr(folder / "v2", zarr_format=2, consolidated=True, encoding={"t2m": {"chunks": chunks}})
    sharded = {"t2m": {"chunks": chunks, "shards": shape}}
    dataset.to_zarr(folder / "v3", zarr_format=3, consolidated=True, encoding=sharded)


def open_all(folder: Path, server: str) -> dict[str, list[str]]:
    """The ways that gave each dataset unchanged; any other outcome raises."""
    catalog = pystac.Catalog.from_file(f"{server}/stac/catalog.json")
    sources = intake.open_catalog(f"{server}/intake/catalog.yaml")
    validator = JsonSchemaSTACValidator()
    for page, _, _ in catalog.walk():
        content = page.to_dict(include_self_link=False, transform_hrefs=False)
        validator.validate_core(content, page.STAC_OBJECT_TYPE, "1.1.0", page.get_self_href())
    opened: dict[str, list[str]] = {}
    for collection in catalog.get_all_collections():
        expected = xr.open_zarr(folder / collection.id).load()
        assets = collection.assets
        assert next(iter(assets)) == "zarr-https", list(assets)
        ways = {
            "xarray": lambda href=assets["zarr-https"].href: xr.open_zarr(href),
            "xpystac": lambda asset=assets["zarr-https"]: xr.open_dataset(asset),
            "xpystac, older type": lambda asset=assets["zarr-compat"]: xr.open_dataset(asset),
            "intake": lambda name=collection.id: sources[name].to_dask(),
        }
        for way, opening in ways.items():
            xr.testing.assert_identical(opening().load(), expected)
            opened.setdefault(collection.id, []).append(way)
        check_metadata(assets["zarr-metadata"])
    return opened


def check_metadata(asset: pystac.Asset) -> None:
    """The checksum in the catalog is the checksum of what is served."""
    with urllib.request.urlopen(asset.href) as answer:
        content = answer.read()
    assert asset.extra_fields["file:size"] == len(content)
    assert asset.extra_fields["file:checksum"] == "1220" + hashlib.sha256(content).hexdigest()


if __name__ == "__main__":
    action, target = sys.argv[1], Path(sys.argv[2])
    if action == "write":
        write(target)
    else:
        print(json.dumps(open_all(target, sys.argv[3])))
