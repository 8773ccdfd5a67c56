"""sidecar.py ROOT: what the S3 endpoint keeps of an object, and where, as JSON."""

from __future__ import annotations

import http.client
import json
import os
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

root = Path(sys.argv[1])
sys.path.insert(0, str(root / "current" / "base" / "kit"))

from s3 import Endpoint, signed_headers  # noqa: E402

site = json.loads((root / "current" / "base" / "site.json").read_text("utf-8"))
accounts = json.loads((root / "state" / "base" / "iam" / "users.json").read_text("utf-8"))["accessAccounts"]
at = Endpoint(site["s3"]["endpoint"], site["s3"]["region"], "hub-prod", accounts["hub-prod"]["secret"])


def asked(method: str, path: str, body: bytes = b"", **more: str) -> http.client.HTTPResponse:
    """The answer to a request, with more headers than are signed."""
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    connection = http.client.HTTPConnection(urlsplit(at.url).netloc, timeout=30)
    connection.request(method, path, body, {**signed_headers(at, method, path, "", body, stamp), **more})
    return connection.getresponse()


put = asked("PUT", "/try-scratch/deep/er/object", b"hello", **{"Content-Type": "text/x-own"}).status
got = asked("GET", "/try-scratch/deep/er/object")
place = root / "buckets" / "try-scratch"
attributes = {path.name: os.listxattr(path) for path in (place, place / "deep" / "er" / "object")}
told = {"put": put, "got": got.status, "type": got.getheader("Content-Type"), "tag": got.getheader("ETag")}
print(json.dumps({**told, "attributes": attributes, "kept": (root / "s3-attributes" / "try-scratch").is_dir()}))
