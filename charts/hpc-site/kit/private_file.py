"""A file of the machine with a secret that somebody put there, for the account of the site and nobody else."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from faults import SiteFault
from sockets import user_name

LONGEST = 64 << 10


def require_private(place: Path, called: str, made: str) -> None:
    """Refuses a secret that is missing, is not one word, or that others of the machine read or change.

    :param called: the key of the config that names it
    :param made: what somebody has to do who has not written it
    :raises SiteFault: with what is wrong with the file.
    """
    account = user_name(os.geteuid())
    made = f"{made}, alone: install -o {account} -m 600 /dev/stdin {place}"
    try:
        with place.open("rb") as stream:
            status = os.fstat(stream.fileno())
            text = stream.read(LONGEST).decode("utf-8").strip()
    except FileNotFoundError:
        raise SiteFault(f"{called} {place} is not there: {made}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SiteFault(f"{called} {place} cannot be read by {account}: {error}") from None
    if status.st_uid != os.geteuid():
        owner = user_name(status.st_uid)
        raise SiteFault(f"{called} {place} belongs to {owner}, who could change it: chown {account} {place}")
    if status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        mode = stat.filemode(status.st_mode)
        raise SiteFault(f"{called} {place} may be read or written by others ({mode}): chmod 600 {place}")
    if not text or len(text.split()) != 1:
        raise SiteFault(f"{called} {place} has {len(text.split())} words, and a secret is one: {made}")
