"""The lake of a site: its buckets' directories, the hubs' accounts, and who may do what in which bucket."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bundle import Bundle
from cache import remove_tree
from credentials import ACCOUNT_SUFFIX, account_of, known_secrets
from faults import SiteFault
from layout import Layout
from progress import say
from s3 import Endpoint, request
from whole_file import write_whole

# Where the S3 endpoint keeps uploads in a bucket until they are whole.
UPLOADS = ".sgwtmp"
READ = ["s3:GetObject"]
WRITE = ["s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"]
LIST = ["s3:ListBucket", "s3:GetBucketLocation"]
LIST_UPLOADS = ["s3:ListBucketMultipartUploads"]


def make_buckets(layout: Layout, buckets: Sequence[Mapping[str, Any]], going_back: bool = False) -> None:
    """Makes each bucket's directory, or the link to the directory that it was given; what is there stays.

    A relative path counts from the directory that the kit runs in at the install: the federation file's. Going back to
    an earlier release, a bucket stays where its data has been moved.

    :raises SiteFault: where an existing bucket's directory is missing, data would be left behind by another `path`, or
        nobody here could act as the owners of files.
    """
    for bucket in buckets:
        if bucket.get("ownFiles") and os.geteuid() != 0:
            raise SiteFault(
                f"bucket {bucket['id']} would expire by `own-files`, and only root acts as the owner of each file: "
                "install as root, or write `expire: centre`, or `expire: {days: 7}` for the files of this account"
            )
        place = layout.directory("buckets") / bucket["name"]
        target = place if bucket.get("path") is None else Path(os.path.abspath(bucket["path"]))
        if bucket.get("existing") and not target.is_dir():
            raise SiteFault(
                f"bucket {bucket['id']} is said to exist, but {target} is no directory: name its directory as `path`, "
                "or leave `existing` out"
            )
        if going_back and place.is_symlink() and _holds_data(place) and not _holds_data(target):
            continue
        _settle(place, target, bucket["id"])


def _settle(place: Path, target: Path, bucket_id: str) -> None:
    """Makes `place` lead to `target`: itself, or another directory."""
    now = Path(os.readlink(place)) if place.is_symlink() else place
    if now == target:
        target.mkdir(mode=0o755, parents=True, exist_ok=True)
        return
    if _holds_data(now) and not (place.is_symlink() and target != place and _holds_data(target)):
        raise SiteFault(
            f"bucket {bucket_id} would be {target} from now on, without what it holds in {now}: move that to {target} "
            f"and remove {place} first; or name its place as `path` (or give the bucket another id, and it stays there)"
        )
    if _holds_data(now):
        say(f"warning: bucket {bucket_id} is {target} now; what it held before stays in {now}")
    if place.is_symlink():
        place.unlink()
    elif place.is_dir():
        remove_tree(place)  # empty
    target.mkdir(mode=0o755, parents=True, exist_ok=True)
    if target != place:
        place.symlink_to(target, target_is_directory=True)


def _holds_data(directory: Path) -> bool:
    """Whether a bucket's directory has more in it than what the S3 endpoint makes for itself."""
    return directory.is_dir() and any(entry.name != UPLOADS for entry in directory.iterdir())


def tell_what_stays(layout: Layout, before: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]]) -> None:
    """Says where the data of buckets is that have left the config: nothing of it is ever removed."""
    names = {bucket["name"] for bucket in now}
    for bucket in before:
        place = layout.directory("buckets") / bucket["name"]
        if bucket["name"] not in names and _holds_data(place):
            where = os.path.realpath(place)
            say(f"warning: bucket {bucket['id']} has left the config; its data stays in {where}, and nobody is let in")


def hubs_of(buckets: Sequence[Mapping[str, Any]]) -> list[str]:
    """The hubs that any bucket names in a grant."""
    return sorted({grant["hub"] for bucket in buckets for grant in bucket["grants"]})


def write_accounts(layout: Layout, buckets: Sequence[Mapping[str, Any]]) -> None:
    """Gives hubs their accounts, in the file that the S3 endpoint reads at each look-up.

    Those that the grants name, and those that are here: keys that nobody knows would not even read a public bucket.
    """
    accounts = {}
    here = {path.name.removesuffix(ACCOUNT_SUFFIX) for path in layout.directory("secrets").glob(f"*{ACCOUNT_SUFFIX}")}
    for hub in sorted({*hubs_of(buckets), *here}):
        keys = account_of(layout, hub)
        access = keys["AWS_ACCESS_KEY_ID"]
        numbers = {"userID": 0, "groupID": 0, "projectID": 0}
        accounts[access] = {"access": access, "secret": keys["AWS_SECRET_ACCESS_KEY"], "role": "user", **numbers}
    directory = layout.directory("state") / "base" / "iam"
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = directory / "users.json"
    text = json.dumps({"accessAccounts": accounts}, sort_keys=True)
    write_whole(path, text, 0o600)


def policy_of(bucket: Mapping[str, Any]) -> dict[str, Any] | None:
    """A bucket's policy from its audience and grants; None where nobody but the site itself may use it."""
    arn = f"arn:aws:s3:::{bucket['name']}"
    statements = []

    def allow(principal: str, actions: list[str], resources: list[str]) -> None:
        statements.append(
            {"Effect": "Allow", "Principal": {"AWS": [principal]}, "Action": actions, "Resource": resources}
        )

    if bucket.get("public"):
        allow("*", READ, [f"{arn}/*"])
        allow("*", LIST, [arn])
    for grant in bucket["grants"]:
        writes = grant["right"] == "write"
        account = f"hub-{grant['hub']}"
        allow(account, LIST + (LIST_UPLOADS if writes else []), [arn])
        allow(account, READ + (WRITE if writes else []), [f"{arn}/{key}" for key in grant["prefixes"]])
    return {"Version": "2012-10-17", "Statement": statements} if statements else None


def apply_policies(layout: Layout, bundle: Bundle) -> list[str]:
    """Brings the buckets' policies to what the site says; returns the buckets that were changed.

    A bucket that has left the config keeps its data and loses its policy.
    """
    secrets = known_secrets(layout, bundle.id)
    s3 = bundle.site["s3"]
    at = Endpoint(s3["endpoint"], s3["region"], secrets["ROOT_ACCESS_KEY"], secrets["ROOT_SECRET_KEY"], s3.get("here"))
    wanted = {bucket["name"]: policy_of(bucket) for bucket in bundle.site["buckets"]}
    for entry in sorted(layout.directory("buckets").iterdir()):
        if entry.is_dir() and not entry.name.startswith("."):
            wanted.setdefault(entry.name, None)
    return [name for name, policy in wanted.items() if _apply(at, name, policy)]


def _apply(at: Endpoint, name: str, policy: dict[str, Any] | None) -> bool:
    status, body = request(at, "GET", f"/{name}", "policy=")
    current = json.loads(body) if status == 200 else None
    if current == policy:
        return False
    if policy is None:
        status, body = request(at, "DELETE", f"/{name}", "policy=")
    else:
        status, body = request(at, "PUT", f"/{name}", "policy=", json.dumps(policy).encode())
    if status not in (200, 204):
        reason = body.decode("utf-8", "replace")[:300]
        raise SiteFault(f"the policy of bucket {name} was refused with {status}: {reason}")
    return True
