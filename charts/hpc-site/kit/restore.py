"""Restoring a site from a backup: all of it is checked first, and nothing that is there is overwritten unasked.

Members are unpacked beside the site and moved into their places at the end. Until that has ended a mark keeps the site
from being installed; the same restore run again finds what is in place already and goes on from there.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from archive_reader import Reader
from faults import SiteFault
from layout import Layout
from placing import holds_nothing, is_same, put
from processes import marked, recorded
from progress import say

STAGE = "restoring"


@dataclass(frozen=True)
class Wish:
    """Whose backup is expected, and where its parts go."""

    federation: str
    site: str
    engine: Path
    """Directory with the engine's states and `index/`."""
    catalog: Path
    """Directory with the site's records."""
    replace: bool


@dataclass
class Plan:
    """What is to be moved into its place, what is there already, and what is kept as it is."""

    moves: list[tuple[Path, Path]] = field(default_factory=list)
    already: list[str] = field(default_factory=list)
    kept_records: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)


def restore(layout: Layout, stream: BinaryIO, wish: Wish) -> dict[str, Any]:
    """Puts a backup into its places, or nothing of it where there is a fault; all faults are in the result."""
    try:
        reader = Reader(stream)
    except SiteFault as fault:
        return {"ok": False, "about": {}, "faults": [str(fault)]}
    with layout.locked():
        stage = layout.directory(STAGE)
        shutil.rmtree(stage, ignore_errors=True)  # of a restore that was killed
        stage.mkdir(mode=0o700)
        try:
            plan = Plan()
            faults = [*reader.unpack(stage), *_running(layout, wish)]
            another = _of_another(reader.about, wish)
            faults += another or _planned(layout, stage, wish, plan)
            if faults:
                return {"ok": False, "about": reader.about, "faults": faults}
            _place(layout, plan)
        finally:
            shutil.rmtree(stage, ignore_errors=True)
    restored = [str(place) for _, place in plan.moves]
    told = {"restored": restored, "already": plan.already, "keptRecords": plan.kept_records, "replaced": plan.replaced}
    return {"ok": True, "about": reader.about, **told}


def _of_another(about: dict[str, Any], wish: Wish) -> list[str]:
    found = (about.get("federation"), about.get("site"))
    if found == (wish.federation, wish.site):
        return []
    return [
        f"the backup is of site {found[1]} of federation {found[0]}, not of {wish.site} of {wish.federation}: "
        "name the federation file and site that it belongs to"
    ]


def _running(layout: Layout, wish: Wish) -> list[str]:
    if not marked(layout.root) and not recorded(layout.directory("run"), layout.root):
        return []
    return [f"programs of the site run: isthmus down {wish.site} first, which keeps all data"]


def _planned(layout: Layout, stage: Path, wish: Wish, plan: Plan) -> list[str]:
    """Fills the plan; returns what would be overwritten."""
    faults = []
    for source, place in _units(layout, stage, wish):
        if not os.path.lexists(place) or holds_nothing(place):
            plan.moves.append((source, place))
        elif is_same(source, place):
            plan.already.append(str(place))
        elif source.is_relative_to(stage / "catalog"):
            plan.kept_records.append(str(place))
        elif wish.replace:
            plan.moves.append((source, place))
        else:
            faults.append(f"{place} is there and differs: --replace puts the backup's in its place and keeps the old")
    return faults


def _units(layout: Layout, stage: Path, wish: Wish) -> Iterator[tuple[Path, Path]]:
    """What is moved as a whole, each with its place: a secret's file, a hub's state, a user's home."""

    def inside(directory: Path) -> list[Path]:
        return sorted(directory.iterdir()) if directory.is_dir() else []

    for part in ("secrets", "state"):
        for source in inside(stage / part):
            yield source, layout.directory(part) / source.name
    for source in inside(stage / "engine"):
        if source.name != "index":
            yield source, wish.engine / source.name
    for source in inside(stage / "engine" / "index"):
        yield source, wish.engine / "index" / source.name
    for source in inside(stage / "catalog"):
        yield source, wish.catalog / source.name
    for hub in inside(stage / "home"):
        for source in inside(hub):
            yield source, layout.directory("home") / hub.name / source.name


def _place(layout: Layout, plan: Plan) -> None:
    """Moves all into place; killed at any moment, it can be done again."""
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    mark = layout.restore_mark
    mark.write_text(json.dumps({"since": stamp}) + "\n", "utf-8")
    layout.make([])
    for source, place in plan.moves:
        if os.path.lexists(place) and not holds_nothing(place):
            old = place.with_name(f"{place.name}.before-{stamp}")
            os.rename(place, old)
            plan.replaced.append(str(old))
        put(source, place)
        say(f"restored {place}")
    mark.unlink()
