"""The S3 accounts of a machine's users, in the file that the endpoint reads, which is root's alone.

Where root runs a site for the users of a machine, each of them has an account of their own at each hub, of their own
number: what they write belongs to them. Keys are made here, and told to nothing but the jobs of their user.
"""

from __future__ import annotations

import fcntl
import json
import pwd
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from layout import Layout
from whole_file import write_whole

# The directory of users may not answer for a while; nobody who is still there may lose a running job's keys.
GONE_SECONDS = 86_400.0
LOOK_SECONDS = 3600.0

Account = dict[str, Any]


@contextmanager
def locked(layout: Layout) -> Iterator[None]:
    """One change of the accounts at a time."""
    with (layout.directory("run") / "s3-accounts.lock").open("a") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def accounts_path(layout: Layout) -> Path:
    """The file with all accounts, which the S3 endpoint reads at each look-up."""
    return layout.directory("state") / "base" / "iam" / "users.json"


def read_accounts(layout: Layout) -> dict[str, Any]:
    """That file: `accessAccounts` by access key, and when it was last looked who has left the machine."""
    try:
        told: dict[str, Any] = json.loads(accounts_path(layout).read_text("utf-8"))
    except FileNotFoundError:
        return {"accessAccounts": {}}
    return told


def write_accounts(layout: Layout, told: Mapping[str, Any]) -> None:
    """Writes that file, whole, with the lock held."""
    path = accounts_path(layout)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_whole(path, json.dumps(told, sort_keys=True), 0o600)


def people(told: Mapping[str, Any], hubs: Sequence[str] | None = None) -> list[Account]:
    """The accounts of people, of some hubs or of all; a hub's own account is nobody's."""
    accounts: Mapping[str, Account] = told["accessAccounts"]
    return [entry for entry in accounts.values() if "user" in entry and (hubs is None or entry["hub"] in hubs)]


def by_hub(told: Mapping[str, Any]) -> dict[str, list[str]]:
    """The access keys of each hub's people."""
    found: dict[str, list[str]] = {}
    for entry in people(told):
        found.setdefault(entry["hub"], []).append(entry["access"])
    return {hub: sorted(keys) for hub, keys in found.items()}


def look_who_left(told: dict[str, Any], now: float) -> list[Account]:
    """Takes out the accounts of those who have left the machine: at once where a name is of another, else in a day."""
    if now - told.get("looked", 0.0) < LOOK_SECONDS:
        return []
    left = []
    for entry in people(told):
        try:
            same = pwd.getpwnam(entry["user"]).pw_uid == entry["userID"]
        except KeyError:
            since = entry.setdefault("gone", now)
            same = now - since < GONE_SECONDS
        else:
            entry.pop("gone", None)
        if not same:
            left.append(told["accessAccounts"].pop(entry["access"]))
    told["looked"] = now
    return left
