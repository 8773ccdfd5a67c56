"""Home directories of a hub's users."""

from __future__ import annotations

import shutil
from pathlib import Path

STARTER = "start-here.ipynb"


def make_home(home: Path, starter: Path) -> bool:
    """Makes a user's home with the starter's files in it, as a whole; returns whether it was made.

    A home that is there is left as it is: what its owner deleted does not come back.
    """
    if home.exists():
        return False
    making = home.with_name(f".{home.name}.new")  # no user's prefix begins with a dot
    shutil.rmtree(making, ignore_errors=True)  # of a hub that was ended just here
    making.mkdir(mode=0o700, parents=True)
    for file in starter.iterdir():
        shutil.copyfile(file, making / file.name)
    making.rename(home)
    return True
