"""expire_bucket.py BUCKET DAYS [--dry-run]: scratch expires by store, in a bucket of S3 or Google Cloud Storage.

Deletes in that bucket only. The rule is the one of a local site's buckets: a store goes whole, some days after the
newest write anywhere in it, its metadata first; other objects go one by one. What cannot be listed to its end does not
expire.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from expiry import DAY_SECONDS, Entry, deletion_order, is_metadata, is_store


class Store(Protocol):
    """A bucket of somebody's store."""

    def objects(self, prefix: str) -> Iterator[tuple[str, float]]:
        """Key and time of writing of every object below a prefix, to the last one."""
        ...

    def delete(self, keys: list[str]) -> None:
        """Deletes objects; those of one call may overtake each other.

        :raises RuntimeError: where the store refuses one.
        """
        ...


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


def listed(store: Store, prefix: str = "") -> Directory:
    """The objects below a prefix, to the last one."""
    root = Directory(prefix)
    for key, written in store.objects(prefix):
        root.add(key, written)
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


def still(store: Store, prefix: str, before: float) -> bool:
    """Whether nobody has written into what lies below since it was looked at."""
    return all(file.written < before for file in listed(store, prefix).all())


def ordered(store: str | None, keys: list[str]) -> Iterator[list[str]]:
    """Keys in requests that may not overtake each other: a store's metadata are gone before the first chunk is."""
    if store is None:
        yield keys
        return
    count = sum(is_metadata(store or ".", key) for key in keys)
    yield from (part for part in (keys[:count], keys[count:]) if part)


def expire(client: Store, bucket: str, days: float, now: float, dry_run: bool = False) -> int:
    """Deletes what expired in a bucket; returns the number of objects."""
    before = now - days * DAY_SECONDS
    count = 0
    for store, keys in expired(listed(client), before):
        what = f"{bucket}/{store or keys[0]}"
        if store is not None and not dry_run and not still(client, store, before):
            print(f"{what}: written to meanwhile, it stays", flush=True)
            continue
        if store is not None:
            print(f"{what}: {'would expire' if dry_run else 'expires'}, {len(keys)} objects", flush=True)
        for part in [] if dry_run else ordered(store, keys):
            client.delete(part)
        count += len(keys)
    print(f"{bucket}: {count} objects {'would expire' if dry_run else 'expired'} after {days:g} days", flush=True)
    return count


def store_of(bucket: str, google: bool, virtual_host: bool) -> Store:
    """The bucket by the client of its store, which an image for the other need not have."""
    if google:
        from google_bucket import GoogleBucket

        return GoogleBucket(bucket)
    from s3_bucket import S3Bucket

    return S3Bucket(bucket, "virtual" if virtual_host else "path")


def main() -> None:
    """The store and its keys are in the environment, as its clients read them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bucket")
    parser.add_argument("days", type=float)
    parser.add_argument("--dry-run", action="store_true", help="only say what would expire")
    parser.add_argument("--google", action="store_true", help="a bucket of Google Cloud Storage")
    parser.add_argument("--virtual-host", action="store_true", help="BUCKET.ENDPOINT/KEY, not ENDPOINT/BUCKET/KEY")
    wish = parser.parse_args()
    store = store_of(wish.bucket, wish.google, wish.virtual_host)
    expire(store, wish.bucket, wish.days, time.time(), wish.dry_run)


if __name__ == "__main__":
    main()
