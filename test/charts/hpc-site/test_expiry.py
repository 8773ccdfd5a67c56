"""Scratch expires by store: whole, counted from the newest write, metadata first."""

from __future__ import annotations

import contextlib
import io
import json
import os
import tempfile
import unittest
from pathlib import Path
from unittest.mock import patch

import sources  # noqa: F401
from expiry import DAY_SECONDS, deletion_order, expire, expired, one_round, tree
from sidecar import forget_gone

NOW = 1_800_000_000.0


class Scratch(unittest.TestCase):
    def setUp(self) -> None:
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.bucket = Path(scratch.name) / "bucket"
        self.bucket.mkdir()

    def write(self, path: str, days_ago: float) -> Path:
        file = self.bucket / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x")
        when = NOW - days_ago * DAY_SECONDS
        os.utime(file, (when, when))
        return file

    def age_directories(self) -> None:
        for directory, _, _ in os.walk(self.bucket, topdown=False):
            os.utime(directory, (NOW - DAY_SECONDS, NOW - DAY_SECONDS))

    def left(self) -> list[str]:
        return sorted(
            str(path.relative_to(self.bucket))
            for path in self.bucket.rglob("*")
            if not path.is_dir() or path.is_symlink()
        )

    def test_a_store_with_one_young_chunk_stays_whole(self) -> None:
        self.write("ann/old.zarr/zarr.json", 30)
        self.write("ann/old.zarr/t/c/0/0", 30)
        self.write("ann/old.zarr/t/c/0/1", 1)
        self.assertEqual(expire(str(self.bucket), 7, NOW), 0)
        self.assertEqual(len(self.left()), 3)

    def test_a_store_goes_whole_with_its_metadata_first(self) -> None:
        root = self.bucket / "ann" / "x.zarr"
        for name in ("t/c/0/0", "t/zarr.json", "zarr.json", "a/c/0"):
            self.write(f"ann/x.zarr/{name}", 8)
        order = [os.path.relpath(path, root) for path in deletion_order(str(root), list(tree(str(root))))]
        self.assertEqual(order, ["zarr.json", "t/zarr.json", "a/c/0", "t/c/0/0"])
        self.assertEqual(expire(str(self.bucket), 7, NOW), 4)
        self.assertEqual(self.left(), [])

    def test_zarr_2_and_icechunk_are_stores_too(self) -> None:
        for name in ("two/.zgroup", "two/t/.zarray", "two/t/0.0", "ice/refs/branch.main/ref.json", "ice/snapshots/S"):
            self.write(name, 8)
        self.write("two/t/0.1", 1)
        self.write("ice/chunks/C", 1)
        self.assertEqual(expire(str(self.bucket), 7, NOW), 0)

    def test_other_files_go_one_by_one(self) -> None:
        self.write("ann/a.csv", 8)
        self.write("ann/b.csv", 6)
        self.assertEqual(expire(str(self.bucket), 7, NOW), 1)
        self.assertEqual(self.left(), ["ann/b.csv"])

    def test_uploads_in_progress_are_left_alone(self) -> None:
        self.write(".sgwtmp/multipart/x", 30)
        self.assertEqual(list(expired(str(self.bucket), NOW)), [])
        self.age_directories()
        expire(str(self.bucket), 7, NOW)
        self.assertEqual(self.left(), [".sgwtmp/multipart/x"])

    def test_a_store_that_cannot_be_read_to_its_end_does_not_expire(self) -> None:
        self.write("ann/old.zarr/zarr.json", 30)
        self.write("ann/old.zarr/t/c/0/0", 30)
        self.write("ann/old.csv", 30)
        scandir = os.scandir

        def refusing(path: str) -> object:
            if os.path.basename(path) == "t":
                raise PermissionError(13, "Permission denied", path)
            return scandir(path)

        with patch("expiry.os.scandir", refusing), contextlib.redirect_stdout(io.StringIO()) as told:
            self.assertEqual(expire(str(self.bucket), 7, NOW), 1)
        self.assertEqual(self.left(), ["ann/old.zarr/t/c/0/0", "ann/old.zarr/zarr.json"])
        self.assertIn("nothing expires in", told.getvalue())

    def test_links_are_neither_followed_nor_removed(self) -> None:
        outside = self.bucket.parent / "outside"
        outside.mkdir()
        (outside / "precious").write_text("x")
        os.utime(outside / "precious", (0, 0))
        (self.bucket / "link").symlink_to(outside)
        (self.bucket / "file").symlink_to(outside / "precious")
        self.assertEqual(expire(str(self.bucket), 7, NOW), 0)
        self.assertTrue((outside / "precious").exists())
        self.assertEqual(self.left(), ["file", "link"])

    def test_only_scratch_buckets_are_gone_through_where_they_really_lie(self) -> None:
        root, bundle = self.bucket.parent / "site", self.bucket.parent / "bundle"
        (root / "buckets").mkdir(parents=True)
        bundle.mkdir()
        (root / "buckets" / "lib").mkdir()
        (root / "buckets" / "tmp").symlink_to(self.bucket)
        for old in (self.write("ann/a.csv", 8), root / "buckets" / "lib" / "a.csv"):
            old.write_text("x")
            os.utime(old, (0, 0))
        rows = [{"name": "tmp", "purpose": "scratch", "expireDays": 7}]
        rows.append({"name": "lib", "purpose": "library", "expireDays": None})
        (bundle / "site.json").write_text(json.dumps({"buckets": rows}))
        with contextlib.redirect_stdout(io.StringIO()) as told:
            one_round(root, bundle, NOW)
        self.assertEqual(told.getvalue(), "tmp: 1 files expired after 7 days\n")
        self.assertTrue((root / "buckets" / "lib" / "a.csv").exists())

    def test_directories_go_when_they_have_been_empty_for_a_while(self) -> None:
        (self.bucket / "ann" / "empty").mkdir(parents=True)
        (self.bucket / "bob").mkdir()
        os.utime(self.bucket / "bob", (NOW, NOW))
        os.utime(self.bucket / "ann" / "empty", (NOW - DAY_SECONDS, NOW - DAY_SECONDS))
        expire(str(self.bucket), 7, NOW)
        self.assertFalse((self.bucket / "ann" / "empty").exists())
        self.assertTrue((self.bucket / "bob").exists())
        self.assertTrue(self.bucket.exists())

    def test_what_a_sidecar_keeps_goes_with_its_object_and_not_before(self) -> None:
        attributes = self.bucket.parent / "s3-attributes"
        kept = ("meta/acl", "ann/a/meta/etag", "ann/meta/etag", "bo/young/meta/etag")
        for path in (*kept, "bo/gone/deep/meta/etag", "bo/gone/meta/etag"):
            (attributes / "tmp" / path).parent.mkdir(parents=True)
            (attributes / "tmp" / path).write_text("x")
            if "young" not in path:
                os.utime((attributes / "tmp" / path).parent, (NOW - 7200, NOW - 7200))
        os.utime(attributes / "tmp/bo/young/meta", (NOW, NOW))
        self.write("ann/a", 1)
        (self.bucket.parent / "buckets").mkdir()
        (self.bucket.parent / "buckets" / "tmp").symlink_to(self.bucket)
        forget_gone(attributes, self.bucket.parent / "buckets", NOW - 3600)
        left = {str(path.relative_to(attributes / "tmp")) for path in attributes.rglob("*") if path.is_file()}
        self.assertEqual(left, set(kept))
        self.assertFalse((attributes / "tmp" / "bo" / "gone").exists())


if __name__ == "__main__":
    unittest.main()
