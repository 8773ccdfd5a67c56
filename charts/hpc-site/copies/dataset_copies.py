"""dataset_copies.py [--once]: keeps copies of other sites' datasets. A program of a site's base.

Each copy has its turn when its time has come; one that failed, or whose source was written to all the while, is tried
again sooner. How each stands is in `state/base/copies/DATASET.json`, which `isthmus status` shows.
"""

from __future__ import annotations

import fcntl
import json
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

# Python is told (-I) not to look beside its script.
if (beside := str(Path(__file__).resolve().parent)) not in sys.path:
    sys.path[:0] = [beside, str(Path(beside).parent / "kit")]

from kept_files import KeptFiles
from one_copy import AT_ONCE, GRACE_SECONDS, Copy, Outcome, Run
from source import CopyFault, S3Source
from whole_file import write_whole

ROUND_SECONDS = 60.0
AGAIN_SECONDS = {"behind": 300.0, "failing": 900.0, "copying": 0.0}
TELL_SECONDS = 15.0
DAY_SECONDS = 86_400


class Standing:
    """How a copy stands, in a file that is never half-written."""

    def __init__(self, directory: Path, copy: Mapping[str, Any]) -> None:
        self.path = directory / f"{copy['dataset']}.json"
        self.copy = copy
        told = json.loads(self.path.read_text("utf-8")) if self.path.is_file() else {}
        # Another source or another bucket is another copy: nothing is known of it yet.
        self.told: dict[str, Any] = told if told.get("copy") == dict(copy) else {"copy": dict(copy), "whole": None}

    def due(self, now: float) -> bool:
        """Whether its time has come; clocks that were set back make none wait longer."""
        if "at" not in self.told:
            return True
        every = self.copy["everySeconds"]
        pause = min(every, AGAIN_SECONDS.get(self.told["state"], every))
        return not self.told["at"] <= now < self.told["at"] + pause

    def write(self, state: str, at: float, **more: object) -> None:
        """Notes how it stands; what was whole before stays known."""
        kept = {key: self.told[key] for key in ("copy", "whole")}
        self.told = {**kept, "state": state, "at": at, **more}
        write_whole(self.path, json.dumps(self.told, indent=2) + "\n", 0o600)


def one_copy(root: Path, copy: Mapping[str, Any], standing: Standing, now: float) -> str:
    """Lets a copy have its turn; returns the line of the log."""
    told_at = 0.0

    def tell(outcome: Outcome) -> None:
        nonlocal told_at
        if (moment := time.monotonic()) - told_at > TELL_SECONDS:
            told_at = moment
            standing.write("copying", now, copied=outcome.copied, copiedBytes=outcome.copied_bytes)

    files = KeptFiles(os.path.realpath(root / "buckets" / copy["bucket"]))
    what = Copy(copy["dataset"], copy["kind"], copy["prefix"])
    run = None
    try:
        standing.write("copying", now, copied=0, copiedBytes=0)
        run = Run(what, S3Source(copy["from"], AT_ONCE), files, now, tell)
        outcome = run.go()
    except (CopyFault, OSError) as error:
        copied = run.outcome.copied if run else 0
        standing.write("failing", now, problem=str(error))
        return f"{what.dataset}: failed after {copied} objects: {error}"
    found = outcome.found
    if not outcome.whole:
        problem = "the source is written to faster than it is copied"
        standing.write("behind", now, problem=problem)
        return f"{what.dataset}: behind, {outcome.copied} objects copied: {problem}"
    whole = {"at": now, "objects": found.objects, "bytes": found.bytes}
    standing.told["whole"] = {**whole, "leaving": found.leaving, "others": found.others}
    standing.write("whole", now)
    return told_of(what.dataset, outcome)


def told_of(dataset: str, outcome: Outcome) -> str:
    """A line on a copy that is whole."""
    found = outcome.found
    parts = [f"{dataset}: whole, {found.objects} objects, {found.bytes} bytes; {outcome.copied} copied"]
    parts += [f"{outcome.removed} removed"] if outcome.removed else []
    days = int(GRACE_SECONDS // DAY_SECONDS)
    parts += [f"{found.leaving} that the source has no more stay until {days} days are over"] if found.leaving else []
    parts += [f"{found.others} files among them that no copy made"] if found.others else []
    return ", ".join(parts)


def one_round(root: Path, bundle: Path, only_due: bool) -> None:
    """Goes through the site's copies once."""
    site = json.loads((bundle / "site.json").read_text("utf-8"))
    directory = root / "state" / "base" / "copies"
    for copy in site["copies"]:
        standing = Standing(directory, copy)
        now = time.time()
        if only_due and not standing.due(now):
            continue
        try:
            print(one_copy(root, copy, standing, now), flush=True)
        except OSError as error:  # a disk too full for a line, or for the file that tells how it stands
            print(f"{copy['dataset']}: {error}", file=sys.stderr, flush=True)


def main() -> None:
    """Looks every minute whose time has come; with --once each has its turn now, and that is all."""
    root, bundle = Path(os.environ["ISTHMUS_SITE_ROOT"]), Path(os.environ["ISTHMUS_BUNDLE"])
    once = "--once" in sys.argv
    while True:
        with (root / "state" / "base" / "copies" / ".lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # by hand beside the site's own: one after the other
            one_round(root, bundle, only_due=not once)
        if once:
            return
        time.sleep(ROUND_SECONDS)


if __name__ == "__main__":
    main()
