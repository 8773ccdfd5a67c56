"""own_accounts.py ROOT ANN BO: what two users of a site may by S3, each with their own keys, as JSON."""

from __future__ import annotations

import json
import os
import pwd
import subprocess
import sys
from pathlib import Path

root, ann, bo = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
current = root / "current"
sys.path[:0] = [str(current / "base" / "kit"), str(current / "prod" / "config")]

from s3 import Endpoint, request  # noqa: E402
from user_prefix import user_prefix  # noqa: E402

site = json.loads((current / "base" / "site.json").read_text("utf-8"))


def keys_of(user: str) -> tuple[Endpoint, str]:
    """A user's keys and own bucket, as their hub sees to them."""
    program = [sys.executable, "-I", str(current / "prod" / "kit" / "s3_account.py"), "--root", str(root)]
    subprocess.run([*program, "--hub", "prod", "--prefix", user_prefix(user), "--", user], check=True)
    told = json.loads((root / "state" / "base" / "iam" / "users.json").read_text("utf-8"))["accessAccounts"]
    account = told[f"prod-{pwd.getpwnam(user).pw_uid}"]
    at = Endpoint(site["s3"]["endpoint"], site["s3"]["region"], account["access"], account["secret"])
    return at, account["buckets"]["far-rhine-scratch"]


def as_user(user: str, *command: str) -> int:
    """Runs a command as a user; its code."""
    who = pwd.getpwnam(user)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.run(
        command, check=False, user=who.pw_uid, group=who.pw_gid, extra_groups=[], cwd="/", **quiet
    ).returncode


(annas, own), (bos, _) = keys_of(ann), keys_of(bo)
directory = os.path.realpath(root / "buckets" / own)
as_user(ann, "ln", "-sfn", str(root / "secrets"), f"{directory}/link")
secret = "link/base.secrets.json"
told = {
    "own": [request(annas, verb, f"/{own}/one", body=b"one" if verb == "PUT" else b"")[0] for verb in ("PUT", "GET")],
    "of another": [request(bos, verb, f"/{own}/one")[0] for verb in ("GET", "PUT", "DELETE")],
    "list of another": request(bos, "GET", f"/{own}")[0],
    "all of scratch": [request(at, "GET", "/far-rhine-scratch")[0] for at in (annas, bos)],
    "library": [request(at, verb, "/far-rhine-library")[0] for at in (annas, bos) for verb in ("GET",)],
    "write to the library": [request(at, "PUT", "/far-rhine-library/x", body=b"x")[0] for at in (annas, bos)],
    "through a link": [request(annas, verb, f"/{own}/{secret}", body=b"")[0] for verb in ("GET", "PUT", "DELETE")],
    "untouched": (root / "secrets" / "base.secrets.json").stat().st_size > 0,
    "owners": sorted({path.lstat().st_uid for path in Path(directory).rglob("*") if ".sgwtmp" not in path.parts}),
    "mode": f"{os.stat(directory).st_mode & 0o777:o}",
    "listed by another": as_user(bo, "ls", directory),
    "store": (Path(directory) / "t.zarr" / "zarr.json").is_file(),
}
as_user(ann, "rm", f"{directory}/link")
print(json.dumps(told))
