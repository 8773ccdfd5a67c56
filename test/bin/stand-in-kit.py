"""A site kit that only remembers: what `isthmus up`, `status` and `down` ask of a real one."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

verb, root = sys.argv[1], Path(sys.argv[sys.argv.index("--root") + 1])
stopped = root / "stopped"
if verb == "install":
    bundle = Path(sys.argv[sys.argv.index("--bundle") + 1])
    part = json.loads((bundle / "bundle.json").read_text("utf-8"))["id"]
    shutil.copytree(bundle, root / "current" / part)
    print(f"isthmus: {part} installed")
elif verb == "ensure":
    if (root / "broken").exists():
        print("isthmus: error: s3 does not start (log: log/s3.log)", file=sys.stderr)
        sys.exit(1)
    if stopped.exists():
        print("isthmus: started s3", flush=True)
        stopped.unlink()
elif verb == "status":
    state = "STOPPED" if stopped.exists() else "RUNNING"
    print(json.dumps({"programs": [{"name": "s3", "id": "base", "state": state, "health": "ok"}]}))
elif verb == "credentials":
    account = {"users": "any user name", "password": "open-sesame", "admins": ["admin"], "adminPassword": "root-sesame"}
    print(json.dumps({"prod": account}))
elif verb == "ports":
    print("[]")
