"""Brings a copy of a dataset to what its source is: whole, or as it was before.

Objects are compared as both sides list them, side by side, so that neither list is held. Those that lead to others
(Zarr's documents, the branches of Icechunk) come last, when a later list has shown that nothing they lead to is
missing. What is copied already is not copied again, whatever ended the run before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from expiry import is_metadata
from kept_files import Kept, KeptFiles, in_order, refuse_odd
from source import ChangedMeanwhile, CopyFault, Listed, Source

AT_ONCE = 8  # objects; each holds a block of 1 MiB
WAITING = 32
# Lists of a source that is written to meanwhile, until it is said to change too fast.
LISTS = 10
GRACE_SECONDS = 7 * 86_400.0


@dataclass(frozen=True)
class Copy:
    """What is copied where."""

    dataset: str
    kind: str
    prefix: str
    """What keys begin with, at both."""


@dataclass
class Found:
    """What a list of the source says of the copy."""

    objects: int = 0
    bytes: int = 0
    metadata: int = 0
    """How many of the objects lead to others."""
    heads: dict[str, Listed] = field(default_factory=dict)
    """Those of them that are not copied yet."""
    behind: int = 0
    """Other objects that were not as listed, copied or not."""
    leaving: int = 0
    """Files that the source has no more."""
    others: int = 0
    """Files that no copy made."""


@dataclass
class Outcome:
    """How a run ended."""

    whole: bool
    found: Found
    copied: int = 0
    copied_bytes: int = 0
    removed: int = 0


def leads(copy: Copy, key: str) -> bool:
    """Whether an object leads to others, which readers find by it."""
    if copy.kind == "tiledb":
        return "/__commits/" in key
    return copy.kind in ("zarr", "icechunk") and is_metadata(copy.prefix, key)


def side_by_side(listed: Iterator[Listed], kept: Iterator[Kept]) -> Iterator[tuple[Listed | None, Kept | None]]:
    """Objects with their files; both come in the order of keys.

    :raises CopyFault: where the source's do not: what it has would be taken for gone.
    """
    a, b = next(listed, None), next(kept, None)
    while a is not None or b is not None:
        order = 1 if a is None else -1 if b is None else _compared(a.key, b.key)
        yield (a if order <= 0 else None, b if order >= 0 else None)
        if a is not None and order <= 0:
            following = next(listed, None)
            if following is not None and _compared(a.key, following.key) >= 0:
                raise CopyFault(f"the source lists {following.key!r} after {a.key!r}, which is not the order of keys")
            a = following
        if order >= 0:
            b = next(kept, None)


def _compared(a: str, b: str) -> int:
    first, second = in_order(a), in_order(b)
    return (first > second) - (first < second)


class Run:
    """One run over one copy."""

    def __init__(
        self, copy: Copy, source: Source, files: KeptFiles, now: float, tell: Callable[[Outcome], None] | None = None
    ) -> None:
        self.copy, self.source, self.files, self.now = copy, source, files, now
        self.outcome = Outcome(False, Found())
        self.tell = tell or (lambda outcome: None)

    def go(self) -> Outcome:
        """Copies until nothing differs.

        :raises CopyFault: where it cannot go on; what was copied stays, and what leads to others is as it was.
        """
        self.files.clear()
        before: dict[str, Listed] | None = None
        for _ in range(LISTS):
            found = self.outcome.found = self._look()
            nothing_else = found.behind == 0 and (not found.heads or found.heads == before)
            if nothing_else and self._write_heads(found.heads):
                self._remove_expired(found)
                self.outcome.whole = True
                break
            before = found.heads
        return self.outcome

    def _look(self) -> Found:
        """Goes through both lists once, and copies on the way what leads to nothing else."""
        found = Found()
        running: set[Future[int | None]] = set()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            try:
                for listed, kept in side_by_side(self._listed(), self.files.files(self.copy.prefix)):
                    if listed is not None and self._differs(found, listed, kept):
                        found.behind += 1
                        running.add(pool.submit(self._copy, listed))
                        running = self._waited(running, WAITING)
                    elif listed is None and kept is not None:
                        self._without_source(found, kept)
                self._waited(running, 0)
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
        if found.objects == 0 or (found.metadata == 0 and self.copy.kind in ("zarr", "icechunk")):
            what = "nothing" if found.objects == 0 else "objects and no metadata: no store any more"
            raise CopyFault(f"the source has {what} below {self.copy.prefix!r}; the copy stays as it is")
        return found

    def _listed(self) -> Iterator[Listed]:
        """The source's objects; empty ones that stand for folders are none."""
        try:
            for listed in self.source.objects(self.copy.prefix):
                if not (listed.key.endswith("/") and listed.size == 0):
                    refuse_odd(listed.key)
                    yield listed
        except ChangedMeanwhile as error:
            raise CopyFault(f"the source cannot be listed: {error}") from None

    def _differs(self, found: Found, listed: Listed, kept: Kept | None) -> bool:
        """Counts an object; whether it is to be copied now."""
        found.objects += 1
        found.bytes += listed.size
        head = leads(self.copy, listed.key)
        found.metadata += head
        if kept is not None and self._same(listed, kept):
            self.files.mark(kept, None)
            return False
        if head:
            found.heads[listed.key] = listed
        return not head

    def _same(self, listed: Listed, kept: Kept) -> bool:
        mark = kept.mark
        own = mark is not None and mark.dataset == self.copy.dataset and mark.version == listed.version
        return own and kept.size == listed.size

    def _without_source(self, found: Found, kept: Kept) -> None:
        if kept.mark is None or kept.mark.dataset != self.copy.dataset:
            found.others += 1
            return
        found.leaving += 1
        if kept.mark.gone is None:
            self.files.mark(kept, self.now)

    def _waited(self, running: set[Future[int | None]], most: int) -> set[Future[int | None]]:
        """Waits until no more than so many run; the first failure is raised."""
        while len(running) > most:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                self._count(future.result())
            self.tell(self.outcome)
        return running

    def _copy(self, listed: Listed) -> int | None:
        """Copies an object; its size, or None where it was not there any more as it was listed."""
        try:
            self.files.write(listed, self.copy.dataset, lambda into, again: self.source.read(listed, into, again))
        except ChangedMeanwhile:
            return None
        return listed.size

    def _count(self, size: int | None) -> bool:
        if size is None:
            return False
        self.outcome.copied += 1
        self.outcome.copied_bytes += size
        return True

    def _write_heads(self, heads: dict[str, Listed]) -> bool:
        """The deepest first, the store's own document last; whether all were still as listed."""
        deepest_first = sorted(heads, key=lambda key: (-key.count("/"), key))
        return all(self._count(self._copy(heads[key])) for key in deepest_first)

    def _remove_expired(self, found: Found) -> None:
        """Removes what the source has had no more for the time of grace: what leads to others first."""
        if found.leaving == 0:
            return
        before = self.now - GRACE_SECONDS
        for first in (True, False):
            for kept in self.files.files(self.copy.prefix):
                mark = kept.mark
                own = mark is not None and mark.dataset == self.copy.dataset
                over = own and mark.gone is not None and mark.gone <= before
                if over and leads(self.copy, kept.key) == first:
                    self.files.remove(kept.key)
                    self.outcome.removed += 1
                    found.leaving -= 1
