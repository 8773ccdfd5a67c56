"""Copies of datasets: whole or as before, metadata last, removed after a grace, gone on with after an end."""

from __future__ import annotations

import contextlib
import os
import tempfile
import unittest
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import patch

import sources  # noqa: F401
from kept_files import ETAG, KeptFiles, read_mark
from one_copy import GRACE_SECONDS, Copy, Outcome, Run
from source import ChangedMeanwhile, CopyFault, Listed

NOW = 1_800_000_000.0


class Store:
    """A source in memory. `meanwhile` runs before an object is read, `listing` before each list."""

    def __init__(self, objects: dict[str, str]) -> None:
        self.objects_ = objects
        self.read_: list[str] = []
        self.lists = 0
        self.meanwhile: Callable[[str], None] = lambda key: None
        self.listing: Callable[[int], None] = lambda count: None

    def objects(self, prefix: str) -> Iterator[Listed]:
        self.lists += 1
        self.listing(self.lists)
        for key in sorted(self.objects_, key=str.encode):
            if key.startswith(prefix):
                yield self.listed(key)

    def listed(self, key: str) -> Listed:
        return Listed(key, len(self.objects_[key].encode()), f"e-{self.objects_[key]}", 1.0)

    def read(self, listed: Listed, into: Callable[[bytes], object], again: Callable[[], object]) -> None:
        self.meanwhile(listed.key)
        if listed.key not in self.objects_ or self.listed(listed.key) != listed:
            raise ChangedMeanwhile(listed.key)
        into(b"half of what comes, then the connection breaks")
        again()
        into(self.objects_[listed.key].encode())
        self.read_.append(listed.key)


ZARR = {
    "d/zarr.json": "root",
    "d/t/zarr.json": "array",
    "d/t/c/0": "chunk 0",
    "d/t/c/1": "chunk 1",
    "d2/zarr.json": "another",
}


class Copies(unittest.TestCase):
    def setUp(self) -> None:
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.bucket = Path(scratch.name)
        self.store = Store(dict(ZARR))

    def run_once(self, kind: str = "zarr", prefix: str = "d/", now: float = NOW) -> Outcome:
        return Run(Copy("data", kind, prefix), self.store, KeptFiles(str(self.bucket)), now).go()

    def files(self) -> dict[str, str]:
        """What is there, but what nobody is shown."""
        found = [path for path in self.bucket.rglob("*") if path.is_file() and ".sgwtmp" not in path.parts]
        return {str(path.relative_to(self.bucket)): path.read_text() for path in sorted(found)}

    def below(self, prefix: str) -> dict[str, str]:
        return {key: text for key, text in sorted(self.store.objects_.items()) if key.startswith(prefix)}

    def test_everything_below_the_prefix_and_its_etags(self) -> None:
        outcome = self.run_once()
        self.assertEqual((outcome.whole, outcome.copied, outcome.found.objects), (True, 4, 4))
        self.assertEqual(self.files(), self.below("d/"))
        self.assertEqual(os.getxattr(self.bucket / "d/t/c/0", ETAG), b'"e-chunk 0"')
        self.assertEqual(list((self.bucket / ".sgwtmp/copies").iterdir()), [])

    def test_metadata_comes_last_and_the_root_after_all(self) -> None:
        self.run_once()
        self.assertEqual(self.store.read_[2:], ["d/t/zarr.json", "d/zarr.json"])

    def test_a_second_run_lists_once_and_reads_nothing(self) -> None:
        self.run_once()
        self.store.read_, self.store.lists = [], 0
        outcome = self.run_once()
        self.assertEqual((outcome.whole, outcome.copied, self.store.read_, self.store.lists), (True, 0, [], 1))

    def test_what_changed_is_copied_even_with_its_size(self) -> None:
        self.run_once()
        self.store.objects_ |= {"d/t/c/1": "chunk X", "d/zarr.json": "ROOT"}
        self.store.read_ = []
        self.assertTrue(self.run_once().whole)
        self.assertEqual(self.store.read_, ["d/t/c/1", "d/zarr.json"])
        self.assertEqual(self.files(), self.below("d/"))

    def test_a_file_that_was_cut_short_here_is_copied_again(self) -> None:
        self.run_once()
        os.truncate(self.bucket / "d/t/c/1", 3)
        self.assertEqual(self.run_once().copied, 1)
        self.assertEqual(self.files(), self.below("d/"))

    def test_an_end_in_the_middle_leaves_no_store_and_no_half_object(self) -> None:
        def end(key: str) -> None:
            if key == "d/t/c/1":
                raise CopyFault("the source broke off")

        self.store.meanwhile = end
        with self.assertRaisesRegex(CopyFault, "broke off"):
            self.run_once()
        self.assertNotIn("d/zarr.json", self.files())
        self.assertNotIn("d/t/c/1", self.files())
        self.store.meanwhile, self.store.read_ = lambda key: None, []
        self.assertTrue(self.run_once().whole)
        self.assertEqual(self.store.read_, ["d/t/c/1", "d/t/zarr.json", "d/zarr.json"])

    def test_an_end_leaves_the_metadata_of_before(self) -> None:
        self.run_once()
        self.store.objects_ |= {"d/t/c/2": "chunk 2", "d/zarr.json": "three chunks"}

        def end(key: str) -> None:
            raise CopyFault("killed")

        self.store.meanwhile = end
        with self.assertRaises(CopyFault):
            self.run_once()
        self.assertEqual(self.files()["d/zarr.json"], "root")

    def test_what_a_killed_run_left_is_cleared(self) -> None:
        beside = self.bucket / ".sgwtmp/copies"
        beside.mkdir(parents=True)
        (beside / "1234").write_text("half")
        self.run_once()
        self.assertEqual(list(beside.iterdir()), [])

    def test_a_commit_while_it_is_copied_brings_its_chunks_before_its_branch(self) -> None:
        self.store.objects_ = {"d/refs/branch.main/ref.json": "one", "d/snapshots/1": "s1", "d/chunks/a": "a"}
        order: list[str] = []

        def commit(key: str) -> None:
            order.append(key)
            if key == "d/snapshots/1":
                self.store.objects_ |= {"d/refs/branch.main/ref.json": "two", "d/snapshots/2": "s2", "d/chunks/b": "b"}

        self.store.meanwhile = commit
        self.assertTrue(self.run_once("icechunk").whole)
        self.assertEqual(self.files(), self.below("d/"))
        self.assertEqual(order[-1], "d/refs/branch.main/ref.json")
        self.assertEqual(self.files()["d/refs/branch.main/ref.json"], "two")

    def test_a_branch_is_never_newer_than_the_list_that_showed_its_chunks(self) -> None:
        # The list has passed the chunks when a commit adds one, and shows the branch as it is after that.
        self.store.objects_ = {"d/refs/b/ref.json": "one", "d/snapshots/1": "s1", "d/chunks/a": "a"}
        listed = self.store.objects

        def objects(prefix: str) -> Iterator[Listed]:
            for entry in listed(prefix):
                if entry.key == "d/refs/b/ref.json" and self.store.lists == 1:
                    self.store.objects_ |= {"d/refs/b/ref.json": "two", "d/chunks/b": "b", "d/snapshots/2": "s2"}
                    entry = self.store.listed("d/refs/b/ref.json")
                yield entry

        seen: list[list[str]] = []
        self.store.objects = objects  # type: ignore[method-assign]
        self.store.meanwhile = lambda key: seen.append(sorted(self.files())) if "refs" in key else None
        self.assertTrue(self.run_once("icechunk").whole)
        self.assertIn("d/chunks/b", seen[0])

    def test_a_source_that_never_rests_is_behind_and_keeps_the_metadata_of_before(self) -> None:
        self.run_once()
        self.store.listing = lambda count: self.store.objects_.update(
            {f"d/t/c/{count}": f"{count}", "d/zarr.json": f"root {count}"}
        )
        outcome = self.run_once()
        self.assertFalse(outcome.whole)
        self.assertEqual(self.files()["d/zarr.json"], "root")

    def test_what_the_source_has_no_more_goes_after_the_grace(self) -> None:
        self.run_once()
        del self.store.objects_["d/t/c/1"]
        outcome = self.run_once(now=NOW + 60)
        self.assertEqual((outcome.whole, outcome.removed, outcome.found.leaving), (True, 0, 1))
        outcome = self.run_once(now=NOW + GRACE_SECONDS)
        self.assertEqual((outcome.removed, outcome.found.leaving), (0, 1))
        outcome = self.run_once(now=NOW + 60 + GRACE_SECONDS)
        self.assertEqual((outcome.removed, outcome.found.leaving), (1, 0))
        self.assertEqual(self.files(), self.below("d/"))

    def test_what_comes_back_stays_and_its_grace_begins_anew(self) -> None:
        self.run_once()
        text = self.store.objects_.pop("d/t/c/1")
        self.run_once()
        self.store.objects_["d/t/c/1"] = text
        self.run_once()
        mark = read_mark(str(self.bucket / "d/t/c/1"))
        self.assertIsNone(mark.gone if mark else 0.0)

    def test_folders_go_with_their_last_file_and_the_bucket_never(self) -> None:
        self.store.objects_["d/u/c/0"] = "x"
        self.run_once()
        del self.store.objects_["d/u/c/0"]
        self.run_once()
        self.run_once(now=NOW + GRACE_SECONDS)
        self.assertFalse((self.bucket / "d/u").exists())
        self.assertTrue((self.bucket / "d/t").exists())

    def test_a_source_that_is_gone_takes_nothing_with_it(self) -> None:
        self.run_once()
        copied = self.files()
        self.store.objects_ = {"d/t/c/0": "chunk 0"}
        with self.assertRaisesRegex(CopyFault, "no store any more"):
            self.run_once()
        self.store.objects_ = {}
        for now in (NOW, NOW + 2 * GRACE_SECONDS):
            with self.assertRaisesRegex(CopyFault, "nothing below 'd/'"):
                self.run_once(now=now)
        self.assertEqual(self.files(), copied)

    def test_files_that_no_copy_made_are_left_alone(self) -> None:
        (self.bucket / "d").mkdir()
        (self.bucket / "d/notes.txt").write_text("mine")
        self.assertEqual(self.run_once().found.others, 1)
        self.assertEqual(self.run_once(now=NOW + 9 * GRACE_SECONDS).found.others, 1)
        self.assertEqual(self.files()["d/notes.txt"], "mine")

    def test_names_in_the_order_of_keys(self) -> None:
        self.store.objects_ = {f"d/{key}": key for key in ("zarr.json", "a/b", "a.b", "a0", "é/x", "a/b.c", "A")}
        self.assertEqual(self.run_once().copied, 7)
        outcome = self.run_once()
        self.assertEqual((outcome.whole, outcome.copied, outcome.found.leaving), (True, 0, 0))

    def test_an_order_of_another_kind_is_refused(self) -> None:
        self.run_once()
        self.store.objects = lambda prefix: iter([self.store.listed("d/zarr.json"), self.store.listed("d/t/c/0")])
        with self.assertRaisesRegex(CopyFault, "not the order of keys"):
            self.run_once()
        self.assertEqual(len(self.files()), 4)

    def test_keys_that_lead_elsewhere_are_refused(self) -> None:
        for key in ("d/../../x", "d//x", "d/./x", f"d/{'n' * 256}", ".sgwtmp/x"):
            self.store.objects_ = {"d/zarr.json": "root", key: "x"}
            with self.assertRaisesRegex(CopyFault, "cannot be kept as a file"):
                self.run_once(prefix=key[:1])

    def test_a_name_that_is_a_file_and_a_folder_is_told(self) -> None:
        self.store.objects_ = {"d/zarr.json": "root", "d/a": "x", "d/a/b": "y"}
        with self.assertRaisesRegex(CopyFault, "folder's"):
            self.run_once()

    def test_marks_of_folders_are_no_objects(self) -> None:
        self.store.objects_ |= {"d/": "", "d/t/": ""}
        self.assertEqual(self.run_once().found.objects, 4)

    def test_a_single_object_and_a_store_of_tiledb(self) -> None:
        self.store.objects_ = {"maps/depth.tif": "tif", "maps/other.tif": "o"}
        self.assertEqual(self.run_once("cog", "maps/depth.tif").copied, 1)
        self.assertEqual(self.files(), {"maps/depth.tif": "tif"})
        self.store.objects_ = {"a/__commits/1.wrt": "", "a/__fragments/1/x": "x", "a/__schema/s": "s"}
        self.store.read_ = []
        self.run_once("tiledb", "a/")
        self.assertEqual(self.store.read_[-1], "a/__commits/1.wrt")

    def test_a_full_disk_and_a_file_system_without_attributes_are_told(self) -> None:
        for number, what in ((28, "no space left"), (95, "keeps no extended attributes")):
            with (
                patch("os.setxattr", side_effect=OSError(number, "refused")),
                self.assertRaisesRegex(CopyFault, what),
            ):
                self.run_once()
        self.assertEqual(self.files(), {})
        with contextlib.suppress(FileNotFoundError):
            self.assertEqual(list((self.bucket / ".sgwtmp/copies").iterdir()), [])


if __name__ == "__main__":
    unittest.main()
