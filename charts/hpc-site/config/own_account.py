"""Where root runs a site, each of the machine's users has an S3 account of their own: seen to, and its keys read."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Any

from as_user import CommandFailed, run
from hub_site import ROOT
from user_prefix import user_prefix


class NoAccount(CommandFailed):
    """A user who cannot have an S3 account, with the reason."""


async def ensure(site: Mapping[str, Any], user: str) -> None:
    """Sees to a user's account, before a job of theirs is submitted.

    :raises NoAccount: with the reason.
    """
    if not site.get("ownAccounts"):
        return
    program = f"{os.environ['ISTHMUS_BUNDLE']}/kit/s3_account.py"
    names = ["--root", str(ROOT), "--hub", site["hub"], "--prefix", user_prefix(user), "--", user]
    try:
        await run([sys.executable, "-I", program, *names])
    except CommandFailed as error:
        raise NoAccount(" ".join(str(error).split("\n")[-1].split())) from None
