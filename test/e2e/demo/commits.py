"""Concurrent writers of one Icechunk repository in this site's store: `isthmus run east commits.py`."""

from __future__ import annotations

import os
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import fsspec
import icechunk
import numpy as np
import zarr
from IPython.display import display

WRITERS = 16
place = urlsplit(f"{os.environ['SCRATCH_BUCKET']}/commits-{uuid.uuid4().hex}")


def storage() -> icechunk.Storage:
    """The repository's place; each writer has a client of its own."""
    return icechunk.s3_storage(
        bucket=place.netloc,
        prefix=place.path.strip("/"),
        endpoint_url=os.environ["AWS_ENDPOINT_URL"],
        region=os.environ["AWS_REGION"],
        allow_http=True,
        force_path_style=True,
        from_env=True,
    )


def session() -> icechunk.Session:
    """A writer's session, as from another process."""
    return icechunk.Repository.open(storage()).writable_session("main")


def set_cell(writer: icechunk.Session, cell: int, value: int) -> None:
    """Writes one chunk."""
    array = zarr.open_group(writer.store, mode="r+")["cells"]
    array[cell] = value


def cells() -> np.ndarray[Any, Any]:
    """What is committed."""
    opened = icechunk.Repository.open(storage()).readonly_session("main")
    values: np.ndarray[Any, Any] = zarr.open_group(opened.store, mode="r")["cells"][:]
    return values


first = icechunk.Repository.create(storage()).writable_session("main")
zarr.create_group(first.store).create_array("cells", shape=(WRITERS,), chunks=(1,), dtype="i4", fill_value=0)
first.commit("empty cells")

# Two writers of one cell: one wins, the other is told.
rivals = [session(), session()]
for value, rival in enumerate(rivals, 1):
    set_cell(rival, 0, value)
outcomes = []
for rival in rivals:
    try:
        rival.commit("the same cell")
        outcomes.append("committed")
    except icechunk.ConflictError:
        outcomes.append("conflict")
winner = int(cells()[0])

# As many writers of different cells at once: all go through, one after the other.
sessions = [session() for _ in range(WRITERS)]
for cell, writer in enumerate(sessions):
    set_cell(writer, cell, 100 + cell)


def commit(writer: icechunk.Session) -> str:
    """Tries again on top of what others committed meanwhile."""
    return writer.commit("a cell of my own", rebase_with=icechunk.ConflictDetector(), rebase_tries=1000)


with ThreadPoolExecutor(WRITERS) as pool:
    snapshots = list(pool.map(commit, sessions))
result = {
    "rivals": outcomes,
    "winner": winner,
    "commits": len(set(snapshots)),
    "cells": cells().tolist(),
    "history": len(list(icechunk.Repository.open(storage()).ancestry(branch="main"))),
}
fsspec.open(place.geturl()).fs.rm(place.geturl(), recursive=True)
display({"application/vnd.isthmus+json": result}, raw=True)
