"""The secret of a hub's client at the federation's issuer: somebody puts it into a file of the machine."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from faults import SiteFault
from sockets import user_name

LONGEST = 64 << 10


def require(auth: Mapping[str, Any]) -> None:
    """Refuses a hub whose people could never sign in, or whose secret others of the machine read.

    :raises SiteFault: with what is wrong with the file.
    """
    if auth.get("kind") != "federation":
        return
    place = Path(auth["secretFile"])
    account = user_name(os.geteuid())
    made = f"write the client's secret into it, alone: install -o {account} -m 600 /dev/stdin {place}"
    try:
        with place.open("rb") as stream:
            status = os.fstat(stream.fileno())
            text = stream.read(LONGEST).decode("utf-8").strip()
    except FileNotFoundError:
        raise SiteFault(f"auth.secretFile {place} is not there: {made}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SiteFault(f"auth.secretFile {place} cannot be read by {account}: {error}") from None
    if status.st_uid != os.geteuid():
        owner = user_name(status.st_uid)
        raise SiteFault(f"auth.secretFile {place} belongs to {owner}, who could change it: chown {account} {place}")
    if status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        mode = stat.filemode(status.st_mode)
        raise SiteFault(f"auth.secretFile {place} may be read or written by others ({mode}): chmod 600 {place}")
    if not text or len(text.split()) != 1:
        raise SiteFault(f"auth.secretFile {place} has {len(text.split())} words, and a secret is one: {made}")
