"""Publishes HadCM3 scenarios as Zarr: `isthmus run east publish.py [-- --force]`.

Takes the Met Office's NetCDF files from the PyPI package iris-sample-data, writes them by a Dask cluster of the site
into the buckets that this hub publishes (ISTHMUS_PUBLISH), and leaves alone what is already there. The consolidated
metadata is written last: readers of the catalog cannot open a store before it is whole and compared with its source.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path

import fsspec
import numpy as np
import xarray as xr
import zarr
from dask_gateway import Gateway
from IPython.display import display

PACKAGE = "iris-sample-data==2.5.2"
PACKAGE_SHA256 = "39d45283bf9e7bff6067bffa635fa189b6c4dd47608840d087bfa639399f4656"
# Raise it when the same source is to be written in another way: every store is then written anew.
RECIPE = 1
FIELD = "air_temperature"
# A map is 7 kB. Sixty of them make four chunks, enough to share; real archives want chunks of some tens of megabytes.
CHUNK_YEARS = 60
WORKERS = 2
WORKER_DEADLINE_SECONDS = 180
ATTRIBUTES = {
    "institution": "Met Office Hadley Centre, UK",
    "source": f"HadCM3; NetCDF files of the Python package {PACKAGE}",
    "license": "Open Government Licence; British Crown copyright 2018",
}


@dataclass(frozen=True)
class Source:
    """A file of the package, and what its own attributes do not say."""

    file: str
    title: str

    @property
    def digest(self) -> str:
        """Differs when the source or the recipe does; a whole store carries it."""
        return hashlib.sha256(f"{PACKAGE_SHA256} {self.file} {RECIPE}".encode()).hexdigest()


SOURCES = {
    "hadcm3-a1b": Source("A1B_north_america.nc", "HadCM3 air temperature over North America, SRES scenario A1B"),
    "hadcm3-e1": Source("E1_north_america.nc", "HadCM3 air temperature over North America, ENSEMBLES scenario E1"),
}


@dataclass(frozen=True)
class Published:
    """What happened to one dataset."""

    dataset: str
    store: str
    state: str
    bytes: int
    seconds: float


def digest_of(store: str) -> str | None:
    """The source's digest that a whole store carries; None for a store that is missing or not whole."""
    try:
        group = zarr.open_group(store, mode="r", use_consolidated=True)
    except (FileNotFoundError, ValueError):
        return None
    whole = all(array.nchunks_initialized == array.nchunks for _, array in group.arrays())
    return str(group.attrs.get("isthmus_source_digest")) if whole else None


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


def open_source(url: str) -> xr.Dataset:
    """The source with the encoding that it gets in the store: its own units and 360-day calendar, our chunks."""
    data = xr.open_dataset(fsspec.open(url).open(), engine="h5netcdf")
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


def remove(store: str) -> None:
    """Removes a store object by object (bulk deletion needs a right over the whole bucket), the way in first."""
    files = fsspec.open(store).fs
    files.invalidate_cache()
    for path in sorted(files.find(store), key=lambda path: path.count("/")):
        files.rm_file(path)
    files.invalidate_cache()


def write(data: xr.Dataset, store: str, source: Source) -> None:
    """Writes a store, reads it back, compares it with its source on the cluster, and only then consolidates it."""
    remove(store)
    with zarr.config.set({"array.write_empty_chunks": True}):
        data.to_zarr(store, mode="w", zarr_format=3, consolidated=False)
    written = xr.open_zarr(store, consolidated=False, chunks={})
    if not written.identical(data):
        raise RuntimeError(f"{store} does not read back as its source")
    attributes = {"title": source.title, **ATTRIBUTES, "isthmus_source_digest": source.digest}
    zarr.open_group(store, mode="r+", use_consolidated=False).update_attributes(attributes)
    zarr.consolidate_metadata(store, zarr_format=3)


def publish(dataset: str, store: str, file: Path) -> Published:
    """Publishes one dataset by the cluster that is the client's now."""
    began = time.monotonic()
    with shared(file) as url, open_source(url) as data:
        write(data, store, SOURCES[dataset])
        size = data.nbytes
    seconds = round(time.monotonic() - began, 2)
    print(f"{dataset}: published, {size / 1e6:.1f} MB in {seconds:.1f} s, at {store}")
    return Published(dataset, store, "published", size, seconds)


def main() -> None:
    """Publishes what is not there yet."""
    parser = argparse.ArgumentParser(description="Publish HadCM3 scenarios in the buckets that this hub publishes.")
    parser.add_argument("--force", action="store_true", help="write again what is already there")
    force: bool = parser.parse_args().force
    warnings.filterwarnings("ignore", message=".*Consolidated metadata is currently not part.*")
    stores: dict[str, str] = json.loads(os.environ.get("ISTHMUS_PUBLISH", "{}"))
    known = {dataset: store for dataset, store in stores.items() if dataset in SOURCES}
    if not known:
        sys.exit(f"this hub publishes none of {', '.join(SOURCES)} (it is not among their `publishers`)")
    wanted = {d: store for d, store in known.items() if force or digest_of(store) != SOURCES[d].digest}
    done = [Published(dataset, store, "unchanged", 0, 0.0) for dataset, store in known.items() if dataset not in wanted]
    for kept in done:
        print(f"{kept.dataset}: already there, unchanged, at {kept.store}")
    if wanted:
        with source_files() as files, Gateway().new_cluster() as cluster:
            cluster.scale(WORKERS)
            with cluster.get_client() as client:
                client.wait_for_workers(WORKERS, timeout=WORKER_DEADLINE_SECONDS)
                done += [publish(dataset, store, files / SOURCES[dataset].file) for dataset, store in wanted.items()]
    result = {"datasets": [asdict(entry) for entry in done]}
    display({"application/vnd.isthmus+json": result}, raw=True)


if __name__ == "__main__":
    main()
