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
import fsspec
import numpy as np
import pystac
import xarray as xr
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
    """Opens an asset lazily, by what the catalog says and nothing else; a bucket, with this notebook's own keys."""
    return xr.open_dataset(asset.href, chunks={}, **asset.extra_fields["xarray:open_kwargs"])


def default_asset(collection: pystac.Collection) -> pystac.Asset:
    """The asset that opens anywhere."""
    assets = [asset for asset in collection.assets.values() if "default" in (asset.roles or [])]
    if not assets:
        raise Skipped("not public: there is no link that opens without a grant")
    if own_fields(collection).get("kind") != "zarr":
        raise Skipped(f"a store of kind {own_fields(collection).get('kind')} is not opened by this check yet")
    return assets[0]


def nearest(collection: pystac.Collection) -> tuple[str, xr.Dataset]:
    """The dataset by the cheapest path: the bucket where it is this site's own, else the link."""
    store = collection.assets.get("zarr-s3")
    endpoint = store and store.extra_fields.get("xarray:storage_options", {}).get("client_kwargs", {}).get(
        "endpoint_url"
    )
    if store and endpoint and endpoint == os.environ.get("AWS_ENDPOINT_URL"):
        return "from the bucket", open_asset(store)
    return "from the link", open_asset(default_asset(collection))


def opens(collection: pystac.Collection) -> str:
    """The dataset opens, and by consolidated metadata."""
    asset = default_asset(collection)
    with fsspec.open(f"{asset.href}/zarr.json" if own_format(asset) == 3 else f"{asset.href}/.zmetadata") as stream:
        metadata = json.load(stream)
    if own_format(asset) == 3 and not metadata.get("consolidated_metadata"):
        raise Unmet(
            "the store has no consolidated metadata", "consolidate it where it is written, then record it again"
        )
    data = open_asset(asset)
    sizes = ", ".join(f"{name} {size}" for name, size in data.sizes.items())
    return f"{len(data.data_vars)} variables, {sizes}, {data.nbytes / 1e6:.1f} MB"


def own_format(asset: pystac.Asset) -> int:
    """The Zarr format as the catalog has it; new stores are v3."""
    return int(asset.extra_fields.get("zarr:zarr_format", 3))


def digests(collection: pystac.Collection) -> str:
    """Metadata and sample chunks are, byte for byte, what was recorded."""
    link = default_asset(collection).href
    recorded = own_fields(collection)
    objects = [recorded.get("metadata"), *recorded.get("samples", {}).values()]
    compared = [entry for entry in objects if entry and "sha256" in entry]
    if not compared:
        raise Unmet("the catalog has no digests of it", "isthmus catalog record, review the change, isthmus up")
    for entry in compared:
        with fsspec.open(f"{link}/{entry['key']}") as stream:
            found = hashlib.sha256(stream.read()).hexdigest()
        if found != entry["sha256"]:
            told = f"{entry['key']} has sha256 {found[:12]}…, the catalog says {entry['sha256'][:12]}…"
            raise Unmet(told, RECORD_AGAIN)
    return f"{len(compared)} objects as recorded"


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
    place, near = nearest(collection)
    part, same = part_of(near), part_of(open_asset(default_asset(collection)))
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
