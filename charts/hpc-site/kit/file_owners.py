"""Scratch whose files belong to the machine's users: each one's are expired by a process of that user's own."""

from __future__ import annotations

import json
import os
import pwd
import select
import subprocess
import sys
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

# People's accounts; lower ones are the system's, whose files nobody here has asked about.
MINIMUM_UID = 1000
NOBODY = 65_534
# A user may stop a process that runs as them, and it would be waited for.
LONGEST_SECONDS = 3600.0
LONGEST_WORDS = 20_000


def owners(bucket: str) -> dict[int, list[str]]:
    """The entries of a bucket by who owns them. None is entered: root reads no user's directory."""
    found: dict[int, list[str]] = {}
    with os.scandir(bucket) as entries:
        for entry in entries:
            try:
                found.setdefault(entry.stat(follow_symlinks=False).st_uid, []).append(entry.name)
            except FileNotFoundError:
                continue
    return {uid: sorted(names) for uid, names in sorted(found.items())}


def identity(uid: int) -> dict[str, Any]:
    """The arguments by which a process is started as the owner of files.

    :raises PermissionError: for whom nothing is run, with the reason.
    """
    if uid == os.geteuid():
        return {}
    if uid < MINIMUM_UID or uid == NOBODY:
        raise PermissionError("an account of the system")
    if os.geteuid() != 0:
        raise PermissionError("only root acts as others")
    try:
        account = pwd.getpwuid(uid)
    except KeyError:
        raise PermissionError("the machine has no such account any more") from None
    groups = os.getgrouplist(account.pw_name, account.pw_gid)
    return {"user": uid, "group": account.pw_gid, "extra_groups": groups}


def expire_of_owners(bucket: str, days: float, now: float, only: Collection[str] | None = None) -> Iterator[str]:
    """Lets each owner's files expire, or those in some entries; what was done for whom, in words."""
    for uid, found in owners(bucket).items():
        names = found if only is None else [name for name in found if name in only]
        if not names:
            continue
        try:
            who = identity(uid)
        except PermissionError as error:
            yield f"files of {uid} stay: {error}"
            continue
        wish = json.dumps({"bucket": bucket, "names": names, "days": days, "now": now})
        for line in _run(wish, who).splitlines():
            if line.isprintable():
                yield f"of {uid}: {line}"


def _words(pipe: int, end: float) -> bytes:
    """What is said until it ends, in time: whoever else has hold of the pipe is not waited for."""
    said = b""
    while len(said) < LONGEST_WORDS and (left := end - time.monotonic()) > 0:
        ready, _, _ = select.select([pipe], [], [], left)
        part = os.read(pipe, LONGEST_WORDS) if ready else b""
        if not part:
            break
        said += part
    return said[:LONGEST_WORDS]


def _run(wish: str, who: dict[str, Any]) -> str:
    """What the program says for one owner, as much of it as fits a log: it is that user's, and may say anything."""
    program = str(Path(__file__).resolve().parent / "own_files.py")
    with subprocess.Popen(
        [sys.executable, "-I", "-B", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={"LC_ALL": "C.UTF-8", **{name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}},
        cwd="/",
        start_new_session=True,
        **who,
    ) as process:
        end = time.monotonic() + LONGEST_SECONDS
        assert process.stdin is not None and process.stdout is not None
        try:
            process.stdin.write(wish.encode())
            process.stdin.close()
        except BrokenPipeError:
            pass  # it says why
        said = _words(process.stdout.fileno(), end)
        process.stdout.close()
        try:
            process.wait(max(0.0, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    code = f"\nended with {process.returncode}" if process.returncode else ""
    return said.decode("utf-8", "replace").rstrip("\n") + code
