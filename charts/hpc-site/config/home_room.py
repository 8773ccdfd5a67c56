"""home_room.py DIRECTORY BYTES: fails, and says why, where its user cannot write so much there.

It writes, since a quota shows in no other way. Needs nothing but the standard library: it is run by the notebooks'
environment, as the user.
"""

from __future__ import annotations

import errno
import os
import sys
import tempfile

# A server writes settings, kernels' addresses and notebooks into the home; with less room it fails in odd ways.
HOME_BYTES = 16 * 2**20
REASONS = {errno.ENOSPC: "its disk is full", errno.EDQUOT: "your quota is used up"}


def refusal(directory: str, size: int) -> str:
    """Why nothing can be written; empty where it can."""
    try:
        with tempfile.TemporaryFile(dir=directory) as stream:
            os.posix_fallocate(stream.fileno(), 0, size)
    except OSError as error:
        if error.errno in REASONS:
            return (
                f"{REASONS[error.errno]} ({size // 2**20} MiB are needed in {directory}): remove what you do not need"
            )
        return f"{directory} cannot be written to: {error.strerror}"
    return ""


if __name__ == "__main__":
    sys.exit(refusal(sys.argv[1], int(sys.argv[2])) or 0)
