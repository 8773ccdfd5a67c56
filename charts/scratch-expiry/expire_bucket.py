"""expire_bucket.py BUCKET DAYS [--dry-run]: scratch expires by store, in a bucket of an S3 store.

Deletes in that bucket only. The rule is the one of a local site's buckets: a store goes whole, some days after the
newest write anywhere in it, its metadata first; other objects go one by one. What cannot be listed to its end does not
expire.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import botocore.session
from botocore.config import Config
from expiry import DAY_SECONDS, Entry, deletion_order, is_metadata, is_store

BATCH = 1000  # objects of one deletion, as S3 has it


@dataclass
class Directory:
    """What lies below a prefix."""

    prefix: str
    files: list[Entry] = field(default_factory=list)
    below: dict[str, Directory] = field(default_factory=dict)

    def add(self, key: str, written: float) -> None:
        """Puts an object in its place."""
        at = self
        *parents, name = key[len(self.prefix) :].split("/")
        for parent in parents:
            at = at.below.setdefault(parent, Directory(f"{at.prefix}{parent}/"))
        if name:
            at.files.append(Entry(key, written))

    def all(self) -> Iterator[Entry]:
        """Every object below."""
        yield from self.files
        for directory in self.below.values():
            yield from directory.all()


def listed(client: Any, bucket: str, prefix: str = "") -> Directory:  # noqa: ANN401 - botocore makes it at run time
    """The objects below a prefix, to the last one."""
    root = Directory(prefix)
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for item in page.get("Contents", []):
            root.add(item["Key"], item["LastModified"].timestamp())
    return root


def expired(directory: Directory, before: float) -> Iterator[tuple[str | None, list[str]]]:
    """What is to be deleted: groups of keys in their order, with the prefix of the store that a group is."""
    names = [f"{directory.prefix}{name}" for name in directory.below]
    if is_store(names, directory.files):
        inside = list(directory.all())
        if all(file.written < before for file in inside):
            yield directory.prefix, deletion_order(directory.prefix or ".", inside)
        return
    yield from ((None, [file.path]) for file in directory.files if file.written < before)
    for below in directory.below.values():
        yield from expired(below, before)


def still(client: Any, bucket: str, store: str, before: float) -> bool:  # noqa: ANN401
    """Whether nobody has written into a store since it was looked at."""
    return all(file.written < before for file in listed(client, bucket, store).all())


def delete(client: Any, bucket: str, keys: list[str]) -> int:  # noqa: ANN401
    """Deletes objects in their order; returns how many there were.

    :raises RuntimeError: where the store refuses one, so that what follows it stays.
    """
    for start in range(0, len(keys), BATCH):
        objects = [{"Key": key} for key in keys[start : start + BATCH]]
        answer = client.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
        for error in answer.get("Errors", []):
            raise RuntimeError(f"{bucket}/{error.get('Key')}: {error.get('Code')} {error.get('Message')}")
    return len(keys)


def ordered(store: str | None, keys: list[str]) -> Iterator[list[str]]:
    """Keys in requests that may not overtake each other: a store's metadata are gone before the first chunk is."""
    if store is None:
        yield keys
        return
    count = sum(is_metadata(store or ".", key) for key in keys)
    yield from (part for part in (keys[:count], keys[count:]) if part)


def expire(client: Any, bucket: str, days: float, now: float, dry_run: bool = False) -> int:  # noqa: ANN401
    """Deletes what expired in a bucket; returns the number of objects."""
    before = now - days * DAY_SECONDS
    count = 0
    for store, keys in expired(listed(client, bucket), before):
        what = f"{bucket}/{store or keys[0]}"
        if store is not None and not dry_run and not still(client, bucket, store, before):
            print(f"{what}: written to meanwhile, it stays", flush=True)
            continue
        if store is not None:
            print(f"{what}: {'would expire' if dry_run else 'expires'}, {len(keys)} objects", flush=True)
        for part in [] if dry_run else ordered(store, keys):
            delete(client, bucket, part)
        count += len(keys)
    print(f"{bucket}: {count} objects {'would expire' if dry_run else 'expired'} after {days:g} days", flush=True)
    return count


def main() -> None:
    """The store and its keys are in the environment, as S3 clients read them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bucket")
    parser.add_argument("days", type=float)
    parser.add_argument("--dry-run", action="store_true", help="only say what would expire")
    parser.add_argument("--virtual-host", action="store_true", help="BUCKET.ENDPOINT/KEY, not ENDPOINT/BUCKET/KEY")
    wish = parser.parse_args()
    style = "virtual" if wish.virtual_host else "path"
    config = Config(s3={"addressing_style": style}, retries={"max_attempts": 5, "mode": "standard"})
    client = botocore.session.get_session().create_client("s3", config=config)
    expire(client, wish.bucket, wish.days, time.time(), wish.dry_run)


if __name__ == "__main__":
    main()
