"""objects.py ROOT put|get NAME: an object in a site's scratch bucket, by the keys that the hub prod has."""

from __future__ import annotations

import json
import sys
from pathlib import Path

root, verb, name = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
sys.path.insert(0, str(root / "current" / "base" / "kit"))

from s3 import Endpoint, request  # noqa: E402

s3 = json.loads((root / "current" / "base" / "site.json").read_text("utf-8"))["s3"]
keys = json.loads((root / "secrets" / "prod.s3.json").read_text("utf-8"))
at = Endpoint(s3["endpoint"], s3["region"], keys["AWS_ACCESS_KEY_ID"], keys["AWS_SECRET_ACCESS_KEY"])
status, body = request(at, verb.upper(), f"/demo-east-scratch/ada/{name}", body=name.encode() if verb == "put" else b"")
if status != 200:
    sys.exit(f"{status} {body.decode('utf-8', 'replace')}")
print(body.decode())
