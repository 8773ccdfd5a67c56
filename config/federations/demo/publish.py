"""Publishes HadCM3 scenarios in five formats: `isthmus run east publish.py [-- --force]`.

Takes the Met Office's NetCDF files from the PyPI package iris-sample-data, writes them into the buckets that this hub
publishes (ISTHMUS_PUBLISH), and leaves alone what is already there. Zarr is written by a Dask cluster of the site, the
rest from here. Everything is read back and compared with its source before readers can open it: Zarr's
consolidated metadata come last, Icechunk commits, files are put whole.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import dask
import fsspec
import icechunk
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import rasterio
import xarray as xr
import zarr
from dask_gateway import Gateway
from IPython.display import display
from rasterio.io import MemoryFile
from rasterio.shutil import copy as copy_raster

PACKAGE = "iris-sample-data==2.5.2"
PACKAGE_SHA256 = "39d45283bf9e7bff6067bffa635fa189b6c4dd47608840d087bfa639399f4656"
# Raise it when the same source is to be written in another way: everything is then written anew.
RECIPE = 1
FIELD = "air_temperature"
# A map is 7 kB. Sixty of them make four chunks, enough to share; real archives want chunks of some tens of megabytes.
CHUNK_YEARS = 60
# One map fits one tile, so that a reader of one year reads the file's head and one tile.
TILE = 64
WORKERS = 2
WORKER_DEADLINE_SECONDS = 180
DIGEST = "isthmus_source_digest"
ATTRIBUTES = {
    "institution": "Met Office Hadley Centre, UK",
    "source": f"HadCM3; NetCDF files of the Python package {PACKAGE}",
    "license": "Open Government Licence; British Crown copyright 2018",
}
FILES = {"A1B": "A1B_north_america.nc", "E1": "E1_north_america.nc"}
NAMES = {"A1B": "SRES scenario A1B", "E1": "ENSEMBLES scenario E1"}


@dataclass(frozen=True)
class Product:
    """A dataset: which scenarios, in which format."""

    format: Literal["zarr-v3", "zarr-v2", "icechunk", "cog", "parquet"]
    scenarios: tuple[str, ...]

    @property
    def digest(self) -> str:
        """Differs when the source or the recipe does; what is whole carries it."""
        # Zarr v3 came first: its digests are as they were.
        told = "" if self.format == "zarr-v3" else f" {self.format}"
        files = " ".join(FILES[scenario] for scenario in self.scenarios)
        return hashlib.sha256(f"{PACKAGE_SHA256} {files} {RECIPE}{told}".encode()).hexdigest()

    @property
    def attributes(self) -> dict[str, str]:
        """What the data say of themselves."""
        scenarios = " and ".join(NAMES[scenario] for scenario in self.scenarios)
        return {"title": f"HadCM3 air temperature over North America, {scenarios}", **ATTRIBUTES, DIGEST: self.digest}

    @property
    def by_cluster(self) -> bool:
        """Whether workers write it. One file, or one session of Icechunk, has one writer."""
        return self.format in ("zarr-v3", "zarr-v2")


PRODUCTS = {
    "hadcm3-a1b": Product("zarr-v3", ("A1B",)),
    "hadcm3-e1": Product("zarr-v3", ("E1",)),
    "hadcm3-e1-v2": Product("zarr-v2", ("E1",)),
    "hadcm3-e1-icechunk": Product("icechunk", ("E1",)),
    "hadcm3-e1-cog": Product("cog", ("E1",)),
    "hadcm3-table": Product("parquet", ("A1B", "E1")),
}


@dataclass(frozen=True)
class Published:
    """What happened to one dataset."""

    dataset: str
    store: str
    state: str
    bytes: int
    seconds: float


# --- The source


def installer(target: Path, requirements: Path) -> list[str]:
    """The command that installs the requirements into `target`: by pip where one is at hand, else by uv."""
    options = ["--quiet", "--no-deps", "--require-hashes", "--target", str(target), "-r", str(requirements)]
    base: str = getattr(sys, "_base_executable", sys.executable)
    if find_spec("pip"):
        return [sys.executable, "-m", "pip", "install", *options]
    if subprocess.run([base, "-I", "-c", "import pip"], capture_output=True, check=False).returncode == 0:
        return [base, "-I", "-m", "pip", "install", *options]
    uv = os.environ.get("ISTHMUS_UV") or shutil.which("uv")
    if uv:
        return [uv, "pip", "install", "--python", base, *options]
    sys.exit("no pip and no uv to fetch the source with: give one by `isthmus run --env ISTHMUS_UV=/path/to/uv`")


@contextmanager
def source_files() -> Iterator[Path]:
    """The package's data files, in the user's home while they are needed; a package with another digest is refused."""
    cache = Path.home() / ".cache"
    cache.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="publish-", dir=cache) as name:
        requirements = Path(name) / "requirements.txt"
        requirements.write_text(f"{PACKAGE} --hash=sha256:{PACKAGE_SHA256}\n")
        target = Path(name) / "site"
        # Somebody's pip.conf may ask for what does not go with --target.
        environment = {**os.environ, "PIP_REQUIRE_VIRTUALENV": "0", "PIP_USER": "0"}
        command = installer(target, requirements)
        told = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if told.returncode != 0:
            sys.exit(f"cannot fetch {PACKAGE}:\n{told.stderr.strip()}")
        yield target / "iris_sample_data" / "sample_data"


@contextmanager
def shared(file: Path) -> Iterator[str]:
    """Where workers can read a file, whatever machine they are on: a copy in the user's scratch, for the time being."""
    url = f"{os.environ['SCRATCH_BUCKET']}/publish/{file.name}"
    files = fsspec.open(url).fs
    files.put_file(str(file), url)
    try:
        yield url
    finally:
        files.rm_file(url)


def open_source(url: str, product: Product) -> xr.Dataset:
    """The source with the encoding that it gets in the store: its own units and 360-day calendar, our chunks."""
    data = xr.open_dataset(fsspec.open(url).open(), engine="h5netcdf").assign_attrs(product.attributes)
    data[FIELD] = data[FIELD].chunk(time=CHUNK_YEARS)
    for name, variable in data.variables.items():
        chunks = tuple(CHUNK_YEARS if name == FIELD and dim == "time" else size for dim, size in variable.sizes.items())
        kept = {key: variable.encoding[key] for key in ("units", "calendar", "dtype") if key in variable.encoding}
        # CF: coordinates and bounds have no missing values, and only the field has coordinates of its own.
        missing = np.nan if name == FIELD else None
        named = variable.encoding.get("coordinates") if name == FIELD else None
        variable.encoding = {
            **kept,
            "_FillValue": missing,
            "coordinates": named,
            **({"chunks": chunks} if chunks else {}),
        }
    return data


def open_field(file: Path) -> xr.DataArray:
    """The field of a source file, in memory."""
    with xr.open_dataset(file, engine="h5netcdf") as data:
        return data[FIELD].load()


# --- Zarr


def zarr_digest(store: str) -> str | None:
    """The source's digest that a whole store carries; None for a store that is missing or not whole."""
    try:
        group = zarr.open_group(store, mode="r", use_consolidated=True)
    except (FileNotFoundError, ValueError):
        return None
    whole = all(array.nchunks_initialized == array.nchunks for _, array in group.arrays())
    return str(group.attrs.get(DIGEST)) if whole else None


def remove(store: str) -> None:
    """Removes a store, the way in first: nobody shall read a half of it."""
    files = fsspec.open(store).fs
    files.invalidate_cache()
    for name in ("zarr.json", ".zmetadata"):
        if files.exists(f"{store}/{name}"):
            files.rm_file(f"{store}/{name}")
    if files.exists(store):
        files.rm(store, recursive=True)
    files.invalidate_cache()


def write_zarr(zarr_format: Literal[2, 3], data: xr.Dataset, store: str, message: str) -> None:
    """Writes a store, reads it back, compares it with its source on the cluster, and only then consolidates it."""
    remove(store)
    with zarr.config.set({"array.write_empty_chunks": True}):
        data.to_zarr(store, mode="w", zarr_format=zarr_format, consolidated=False)
    written = xr.open_zarr(store, consolidated=False, zarr_format=zarr_format, chunks={})
    if not written.identical(data):
        raise RuntimeError(f"{store} does not read back as its source: {message}")
    zarr.consolidate_metadata(store, zarr_format=zarr_format)


# --- Icechunk


def repository_at(store: str) -> icechunk.Storage:
    """A repository's place for Icechunk, by the keys and the endpoint of this hub."""
    place, endpoint = urlsplit(store), os.environ["AWS_ENDPOINT_URL"]
    return icechunk.s3_storage(
        bucket=place.netloc,
        prefix=place.path.strip("/"),
        endpoint_url=endpoint,
        region=os.environ["AWS_REGION"],
        allow_http=endpoint.startswith("http://"),
        force_path_style=True,
        from_env=True,
    )


def icechunk_digest(store: str) -> str | None:
    """The source's digest at the tip of branch main; what is committed is whole."""
    storage = repository_at(store)
    if not icechunk.Repository.exists(storage):
        return None
    session = icechunk.Repository.open(storage).readonly_session("main")
    try:
        return str(zarr.open_group(session.store, mode="r").attrs.get(DIGEST))
    except FileNotFoundError:  # made, and nothing committed yet
        return None


def write_icechunk(data: xr.Dataset, store: str, message: str) -> None:
    """Replaces the content of branch main in one commit; who reads at the time stays at the commit before."""
    repository = icechunk.Repository.open_or_create(repository_at(store))
    session = repository.writable_session("main")
    # Not on the cluster: what workers write would have to be merged into this session before it could be read.
    with zarr.config.set({"array.write_empty_chunks": True}), dask.config.set(scheduler="threads"):
        data.to_zarr(session.store, mode="w", zarr_format=3, consolidated=False)
        written = xr.open_zarr(session.store, consolidated=False, chunks={})
        if not written.identical(data):
            raise RuntimeError(f"{store} does not read back as its source")
    session.commit(message)


# --- Files


def put_whole(store: str, content: bytes) -> None:
    """Puts a file: readers have the old one until the new one is whole."""
    fsspec.open(store).fs.pipe_file(store.removeprefix("s3://"), content)


def read_whole(store: str) -> bytes | None:
    """A file's content, None where there is none."""
    files = fsspec.open(store).fs
    files.invalidate_cache()
    return files.cat_file(store) if files.exists(store) else None


def cog_digest(store: str) -> str | None:
    """The source's digest among a file's tags."""
    content = read_whole(store)
    if content is None:
        return None
    with MemoryFile(content) as file, file.open() as image:
        return image.tags().get(DIGEST)


def write_cog(sources: dict[str, Path], store: str, product: Product) -> int:
    """A cloud-optimized GeoTIFF with a band for each year.

    North up, longitudes from -180 to 180, on the model's sphere; values are the source's own, bit for bit. LZW, since
    its bytes do not depend on the version of a library.
    """
    (field,) = (open_field(file) for file in sources.values())
    years = [str(when.year) for when in field.time.values]
    values = field.values[:, ::-1, :]
    west, north = float(field.longitude[0]) - 360, float(field.latitude[-1])
    dx, dy = (float(field[axis][1] - field[axis][0]) for axis in ("longitude", "latitude"))
    profile: dict[str, Any] = {
        "driver": "GTiff",
        "count": len(years),
        "height": values.shape[1],
        "width": values.shape[2],
        "dtype": "float32",
        "nodata": float("nan"),
        "crs": rasterio.CRS.from_dict(proj="longlat", R=6371229, no_defs=True),
        "transform": rasterio.transform.from_origin(west - dx / 2, north + dy / 2, dx, dy),
    }
    layout: dict[str, Any] = {"tiled": True, "blockxsize": TILE, "blockysize": TILE, "interleave": "band"}
    layout |= {"compress": "lzw", "predictor": 3}
    with MemoryFile() as plain, MemoryFile() as optimized:
        with plain.open(**profile) as image:
            image.write(values)
            image.descriptions = tuple(years)
            image.units = ("K",) * len(years)
            image.update_tags(**product.attributes)
        with plain.open() as image:
            # Tags before tiles, as a reader by ranges wants it.
            copy_raster(image, optimized.name, driver="GTiff", copy_src_overviews=True, **layout)
        with optimized.open() as image:
            if not np.array_equal(image.read(), values):
                raise RuntimeError(f"{store} does not read back as its source")
        content = optimized.read()
    put_whole(store, content)
    return int(values.nbytes)


def table_digest(store: str) -> str | None:
    """The source's digest in a file's footer."""
    content = read_whole(store)
    if content is None:
        return None
    told = pq.read_schema(io.BytesIO(content)).metadata or {}
    return told.get(DIGEST.encode(), b"").decode() or None


def rows_of(scenario: str, field: xr.DataArray, schema: pa.Schema) -> pa.Table:
    """A scenario's rows, in the order of years, latitudes, longitudes."""
    years = np.array([when.year for when in field.time.values], dtype="int16")
    year, latitude, longitude = np.meshgrid(years, field.latitude.values, field.longitude.values, indexing="ij")
    columns = [[scenario] * field.size, *(a.ravel() for a in (year, latitude, longitude, field.values))]
    return pa.table(columns, schema=schema)


def write_table(sources: dict[str, Path], store: str, product: Product) -> int:
    """A tidy table, a row for each scenario, year and place; a row group for sixty years of one scenario."""
    fields = {scenario: open_field(file) for scenario, file in sources.items()}
    places = next(iter(fields.values()))[0].size
    schema = pa.schema(
        [
            pa.field("scenario", pa.string()),
            pa.field("year", pa.int16()),
            pa.field("latitude", pa.float32(), metadata={"units": "degrees_north"}),
            pa.field("longitude", pa.float32(), metadata={"units": "degrees_east"}),
            pa.field(FIELD, pa.float32(), metadata={"units": "K"}),
        ],
        metadata=product.attributes,
    )
    table = pa.concat_tables([rows_of(scenario, field, schema) for scenario, field in fields.items()])
    file = io.BytesIO()
    group = CHUNK_YEARS * places
    pq.write_table(table, file, row_group_size=group, compression="zstd", use_dictionary=["scenario", "year"])
    if not pq.read_table(io.BytesIO(file.getvalue())).equals(table):
        raise RuntimeError(f"{store} does not read back as its source")
    put_whole(store, file.getvalue())
    return table.nbytes


# --- All of them

DIGESTS: dict[str, Callable[[str], str | None]] = {
    "zarr-v3": zarr_digest,
    "zarr-v2": zarr_digest,
    "icechunk": icechunk_digest,
    "cog": cog_digest,
    "parquet": table_digest,
}
STORES: dict[str, Callable[[xr.Dataset, str, str], None]] = {
    "zarr-v3": partial(write_zarr, 3),
    "zarr-v2": partial(write_zarr, 2),
    "icechunk": write_icechunk,
}


def write_store(product: Product, sources: dict[str, Path], store: str) -> int:
    """Writes arrays, Zarr by the cluster that is the client's now; returns their bytes."""
    (file,) = sources.values()
    with shared(file) as url, open_source(url, product) as data:
        STORES[product.format](data, store, product.attributes["title"])
        return int(data.nbytes)


def publish(dataset: str, store: str, files: Path) -> Published:
    """Publishes one dataset."""
    began = time.monotonic()
    product = PRODUCTS[dataset]
    sources = {scenario: files / FILES[scenario] for scenario in product.scenarios}
    write = {"cog": write_cog, "parquet": write_table}.get(product.format)
    size = write(sources, store, product) if write else write_store(product, sources, store)
    seconds = round(time.monotonic() - began, 2)
    print(f"{dataset}: published, {size / 1e6:.1f} MB in {seconds:.1f} s, at {store}")
    return Published(dataset, store, "published", size, seconds)


def publish_all(wanted: dict[str, str]) -> list[Published]:
    """What has one writer goes first, while the workers for the rest start."""
    alone = {dataset: store for dataset, store in wanted.items() if not PRODUCTS[dataset].by_cluster}
    shared_out = {dataset: store for dataset, store in wanted.items() if dataset not in alone}
    with source_files() as files, ExitStack() as stack:
        cluster = stack.enter_context(Gateway().new_cluster()) if shared_out else None
        if cluster:
            cluster.scale(WORKERS)
        done = [publish(dataset, store, files) for dataset, store in alone.items()]
        if cluster:
            client = stack.enter_context(cluster.get_client())
            client.wait_for_workers(WORKERS, timeout=WORKER_DEADLINE_SECONDS)
            done += [publish(dataset, store, files) for dataset, store in shared_out.items()]
    return done


def main() -> None:
    """Publishes what is not there yet."""
    parser = argparse.ArgumentParser(description="Publish HadCM3 scenarios in the buckets that this hub publishes.")
    parser.add_argument("--force", action="store_true", help="write again what is already there")
    force: bool = parser.parse_args().force
    warnings.filterwarnings("ignore", message=".*Consolidated metadata is currently not part.*")
    stores: dict[str, str] = json.loads(os.environ.get("ISTHMUS_PUBLISH", "{}"))
    known = {dataset: store for dataset, store in stores.items() if dataset in PRODUCTS}
    if not known:
        sys.exit(f"this hub publishes none of {', '.join(PRODUCTS)} (it is not among their `publishers`)")
    digests = {d: None if force else DIGESTS[PRODUCTS[d].format](store) for d, store in known.items()}
    wanted = {d: store for d, store in known.items() if digests[d] != PRODUCTS[d].digest}
    done = [Published(dataset, store, "unchanged", 0, 0.0) for dataset, store in known.items() if dataset not in wanted]
    for kept in done:
        print(f"{kept.dataset}: already there, unchanged, at {kept.store}")
    if wanted:
        done += publish_all(wanted)
    result = {"datasets": [asdict(entry) for entry in done]}
    display({"application/vnd.isthmus+json": result}, raw=True)


if __name__ == "__main__":
    main()
