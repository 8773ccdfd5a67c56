"""Checks a hub from inside one of its notebooks, as a user: `verify.py WISH`.

WISH is JSON: `workers`, `deadlineSeconds`, `noWrite` (buckets that this hub must not write to, each with `url` and
`options` for s3fs). Each check is displayed as `application/vnd.isthmus+json` when it ends; nothing stays behind.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import dask
import dask.array
import fsspec
import icechunk
import numpy as np
import pyarrow.parquet as pq
import pystac
import rasterio
import xarray as xr
import zarr
from dask_gateway import Gateway, GatewayCluster
from distributed import Client
from IPython.display import display

# Enough to go through several chunks of any dataset, little enough to wait for.
MEAN_BYTES = 32_000_000
RECORD_AGAIN = "restore or publish it again; if it changed on purpose: isthmus catalog record, review, isthmus up"


class Unmet(Exception):
    """A check's reason to fail, with what to do next."""

    def __init__(self, reason: str, fix: str) -> None:
        super().__init__(reason)
        self.fix = fix


class Skipped(Exception):
    """A check that cannot be done here, and why."""


def check(name: str, fix: str, work: Callable[[], str]) -> bool:
    """Does one check and shows how it ended; whether later checks can build on it."""
    began = time.monotonic()
    told: dict[str, Any] = {"name": name}
    try:
        told |= {"state": "ok", "detail": work()}
    except Skipped as skipped:
        told |= {"state": "skipped", "detail": str(skipped)}
    except Unmet as unmet:
        told |= {"state": "failed", "detail": str(unmet), "fix": unmet.fix}
    except Exception as error:  # whatever a library says is the check's result
        first = str(error).strip().splitlines()
        told |= {"state": "failed", "detail": f"{type(error).__name__}: {first[0] if first else ''}", "fix": fix}
    told["seconds"] = round(time.monotonic() - began, 3)
    display({"application/vnd.isthmus+json": told}, raw=True)
    return told["state"] == "ok"


@contextmanager
def cluster_of(workers: int, deadline: float) -> Iterator[Client | None]:
    """A cluster with that many workers, by the gateway that a bare Gateway() finds; None where none is to be had."""
    gateway = Gateway()
    clusters: list[GatewayCluster] = []
    clients: list[Client] = []
    fix = "see the log of this hub's dask-gateway program"

    def start() -> str:
        clusters.append(gateway.new_cluster())
        clusters[0].scale(workers)
        clients.append(clusters[0].get_client())
        clients[0].wait_for_workers(workers, timeout=deadline)
        return f"{workers} workers by {gateway.address}"

    def stop() -> str:
        clients[0].close()
        clusters[0].shutdown()
        end = time.monotonic() + deadline
        while any(report.name == clusters[0].name for report in gateway.list_clusters()):
            if time.monotonic() > end:
                raise TimeoutError(f"cluster {clusters[0].name} is still there")
            time.sleep(0.1)
        return "gone from the gateway"

    # Not `with gateway`: one that is closed complains when it is collected.
    try:
        yield clients[0] if check("a Dask cluster starts", fix, start) else None
    finally:
        if clients:
            check("the Dask cluster stops", fix, stop)
        elif clusters:
            clusters[0].shutdown()


def collections() -> dict[str, pystac.Collection]:
    """Every dataset of the federation, by the catalog that this hub's users are told."""
    root = pystac.Catalog.from_file(os.environ["ISTHMUS_CATALOG"])
    return {page.id: page for page, _, _ in root.walk() if isinstance(page, pystac.Collection)}


def own_fields(collection: pystac.Collection) -> dict[str, Any]:
    """What the catalog says of a dataset beyond STAC."""
    fields: dict[str, Any] = collection.extra_fields.get("isthmus:dataset", {})
    return fields


def open_asset(asset: pystac.Asset) -> xr.Dataset:
    """Opens arrays or an image lazily, by what the catalog says; a bucket, with this notebook's own keys."""
    return xr.open_dataset(asset.href, chunks={}, **asset.extra_fields["xarray:open_kwargs"])


def default_asset(collection: pystac.Collection) -> pystac.Asset:
    """The asset that opens anywhere."""
    assets = [asset for asset in collection.assets.values() if "default" in (asset.roles or [])]
    if not assets:
        raise Skipped("not public: there is no link that opens without a grant")
    return assets[0]


def store_asset(collection: pystac.Collection) -> pystac.Asset:
    """The asset in the store itself."""
    return next(asset for name, asset in collection.assets.items() if name.endswith(("-s3", "-gs")))


def endpoint_of(collection: pystac.Collection) -> str:
    """The S3 endpoint of a dataset's store, as the catalog describes it."""
    scheme: dict[str, Any] = collection.extra_fields["storage:schemes"]["store"]
    return str(scheme["platform"]).replace("{bucket}.", "")


def is_own(collection: pystac.Collection) -> bool:
    """Whether a dataset lies in this site's own store."""
    return bool(collection.extra_fields.get("storage:schemes")) and endpoint_of(collection) == os.environ.get(
        "AWS_ENDPOINT_URL"
    )


class Arrays:
    """Zarr, by the link and by the bucket."""

    def __init__(self, collection: pystac.Collection) -> None:
        self.collection = collection

    def opens(self) -> str:
        """Opens, and by consolidated metadata."""
        asset = default_asset(self.collection)
        version = int(asset.extra_fields.get("zarr:zarr_format", 3))
        with fsspec.open(f"{asset.href}/{'zarr.json' if version == 3 else '.zmetadata'}") as stream:
            metadata = json.load(stream)
        if version == 3 and not metadata.get("consolidated_metadata"):
            raise Unmet(
                "the store has no consolidated metadata", "consolidate it where it is written, then record it again"
            )
        return described(open_asset(asset))

    def near(self) -> tuple[str, xr.Dataset]:
        """The dataset by the cheapest path: the bucket where it is this site's own, else the link."""
        if is_own(self.collection):
            return "from the bucket", open_asset(store_asset(self.collection))
        return "from the link", open_asset(default_asset(self.collection))

    def far(self) -> xr.Dataset:
        """The dataset by the link that opens anywhere."""
        return open_asset(default_asset(self.collection))

    def read(self, key: str) -> bytes:
        """A stored object, by its key as the catalog has it."""
        link = default_asset(self.collection).href
        with fsspec.open(f"{link}/{key}" if key else link) as stream:
            content: bytes = stream.read()
        return content


class Image(Arrays):
    """A cloud-optimized GeoTIFF: GDAL knows the store by settings of its own."""

    def opens(self) -> str:
        """Opens, with the bands and the place that the catalog has."""
        asset = default_asset(self.collection)
        with rasterio.open(asset.href) as image:
            told = asset.extra_fields
            found = [list(image.shape), list(image.descriptions), list(image.transform)[:6]]
            names = [band["name"] for band in told.get("bands", [])]
            if found != [told.get("proj:shape"), names, told.get("proj:transform")]:
                raise Unmet("bands or place are not what the catalog says", RECORD_AGAIN)
            return f"{image.count} bands, {image.width} x {image.height}, {image.dtypes[0]}"

    def near(self) -> tuple[str, xr.Dataset]:
        """By the bucket where it is this site's own."""
        if not is_own(self.collection):
            return super().near()
        return "from the bucket", open_asset(store_asset(self.collection))


class Repository(Arrays):
    """Icechunk, by the bucket: over HTTPS only its second version opens one."""

    def session(self) -> icechunk.Session:
        """What branch main holds now."""
        scheme = self.collection.extra_fields["storage:schemes"]["store"]
        bucket, _, prefix = store_asset(self.collection).href.partition("://")[2].partition("/")
        if scheme["type"] == "google-gcs":
            storage = icechunk.gcs_storage(bucket=bucket, prefix=prefix, anonymous=True)
            return icechunk.Repository.open(storage).readonly_session("main")
        endpoint = endpoint_of(self.collection)
        own = is_own(self.collection)
        storage = icechunk.s3_storage(
            bucket=bucket,
            prefix=prefix,
            region=scheme["region"],
            endpoint_url=endpoint,
            allow_http=endpoint.startswith("http://"),
            force_path_style="{bucket}." not in scheme["platform"],
            anonymous=not own,
            from_env=own,
        )
        return icechunk.Repository.open(storage).readonly_session("main")

    def opens(self) -> str:
        """Opens at the tip of branch main, and is served by the link too."""
        with fsspec.open(f"{default_asset(self.collection).href}/refs/branch.main/ref.json") as stream:
            served = json.load(stream)["snapshot"]
        session = self.session()
        if session.snapshot_id != served:
            raise Unmet(f"the link shows snapshot {served}, the bucket {session.snapshot_id}", "ask again in a minute")
        return f"{described(self.far())}, snapshot {served}"

    def near(self) -> tuple[str, xr.Dataset]:
        """By the bucket, always."""
        return "from the bucket", self.far()

    def far(self) -> xr.Dataset:
        """The same: there is no other way for the version of this notebook."""
        return xr.open_zarr(self.session().store, consolidated=False, chunks={})

    def read(self, key: str) -> bytes:
        """A chunk by its Zarr key."""
        content = zarr.core.sync.sync(self.session().store.get(key, zarr.core.buffer.default_buffer_prototype()))
        if content is None:
            raise FileNotFoundError(key)
        return content.to_bytes()

    def documents(self) -> str:
        """The digest of all Zarr documents, as the catalog has it."""
        store = self.session().store

        async def read() -> dict[str, bytes]:
            keys = [key async for key in store.list() if key.rpartition("/")[2] == "zarr.json"]
            prototype = zarr.core.buffer.default_buffer_prototype()
            found = {key: await store.get(key, prototype) for key in keys}
            return {f"/{key.rpartition('/')[0]}": text.to_bytes() for key, text in found.items() if text}

        digest = hashlib.sha256()
        for path, text in sorted(zarr.core.sync.sync(read()).items()):
            digest.update(path.encode() + b"\0" + text + b"\0")
        return digest.hexdigest()


class Table(Arrays):
    """A Parquet file: its columns stand for the variables of arrays."""

    def opens(self) -> str:
        """Opens, with the columns and rows that the catalog has."""
        with fsspec.open(default_asset(self.collection).href) as stream:
            file = pq.ParquetFile(stream)
            told = self.collection.extra_fields
            names = [column["name"] for column in told.get("table:columns", [])]
            if [file.schema.names, file.metadata.num_rows] != [names, told.get("table:row_count")]:
                raise Unmet("columns or rows are not what the catalog says", RECORD_AGAIN)
            return f"{file.metadata.num_rows} rows of {', '.join(names)}"

    def near(self) -> tuple[str, xr.Dataset]:
        """By the bucket where it is this site's own, else the link."""
        own = is_own(self.collection)
        asset = store_asset(self.collection) if own else default_asset(self.collection)
        return ("from the bucket" if own else "from the link"), self.table(asset)

    def far(self) -> xr.Dataset:
        """By the link."""
        return self.table(default_asset(self.collection))

    def table(self, asset: pystac.Asset) -> xr.Dataset:
        """The numeric columns, lazily, as arrays along rows."""
        types = {"float": "float32", "double": "float64"}
        columns = {
            c["name"]: types[c["type"]] for c in self.collection.extra_fields["table:columns"] if c["type"] in types
        }
        rows = int(self.collection.extra_fields["table:row_count"])
        arrays = {
            name: dask.array.from_delayed(dask.delayed(column_of)(asset.href, name), (rows,), dtype)
            for name, dtype in columns.items()
        }
        return xr.Dataset({name: ("row", array) for name, array in arrays.items()})


def column_of(link: str, name: str) -> np.ndarray:
    """One column of a Parquet file, wherever this runs."""
    with fsspec.open(link) as stream:
        column: np.ndarray = pq.read_table(stream, columns=[name]).column(name).to_numpy()
    return column


KINDS: dict[str, type[Arrays]] = {"zarr": Arrays, "icechunk": Repository, "cog": Image, "parquet": Table}


def reader_of(collection: pystac.Collection) -> Arrays:
    """How a dataset is read, by its kind."""
    kind = own_fields(collection).get("kind", "")
    if kind not in KINDS:
        raise Skipped(f"nothing here opens a store of kind {kind}")
    default_asset(collection)  # is there a way without a grant?
    return KINDS[kind](collection)


def described(data: xr.Dataset) -> str:
    """What was opened, in a line."""
    sizes = ", ".join(f"{name} {size}" for name, size in data.sizes.items())
    return f"{len(data.data_vars)} variables, {sizes}, {data.nbytes / 1e6:.1f} MB"


def opens(collection: pystac.Collection) -> str:
    """The dataset opens, as its kind does."""
    return reader_of(collection).opens()


def digests(collection: pystac.Collection) -> str:
    """Metadata and sample chunks, or the file, are byte for byte what was recorded."""
    reader, recorded = reader_of(collection), own_fields(collection)
    objects = [recorded.get("object"), recorded.get("metadata"), *recorded.get("samples", {}).values()]
    compared = [entry for entry in objects if entry and "sha256" in entry]
    found = {entry["key"]: hashlib.sha256(reader.read(entry["key"])).hexdigest() for entry in compared}
    expected = {entry["key"]: entry["sha256"] for entry in compared}
    if isinstance(reader, Repository) and "documents" in recorded:
        found["zarr.json of all nodes"] = reader.documents()
        expected["zarr.json of all nodes"] = recorded["documents"]["sha256"]
    if not expected:
        raise Unmet("the catalog has no digests of it", "isthmus catalog record, review the change, isthmus up")
    for key, digest in expected.items():
        if found[key] != digest:
            told = f"{key or 'the file'} has sha256 {found[key][:12]}…, the catalog says {digest[:12]}…"
            raise Unmet(told, RECORD_AGAIN)
    return f"{len(expected)} {'object' if len(expected) == 1 else 'objects'} as recorded"


def part_of(data: xr.Dataset) -> xr.DataArray:
    """The beginning of the largest numeric variable, small enough to wait for."""
    numeric = [v for v in data.data_vars.values() if np.issubdtype(v.dtype, np.number) and v.size > 0]
    if not numeric:
        raise Skipped("no numeric variable")
    part = max(numeric, key=lambda v: v.nbytes)
    for dim in part.dims:
        if part.nbytes <= MEAN_BYTES:
            break
        part = part.isel({dim: slice(0, max(1, int(part.sizes[dim] * MEAN_BYTES / part.nbytes)))})
    return part


def means(collection: pystac.Collection, client: Client) -> str:
    """The cluster computes by the cheapest path what this notebook computes by the link."""
    reader = reader_of(collection)
    place, near = reader.near()
    part, same = part_of(near), part_of(reader.far())
    began = time.monotonic()
    there = float(client.compute(part.mean()).result())
    seconds = time.monotonic() - began
    with dask.config.set(scheduler="threads"):
        here = float(same.mean().compute())
    if not np.isclose(there, here, rtol=1e-5, equal_nan=True):
        raise Unmet(f"mean of {part.name} is {there} on the cluster and {here} without", "compare library versions")
    return f"mean of {part.name} {here:.6g}, {part.nbytes / 1e6:.1f} MB in {seconds:.2f} s {place}"


def scratch() -> str:
    """What a user writes to scratch reads back, and can be deleted: one object, and a tree at once."""
    url = f"{os.environ['SCRATCH_BUCKET']}/isthmus-verify-{uuid.uuid4().hex}"
    files = fsspec.open(url).fs
    content = {f"{url}/{name}": os.urandom(64) for name in ("a", "b/c", "b/d")}
    files.pipe(content)
    try:
        if files.cat(list(content)) != {files._strip_protocol(path): text for path, text in content.items()}:
            raise Unmet(f"{url} does not read back as written", "see the log of this site's s3 program")
        files.rm_file(f"{url}/a")
        files.rm(f"{url}/b", recursive=True)
        files.invalidate_cache()
        if left := files.find(url):
            raise Unmet(f"{left[0]} is still there after its deletion", "see the log of this site's s3 program")
    finally:
        files.invalidate_cache()
        for path in files.find(url):
            files.rm_file(path)
    return os.environ["SCRATCH_BUCKET"]


def refused(url: str, options: dict[str, Any]) -> str:
    """A bucket that this hub's users may not write to refuses a write."""
    key = f"{url}/isthmus-verify-{uuid.uuid4().hex}"
    files = fsspec.filesystem("s3", **options)
    try:
        files.pipe_file(key, b"this must be refused")
    except PermissionError:
        return f"{url} refuses: access denied"
    files.rm_file(key)
    raise Unmet(f"a user of this hub could write to {url}", "see the bucket's policy; isthmus up sets it again")


def main() -> None:
    """All checks; each tells its own result."""
    wish: dict[str, Any] = json.loads(sys.argv[1])
    found: dict[str, pystac.Collection] = {}

    def read_catalog() -> str:
        found.update(collections())
        return f"{len(found)} datasets by {os.environ['ISTHMUS_CATALOG']}"

    check("the catalog is read", "isthmus up puts the catalog's pages in place", read_catalog)
    if "SCRATCH_BUCKET" in os.environ:
        check("scratch is written, read, deleted", "see the log of this site's s3 program", scratch)
    for bucket in wish["noWrite"]:
        fix = "the S3 endpoint should answer, with 403 AccessDenied"
        check("a library refuses writes", fix, partial(refused, bucket["url"], bucket["options"]))
    readable = []
    for name, collection in found.items():
        fix = "is it published, and does its site run? isthmus status"
        if check(f"{name} opens", fix, partial(opens, collection)):
            readable.append(collection)
            check(f"{name} is what was recorded", RECORD_AGAIN, partial(digests, collection))
    if not wish["workers"]:
        return
    with cluster_of(wish["workers"], wish["deadlineSeconds"]) as client:
        if client is None:
            return
        for collection in readable:
            fix = "see the logs of this hub's dask-gateway program"
            check(f"{collection.id} computes on Dask", fix, partial(means, collection, client))


if __name__ == "__main__":
    main()
