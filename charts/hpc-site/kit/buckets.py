"""The lake of a site: its buckets' directories, the hubs' accounts, and who may do what in which bucket."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import no_links
import own_buckets
from bundle import Bundle
from cache import remove_tree
from credentials import ACCOUNT_SUFFIX, account_of, known_secrets
from faults import SiteFault
from file_systems import kind_of
from layout import Layout
from people import by_hub, locked, people, read_accounts
from people import write_accounts as write_told
from progress import say
from s3 import Endpoint, request

# Where the S3 endpoint keeps uploads in a bucket until they are whole.
UPLOADS = ".sgwtmp"
# Smaller ones fit any file system that keeps attributes.
SMALL_POLICY = 3000
HARDLINKS = Path("/proc/sys/fs/protected_hardlinks")
READ = ["s3:GetObject"]
WRITE = ["s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"]
LIST = ["s3:ListBucket", "s3:GetBucketLocation"]
LIST_UPLOADS = ["s3:ListBucketMultipartUploads"]


def make_buckets(
    layout: Layout, buckets: Sequence[Mapping[str, Any]], going_back: bool = False, attributes: bool = True
) -> None:
    """Makes each bucket's directory, or the link to the directory that it was given; what is there stays.

    A relative path counts from the directory that the kit runs in at the install: the federation file's. Going back to
    an earlier release, a bucket stays where its data has been moved. With `attributes` its file system must have them.

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
        if attributes:
            _require_attributes(place, bucket["id"])


def _require_attributes(place: Path, bucket_id: str) -> None:
    """Rights of a bucket, and what S3 tells of its objects, are extended attributes of its directory and files."""
    name = "user.isthmus.try"
    try:
        os.setxattr(place, name, b"1")
        os.removexattr(place, name)
    except OSError as error:
        if error.errno not in (errno.ENOTSUP, errno.ENOSYS):
            return  # it cannot be written to, which the endpoint says of what is written
        where = os.path.realpath(place)
        raise SiteFault(
            f"bucket {bucket_id} lies in {where}, on {kind_of(place)}, which keeps no extended attributes, and rights "
            "are kept in them: name a directory on another file system as `path` (ext4, XFS, Lustre and GPFS keep "
            "them, NFS from version 4.2 where its server does), or have the endpoint keep them in files of its own: "
            "`storage: {sidecar: true}`"
        ) from None


def keep_apart(layout: Layout, site: Mapping[str, Any], unix_users: bool) -> None:
    """Sees to it that people reach by the S3 endpoint no more than their accounts may, whatever they do to files.

    Only where they have files there beside it: at a site of a machine's users.

    :raises SiteFault: where this machine cannot have that.
    """
    if not unix_users:
        return
    reached = [str(layout.directory("buckets") / b["name"]) for b in site["buckets"] if b.get("path") is not None]
    if why := no_links.refusal(reached):
        raise SiteFault(why)
    if reached and HARDLINKS.is_file() and HARDLINKS.read_text().strip() == "0":
        raise SiteFault(
            f"users may link to files of others ({HARDLINKS} is 0), which the S3 endpoint would read to them: "
            "sysctl fs.protected_hardlinks=1"
        )
    if not site.get("ownAccounts"):
        return
    for bucket in site["buckets"]:
        own_buckets.keep_uploads(layout.directory("buckets") / bucket["name"], UPLOADS)


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


def write_accounts(layout: Layout, site: Mapping[str, Any]) -> None:
    """Gives hubs their accounts, in the file that the S3 endpoint reads at each look-up.

    Those that the grants name, and those that are here: keys that nobody knows would not even read a public bucket.
    Where people have accounts of their own, hubs have none, and those of hubs that are gone go.
    """
    granted = hubs_of(site["buckets"])
    with locked(layout):
        told = read_accounts(layout)
        if site.get("ownAccounts"):
            kept = people(told, [*granted, *layout.installed()])
            own_buckets.remove(layout, people(told), kept)
            write_told(layout, {**told, "accessAccounts": {entry["access"]: entry for entry in kept}})
            return
        secrets = layout.directory("secrets")
        here = {path.name.removesuffix(ACCOUNT_SUFFIX) for path in secrets.glob(f"*{ACCOUNT_SUFFIX}")}
        accounts = {}
        for hub in sorted({*granted, *here}):
            keys = account_of(layout, hub)
            access = keys["AWS_ACCESS_KEY_ID"]
            numbers = {"userID": 0, "groupID": 0, "projectID": 0}
            accounts[access] = {"access": access, "secret": keys["AWS_SECRET_ACCESS_KEY"], "role": "user", **numbers}
        write_told(layout, {"accessAccounts": accounts})


def policy_of(
    bucket: Mapping[str, Any], name: str | None = None, keys: Mapping[str, Sequence[str]] | None = None
) -> dict[str, Any] | None:
    """A bucket's policy from its audience and grants; None where nobody but the site itself may use it.

    `name` is that of a part of it, where it is not the bucket's; `keys` those of each hub's people, who stand for it.
    """
    arn = f"arn:aws:s3:::{name or bucket['name']}"
    statements = []

    def allow(principals: Sequence[str], actions: list[str], resources: list[str]) -> None:
        statements.append(
            {"Effect": "Allow", "Principal": {"AWS": [*principals]}, "Action": actions, "Resource": resources}
        )

    if bucket.get("public"):
        allow(["*"], READ, [f"{arn}/*"])
        allow(["*"], LIST, [arn])
    for grant in bucket["grants"]:
        listing, reading = (LIST + LIST_UPLOADS, READ + WRITE) if grant["right"] == "write" else (LIST, READ)
        objects = [f"{arn}/{key}" for key in grant["prefixes"]]
        if keys is None:
            principals: Sequence[str] = [f"hub-{grant['hub']}"]
        elif not (principals := keys.get(grant["hub"], [])):
            continue
        if keys is not None and grant["prefixes"] == ["*"]:
            # A file system keeps only so much of a policy: it names its people once.
            allow(principals, listing + reading, [arn, *objects])
            continue
        allow(principals, listing, [arn])
        allow(principals, reading, objects)
    return {"Version": "2012-10-17", "Statement": statements} if statements else None


def policies_of(layout: Layout, site: Mapping[str, Any]) -> dict[str, dict[str, Any] | None]:
    """The policies of a site's buckets, and of people's own ones."""
    if not site.get("ownAccounts"):
        return {bucket["name"]: policy_of(bucket) for bucket in site["buckets"]}
    told = read_accounts(layout)
    keys = by_hub(told)
    # In a scratch bucket people have buckets of their own.
    shared = {b["name"]: policy_of(b, keys={} if b["purpose"] == "scratch" else keys) for b in site["buckets"]}
    parts = own_buckets.policies(site["buckets"], people(told))
    return {**shared, **{name: policy_of(bucket, name, own) for name, (bucket, own) in parts.items()}}


def apply_policies(layout: Layout, bundle: Bundle, own: Collection[str] | None = None) -> list[str]:
    """Brings the buckets' policies to what the site says; returns the buckets that were changed.

    A bucket that has left the config keeps its data and loses its policy. With `own`, those of other people's own
    buckets are left alone.
    """
    secrets = known_secrets(layout, bundle.id)
    s3 = bundle.site["s3"]
    at = Endpoint(s3["endpoint"], s3["region"], secrets["ROOT_ACCESS_KEY"], secrets["ROOT_SECRET_KEY"], s3.get("here"))
    wanted = policies_of(layout, bundle.site)
    if own is not None:
        names = {*own, *(bucket["name"] for bucket in bundle.site["buckets"])}
        return [name for name, policy in wanted.items() if name in names and _apply(at, name, policy)]
    there = {e.name for e in layout.directory("buckets").iterdir() if e.is_dir() and not e.name.startswith(".")}
    for name in sorted(there):
        wanted.setdefault(name, None)
    # Somebody's own bucket may have no place any more: it is made again when they come.
    return [name for name, policy in wanted.items() if name in there and _apply(at, name, policy)]


def _apply(at: Endpoint, name: str, policy: dict[str, Any] | None) -> bool:
    status, body = request(at, "GET", f"/{name}", "policy=")
    current = json.loads(body) if status == 200 else None
    if current == policy:
        return False
    if policy is None:
        status, body = request(at, "DELETE", f"/{name}", "policy=")
    else:
        text = json.dumps(policy, separators=(",", ":")).encode()
        status, body = request(at, "PUT", f"/{name}", "policy=", text)
        if status not in (200, 204) and len(text) > SMALL_POLICY:
            raise SiteFault(
                f"the rights on bucket {name} name so many people ({len(text)} bytes) that its file system may not "
                "keep them: ext4 keeps 4 KiB of an attribute, XFS, Lustre and GPFS 64 KiB; give the bucket a `path` on "
                "one of these, make a library public, or take the right from a hub"
            )
    if status not in (200, 204):
        reason = body.decode("utf-8", "replace")[:300]
        raise SiteFault(f"the policy of bucket {name} was refused with {status}: {reason}")
    return True
