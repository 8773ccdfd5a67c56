"""Opens the demo's datasets as a stranger would, from outside and without keys, by every client: `clients.py CATALOG`.

Prints for each dataset and client whether its values are the source's, bit for bit, or why the client cannot read it.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import fsspec
import icechunk
import intake
import numpy as np
import obstore.store
import pandas as pd
import pyarrow as pa
import pyarrow.dataset
import pyarrow.fs
import pyarrow.parquet as pq
import pystac
import rasterio
import xarray as xr
from pystac.validation.stac_validator import JsonSchemaSTACValidator
from zarr.storage import ObjectStore

warnings.filterwarnings("ignore")
SCENARIOS = {"A1B": "A1B_north_america.nc", "E1": "E1_north_america.nc"}
Values = np.ndarray
Way = Callable[[], Values]


def source(scenario: str) -> xr.DataArray:
    """What was published, from the package that it was published from."""
    package = find_spec("iris_sample_data")
    assert package and package.origin
    file = Path(package.origin).parent / "sample_data" / SCENARIOS[scenario]
    with xr.open_dataset(file, engine="h5netcdf") as data:
        return data.air_temperature.load()


def scheme(collection: pystac.Collection) -> dict[str, Any]:
    """The store, as the catalog describes it."""
    described: dict[str, Any] = collection.extra_fields["storage:schemes"]["store"]
    assert described["type"] == "custom-s3" and described["anonymous"]
    return described


def field(data: xr.Dataset, like: xr.DataArray) -> Values:
    """The field, after its coordinates were compared."""
    found = data.air_temperature
    for name in ("time", "latitude", "longitude"):
        assert np.array_equal(found[name].values, like[name].values), name
    return found.values


def bands(data: xr.Dataset, like: xr.DataArray) -> Values:
    """An image's bands, turned back to the source's order; its pixels' centres are the source's coordinates."""
    assert np.allclose(data.y.values[::-1], like.latitude.values, atol=0)
    assert np.allclose(data.x.values + 360, like.longitude.values, atol=0)
    return data.band_data.values[:, ::-1, :]


def zarr_ways(collection: pystac.Collection, like: xr.DataArray, sources: intake.Catalog) -> dict[str, Way]:
    """Zarr of both versions."""
    assets, store = collection.assets, scheme(collection)
    https, s3 = assets["zarr-https"], assets["zarr-s3"]
    bucket, _, prefix = s3.href.removeprefix("s3://").partition("/")
    plain = {"allow_http": True}
    objects = {
        "HTTPS": obstore.store.HTTPStore.from_url(https.href, client_options=plain),
        "S3": obstore.store.S3Store(
            bucket,
            prefix=prefix,
            endpoint=store["platform"],
            region=store["region"],
            skip_signature=True,
            client_options=plain,
        ),
    }
    options = s3.extra_fields["xarray:storage_options"]
    opened: dict[str, Callable[[], xr.Dataset]] = {
        "xarray, fsspec, HTTPS": lambda: xr.open_zarr(https.href),
        "xarray, fsspec, S3": lambda: xr.open_zarr(s3.href, storage_options=options),
        "xarray, obstore, HTTPS": lambda: xr.open_zarr(ObjectStore(objects["HTTPS"], read_only=True)),
        "xarray, obstore, S3": lambda: xr.open_zarr(ObjectStore(objects["S3"], read_only=True)),
        "pystac, xpystac, HTTPS": lambda: xr.open_dataset(https),
        "pystac, xpystac, older type": lambda: xr.open_dataset(assets["zarr-compat"]),
        "pystac, xpystac, S3": lambda: xr.open_dataset(s3),
        "intake": lambda: sources[collection.id].to_dask(),
    }
    return {way: lambda opening=opening: field(opening(), like) for way, opening in opened.items()}


def icechunk_ways(collection: pystac.Collection, like: xr.DataArray) -> dict[str, Way]:
    """Icechunk, by the library's first major version."""
    store, asset = scheme(collection), collection.assets["icechunk-s3"]
    bucket, _, prefix = asset.href.removeprefix("s3://").partition("/")

    def s3() -> xr.Dataset:
        storage = icechunk.s3_storage(
            bucket=bucket,
            prefix=prefix,
            region=store["region"],
            endpoint_url=store["platform"],
            allow_http=True,
            force_path_style=True,
            anonymous=True,
        )
        session = icechunk.Repository.open(storage).readonly_session(asset.extra_fields["version"])
        return xr.open_zarr(session.store, consolidated=False)

    version = icechunk.__version__.split(".")[0]
    return {
        f"icechunk {version}, S3": lambda: field(s3(), like),
        "pystac, xpystac, S3": lambda: field(xr.open_dataset(asset), like),
    }


def image_ways(collection: pystac.Collection, like: xr.DataArray, sources: intake.Catalog) -> dict[str, Way]:
    """A cloud-optimized GeoTIFF, as GDAL reads it."""
    https, s3 = collection.assets["cog-https"], collection.assets["cog-s3"]

    def read(href: str) -> Values:
        with rasterio.open(href) as image:
            assert image.descriptions[0] == "1860" and image.descriptions[-1] == "2099"
            assert image.units == ("K",) * 240 and np.isnan(image.nodata)
            assert list(image.transform)[:6] == https.extra_fields["proj:transform"]
            assert rasterio.CRS.from_wkt(https.extra_fields["proj:wkt2"]).to_dict() == image.crs.to_dict()
            return image.read()[:, ::-1, :]

    return {
        "rasterio, HTTPS": lambda: read(https.href),
        "rasterio, S3": lambda: read(s3.href),
        "xarray, rioxarray, HTTPS": lambda: bands(xr.open_dataset(https.href, engine="rasterio"), like),
        "pystac, xpystac, HTTPS": lambda: bands(xr.open_dataset(https), like),
        "pystac, xpystac, S3": lambda: bands(xr.open_dataset(s3), like),
        "intake": lambda: bands(sources[collection.id].to_dask(), like),
    }


def table_ways(collection: pystac.Collection, like: dict[str, xr.DataArray]) -> dict[str, Way]:
    """A table; its rows are put back in the order of both sources."""
    https, s3, store = collection.assets["parquet-https"], collection.assets["parquet-s3"], scheme(collection)
    web, options = fsspec.filesystem("http"), s3.extra_fields["table:storage_options"]
    host = store["platform"].removeprefix("http://")
    own = pa.fs.S3FileSystem(anonymous=True, endpoint_override=host, scheme="http", region=store["region"])

    def values(table: pa.Table) -> Values:
        frame = table.to_pandas()
        assert list(frame.columns) == [column["name"] for column in collection.extra_fields["table:columns"]]
        assert len(frame) == collection.extra_fields["table:row_count"]
        parts = []
        for scenario, field in like.items():
            part = frame[frame.scenario == scenario].sort_values(["year", "latitude", "longitude"])
            first = part[part.year == 1860]
            assert np.array_equal(first.latitude.unique(), field.latitude.values)
            assert np.array_equal(first.longitude.unique(), field.longitude.values)
            parts.append(part.air_temperature.to_numpy().reshape(field.shape))
        return np.stack(parts)

    return {
        "pyarrow, fsspec, HTTPS": lambda: values(pq.read_table(https.href, filesystem=web)),
        "pyarrow, fsspec, S3": lambda: values(
            pa.dataset.dataset(s3.href, filesystem=fsspec.filesystem("s3", **options)).to_table()
        ),
        "pyarrow, its own S3": lambda: values(pq.read_table(s3.href.removeprefix("s3://"), filesystem=own)),
        "pandas, HTTPS": lambda: values(pa.Table.from_pandas(pd.read_parquet(https.href), preserve_index=False)),
    }


def outcome(way: Way, expected: Values) -> str:
    """Whether the values are the source's, else why not."""
    try:
        found = way()
    except Exception as error:  # a client's own words are the result
        return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
    same = found.dtype == expected.dtype and found.tobytes() == expected.tobytes()
    return "equal" if same else "different"


def main() -> None:
    """Every dataset by every client."""
    root = pystac.Catalog.from_file(sys.argv[1])
    sources = intake.open_catalog(f"{sys.argv[1].split('/stac/')[0]}/intake/catalog.yaml")
    validator = JsonSchemaSTACValidator()
    for page, _, _ in root.walk():
        content = page.to_dict(include_self_link=False, transform_hrefs=False)
        validator.validate_core(content, page.STAC_OBJECT_TYPE, "1.1.0", page.get_self_href())
    like = {scenario: source(scenario) for scenario in SCENARIOS}
    both = np.stack([field.values for field in like.values()])
    told: dict[str, dict[str, str]] = {}
    for collection in root.get_all_collections():
        one = like["A1B" if "a1b" in collection.id else "E1"]
        kind = collection.extra_fields["isthmus:dataset"]["kind"]
        ways = {
            "zarr": lambda c=collection, o=one: zarr_ways(c, o, sources),
            "icechunk": lambda c=collection, o=one: icechunk_ways(c, o),
            "cog": lambda c=collection, o=one: image_ways(c, o, sources),
            "parquet": lambda c=collection: table_ways(c, like),
        }[kind]()
        expected = both if kind == "parquet" else one.values
        told[collection.id] = {name: outcome(way, expected) for name, way in ways.items()}
    digests = {scenario: hashlib.sha256(field.values.tobytes()).hexdigest() for scenario, field in like.items()}
    print(json.dumps({"sources": digests, "read": told}))


if __name__ == "__main__":
    # GDAL's way to a store that is not Amazon's; the rest is in the catalog.
    endpoint = pystac.Catalog.from_file(sys.argv[1])
    first = next(c for c in endpoint.get_all_collections() if "storage:schemes" in c.extra_fields)
    os.environ |= {
        "AWS_S3_ENDPOINT": first.extra_fields["storage:schemes"]["store"]["platform"].removeprefix("http://"),
        "AWS_HTTPS": "NO",
        "AWS_VIRTUAL_HOSTING": "FALSE",
        "AWS_NO_SIGN_REQUEST": "YES",
        "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    }
    main()
