"""s3_account.py --root ROOT --hub HUB --prefix PREFIX USER: sees to the S3 account of one of the machine's users.

Run by a hub as a server or a Dask cluster starts; a second time it changes nothing. It tells no keys: they are in the
file that the endpoint reads, which the hub reads too.
"""

from __future__ import annotations

import argparse
import json
import pwd
import secrets as random
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

if (beside := str(Path(__file__).resolve().parent)) not in sys.path:
    sys.path.insert(0, beside)

import buckets
import own_buckets
from bundle import read_bundle
from faults import SiteFault, as_fault
from layout import Layout, site_layout
from people import Account, locked, look_who_left, people, read_accounts, write_accounts


def _account(told: Mapping[str, Any], hub: str, user: pwd.struct_passwd) -> Account:
    """A person's account at a hub, new where there is none or where the number was another's."""
    access = f"{hub}-{user.pw_uid}"
    numbers = {"userID": user.pw_uid, "groupID": user.pw_gid, "projectID": 0}
    kept = told["accessAccounts"].get(access)
    if kept and kept.get("user") == user.pw_name:
        return {**kept, **numbers}
    made = {"access": access, "secret": random.token_hex(20), "role": "user", "hub": hub, "user": user.pw_name}
    return {**made, **numbers}


def grant(layout: Layout, hub: str, name: str, prefix: str) -> None:
    """Gives one of the machine's users an account, a directory in each scratch bucket, and what the hub grants.

    :raises SiteFault: with why that cannot be.
    """
    try:
        user = pwd.getpwnam(name)
    except KeyError:
        raise SiteFault(f"the machine does not know {name}") from None
    if user.pw_uid == 0:
        raise SiteFault(f"{name} is root, who gets no keys")
    base = read_bundle(layout.link("base"))
    with locked(layout):
        told = read_accounts(layout)
        before = json.dumps(told, sort_keys=True)
        left = look_who_left(told, time.time())
        account = _account(told, hub, user)
        before_them = told["accessAccounts"].get(account["access"])
        if before_them and before_them["user"] != name:
            left.append(before_them)
        account["buckets"] = own_buckets.names(base.site["buckets"], hub, prefix)
        told["accessAccounts"][account["access"]] = account
        as_before = json.dumps(told, sort_keys=True) == before
        own_buckets.make(layout, account, prefix)
        if as_before and account.get("ready"):
            return
        account.pop("ready", None)  # until its rights are set anew: a start that is cut off here is made up for
        # First, or the next one with a number would find the keys of the last in rights.
        own_buckets.remove(layout, left, people(told))
        write_accounts(layout, told)
        buckets.apply_policies(layout, base, own=account["buckets"].values())
        account["ready"] = True
        write_accounts(layout, told)


def main() -> int:
    """Runs the command; the exit code."""
    parser = argparse.ArgumentParser(prog="s3_account.py")
    for name in ("--root", "--hub", "--prefix"):
        parser.add_argument(name, required=True)
    parser.add_argument("user")
    arguments = parser.parse_args()
    try:
        grant(site_layout(arguments.root), arguments.hub, arguments.user, arguments.prefix)
    except (SiteFault, OSError) as error:
        reason = as_fault(error).line()
    else:
        return 0
    print(reason, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
