"""Opens the demo's Icechunk repository by the library's second major version: `icechunk_2.py CATALOG DATASET`."""

from __future__ import annotations

import hashlib
import json
import sys

import icechunk
import pystac
import xarray as xr

root = pystac.Catalog.from_file(sys.argv[1])
collection = root.get_child(sys.argv[2], recursive=True)
assert isinstance(collection, pystac.Collection)
store = collection.extra_fields["storage:schemes"]["store"]
https, s3 = collection.assets["icechunk-https"], collection.assets["icechunk-s3"]
bucket, _, prefix = s3.href.removeprefix("s3://").partition("/")
places = {
    "HTTPS": icechunk.http_storage(https.href, opts={"allow_http": "true"}),
    "S3": icechunk.s3_storage(
        bucket=bucket,
        prefix=prefix,
        region=store["region"],
        endpoint_url=store["platform"],
        allow_http=True,
        force_path_style=True,
        anonymous=True,
    ),
}
digests = {}
for way, storage in places.items():
    session = icechunk.Repository.open(storage).readonly_session("main")
    values = xr.open_zarr(session.store, consolidated=False).air_temperature.values
    digests[f"icechunk {icechunk.__version__.split('.')[0]}, {way}"] = hashlib.sha256(values.tobytes()).hexdigest()
print(json.dumps(digests))
