"""Makes the files beside it, by the libraries that publishers use: `make.py`.

points.tif     GeoTIFF that gives the places of its pixels' centres, big-endian, EPSG:4326, no names of bands
sphere.tif     cloud-optimized, three bands by day, on a sphere, as BigTIFF
strips.tif     a plain TIFF of strips
days.parquet   columns of several types, two row groups
ice-1, ice-2   Icechunk repositories, by the library's major version that runs this: coordinates lie in the manifest,
               `t` in an object of its own
"""

from __future__ import annotations

import datetime
import shutil
from importlib.util import find_spec
from pathlib import Path

import icechunk
import numpy as np
import zarr

HERE = Path(__file__).parent
CF = {"lat": {"units": "degrees_north"}, "lon": {"units": "degrees_east"}, "t": {"units": "K", "long_name": "field"}}


def images() -> None:
    """All of them have 4 x 3 pixels."""
    import rasterio
    from rasterio.shutil import copy

    values = np.arange(36, dtype="float32").reshape(3, 3, 4)
    affine = rasterio.transform.from_origin(170, 30, 10, 10)
    shape = {"driver": "GTiff", "width": 4, "height": 3, "transform": affine}
    tiles = {"tiled": True, "blockxsize": 16, "blockysize": 16}
    with rasterio.open(HERE / "strips.tif", "w", count=1, dtype="uint8", crs="EPSG:3857", **shape) as image:
        image.write(values[:1].astype("uint8"))
    with rasterio.open(
        HERE / "points.tif", "w", count=2, dtype="int16", crs="EPSG:4326", nodata=-9, endianness="BIG", **tiles, **shape
    ) as image:
        image.write(values[:2].astype("int16"))
        image.update_tags(AREA_OR_POINT="Point")
    plain = HERE / "plain.tif"
    sphere = rasterio.CRS.from_dict(proj="longlat", R=6371229, no_defs=True)
    with rasterio.open(plain, "w", count=3, dtype="float32", crs=sphere, nodata=np.nan, **shape) as image:
        image.write(values)
        image.descriptions = ("2001-02-26", "2001-02-27", "2001-02-28")
        image.units = ("K",) * 3
        image.update_tags(title="A <small> image & more", license="CC0-1.0")
        image.build_overviews([2])
    copy(plain, HERE / "sphere.tif", driver="GTiff", copy_src_overviews=True, bigtiff="YES", compress="lzw", **tiles)
    plain.unlink()


def table() -> None:
    """Eight rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    days = [datetime.date(2001, 2, 21) + datetime.timedelta(days=n) for n in range(8)]
    columns = {
        "station": pa.array(["a", "b"] * 4),
        "date": pa.array(days, pa.date32()),
        "when": pa.array(
            [datetime.datetime(2001, 2, 21, n, tzinfo=datetime.UTC) for n in range(8)], pa.timestamp("ms")
        ),
        "lon": pa.array(np.linspace(350, 357, 8), pa.float64()),
        "lat": pa.array(np.linspace(-10, -3, 8), pa.float32()),
        "count": pa.array(range(8), pa.uint16()),
        "valid": pa.array([True, None] * 4),
        "more": pa.array([{"a": 1, "b": [2, 3]}] * 8, pa.struct({"a": pa.int8(), "b": pa.list_(pa.int32())})),
    }
    pq.write_table(pa.table(columns), HERE / "days.parquet", row_group_size=4)


def repository() -> None:
    """A field of 2 x 3, one commit on main."""
    place = HERE / f"ice-{icechunk.__version__.split('.')[0]}"
    shutil.rmtree(place, ignore_errors=True)
    session = icechunk.Repository.create(icechunk.local_filesystem_storage(str(place))).writable_session("main")
    root = zarr.create_group(session.store, attributes={"title": "Small repository"})
    noise = np.random.default_rng(1).random((2, 300))
    for name, values in {"lat": np.array([10.0, 20]), "lon": np.arange(300) / 10, "t": noise}.items():
        dims = ("lat", "lon") if name == "t" else (name,)
        root.create_array(name, data=values, dimension_names=dims, attributes=CF[name], chunks=values.shape)
    session.commit("all of it")


if __name__ == "__main__":
    repository()
    if find_spec("rasterio"):
        images()
        table()
