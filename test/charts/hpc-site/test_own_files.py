"""Users' own files in scratch go by processes of theirs, which harm nobody else's and follow no link."""

from __future__ import annotations

import contextlib
import io
import json
import os
import pwd
import stat
import sys
import tempfile
import unittest
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import sources  # noqa: F401
from buckets import make_buckets
from expiry import DAY_SECONDS, one_round
from faults import SiteFault
from file_owners import identity
from own_files import expire_own

ANN, BO = 47_110, 47_111
ROOT = os.geteuid() == 0


def all_may_enter(path: Path) -> bool:
    """Whether other users reach a file."""
    return all(place.stat().st_mode & stat.S_IXOTH for place in path.resolve().parents)


REACHED = all_may_enter(Path(sys.executable)) and all_may_enter(Path(identity.__code__.co_filename))


class Tree(unittest.TestCase):
    """A bucket with old and young files. When it came here counts too, so the tests look at it from years ahead."""

    def setUp(self) -> None:
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        os.chmod(scratch.name, 0o755)
        self.bucket = Path(scratch.name) / "bucket"
        self.bucket.mkdir(mode=0o755)
        self.now = self.bucket.stat().st_ctime + 1000 * DAY_SECONDS

    def write(self, path: str, days_ago: float = 30, owner: int | None = None) -> Path:
        file = self.bucket / path
        for parent in reversed(file.relative_to(self.bucket).parents[:-1]):
            place = self.bucket / parent
            if not place.exists():
                place.mkdir()
                if owner is not None:
                    os.chown(place, owner, owner)
        file.write_text("x")
        if owner is not None:
            os.chown(file, owner, owner)
        when = self.now - days_ago * DAY_SECONDS
        os.utime(file, (when, when))
        return file

    def left(self) -> list[str]:
        return sorted(
            str(p.relative_to(self.bucket)) for p in self.bucket.rglob("*") if p.is_symlink() or not p.is_dir()
        )

    def wish(self, *names: str) -> dict[str, object]:
        return {"bucket": str(self.bucket), "names": list(names), "days": 7, "now": self.now}

    def expire(self, *names: str) -> tuple[int, str]:
        with contextlib.redirect_stdout(io.StringIO()) as told:
            return expire_own(self.wish(*names)), told.getvalue()


class OneUser(Tree):
    def test_a_store_that_is_still_written_stays_whole_and_another_goes_whole(self) -> None:
        for chunk, days in (("zarr.json", 30), ("t/c/0/0", 30), ("t/c/0/1", 1)):
            self.write(f"ann/young.zarr/{chunk}", days)
        for chunk in ("zarr.json", "t/zarr.json", "t/c/0/0"):
            self.write(f"ann/old.zarr/{chunk}")
        self.assertEqual(self.expire("ann"), (3, ""))
        self.assertEqual(self.left(), [f"ann/young.zarr/{name}" for name in ("t/c/0/0", "t/c/0/1", "zarr.json")])

    def test_metadata_goes_first_and_what_cannot_be_removed_leaves_the_chunks(self) -> None:
        for chunk in ("a/c/0", "t/zarr.json", "zarr.json", "t/c/0"):
            self.write(f"ann/x.zarr/{chunk}")
        gone: list[str] = []

        def refusing(name: str, *, dir_fd: int) -> None:
            gone.append(
                os.path.relpath(os.readlink(f"/proc/self/fd/{dir_fd}"), self.bucket / "ann/x.zarr") + "/" + name
            )
            if len(gone) == 2:
                raise PermissionError(13, "Permission denied", name)

        with patch("own_files.os.unlink", refusing):
            self.assertEqual(self.expire("ann"), (0, "ann/x.zarr: Permission denied\n"))
        self.assertEqual(gone, ["./zarr.json", "t/zarr.json"])

    def test_what_came_lately_with_an_old_time_stays(self) -> None:
        file = self.write("ann/copy.csv", 30)
        self.now = file.stat().st_ctime + DAY_SECONDS
        self.assertEqual(self.expire("ann"), (0, ""))
        self.assertEqual(self.left(), ["ann/copy.csv"])

    def test_links_lead_nowhere_and_stay(self) -> None:
        outside = self.bucket.parent / "home"
        outside.mkdir()
        (outside / "thesis").write_text("x")
        (self.bucket / "ann").mkdir()
        (self.bucket / "link").symlink_to(outside)
        (self.bucket / "ann/directory").symlink_to(outside)
        (self.bucket / "ann/file").symlink_to(outside / "thesis")
        self.assertEqual(self.expire("ann", "link"), (0, ""))
        self.assertTrue((outside / "thesis").exists())
        self.assertEqual(self.left(), ["ann/directory", "ann/file", "link"])

    def test_a_directory_that_becomes_a_link_meanwhile_is_not_followed(self) -> None:
        outside = self.bucket.parent / "home"
        (outside / "b").mkdir(parents=True)
        (outside / "b/thesis").write_text("x")
        self.write("ann/a/b/old.csv")
        real = os.open

        def swapping(path: str, flags: int, *, dir_fd: int | None = None) -> int:
            if path == "a":
                (self.bucket / "ann/a").rename(self.bucket / "moved")
                (self.bucket / "ann/a").symlink_to(outside)
            return real(path, flags, dir_fd=dir_fd)

        with patch("own_files.os.open", swapping):
            count, told = self.expire("ann")
        self.assertEqual((count, told.split(":")[0]), (0, "ann/a"))
        self.assertTrue((outside / "b/thesis").exists())
        self.assertEqual((self.bucket / "moved/b/old.csv").exists(), True)

    def test_only_what_is_named_and_its_directories_once_they_are_empty(self) -> None:
        self.write("ann/a/b/old.csv")
        self.write("cleo/old.csv")
        self.write("old.csv")
        self.write(".sgwtmp/part")
        self.assertEqual(self.expire("ann", "old.csv", ".sgwtmp"), (2, ""))
        self.assertEqual(self.left(), [".sgwtmp/part", "cleo/old.csv"])
        self.assertEqual([p.name for p in (self.bucket / "ann").iterdir()], ["a"] if ROOT else [])

    def test_a_directory_made_for_a_job_that_waits_stays_as_long_as_a_file(self) -> None:
        made = self.bucket / "ann/run/out"
        made.mkdir(parents=True)
        os.utime(made, (0, 0))  # as `cp -a` leaves it
        self.now = made.stat().st_ctime + DAY_SECONDS
        self.assertEqual(self.expire("ann"), (0, ""))
        self.assertTrue(made.is_dir())

    def test_a_store_that_is_written_to_again_meanwhile_keeps_what_is_left(self) -> None:
        self.write("ann/x.zarr/zarr.json")
        chunk = self.write("ann/x.zarr/t/c/0")
        real = os.unlink

        def written_to(name: str, *, dir_fd: int) -> None:
            os.utime(chunk, (self.now, self.now))
            real(name, dir_fd=dir_fd)

        with patch("own_files.os.unlink", written_to):
            self.assertEqual(self.expire("ann"), (1, "ann/x.zarr stays: it is written to again\n"))
        self.assertEqual(self.left(), ["ann/x.zarr/t/c/0"])

    def test_an_entry_that_its_owner_cannot_enter_keeps_no_other(self) -> None:
        (self.bucket / "closed").mkdir()
        self.write("open/old.csv")
        real = os.open

        def closed(path: str, flags: int, *, dir_fd: int | None = None) -> int:
            if path == "closed":
                raise PermissionError(13, "Permission denied", path)
            return real(path, flags, dir_fd=dir_fd)

        with patch("own_files.os.open", closed):
            self.assertEqual(self.expire("closed", "open"), (1, "closed: Permission denied\n"))


@unittest.skipUnless(ROOT, "files of several users need root")
class SeveralUsers(Tree):
    def as_user(self, uid: int, action: Callable[[], object]) -> None:
        """Runs something as a user, in a process of its own."""
        pid = os.fork()
        if pid == 0:
            try:
                os.setgroups([])
                os.setgid(uid)
                os.setuid(uid)
                action()
                os._exit(0)
            except BaseException as error:
                os.write(2, repr(error).encode())
                os._exit(1)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 0)

    def test_files_of_others_stay_and_so_does_a_store_that_holds_some(self) -> None:
        self.write("ann/own.csv", owner=ANN)
        self.write("ann/bo.csv", owner=ANN)
        os.chown(self.bucket / "ann/bo.csv", BO, BO)
        for store in ("ann/both.zarr", "ann/metadata.zarr"):
            for chunk in ("zarr.json", "t/c/0"):
                self.write(f"{store}/{chunk}", owner=ANN)
        os.chown(self.bucket / "ann/both.zarr/t", BO, BO)
        os.chown(self.bucket / "ann/metadata.zarr/zarr.json", BO, BO)
        self.write("bo/own.csv", owner=BO)
        with tempfile.TemporaryFile() as told:
            self.as_user(ANN, lambda: (os.dup2(told.fileno(), 1), expire_own(self.wish("ann", "bo"))))
            told.seek(0)
            said = told.read().decode()
        self.assertEqual(
            self.left(),
            [
                "ann/bo.csv",
                *(f"ann/{s}.zarr/{f}" for s in ("both", "metadata") for f in ("t/c/0", "zarr.json")),
                "bo/own.csv",
            ],
        )
        self.assertEqual(said.count("stays: it holds files of others"), 2)

    @unittest.skipUnless(REACHED, "other users may not enter the directory of Python or of this tree")
    def test_each_owners_files_go_by_a_process_of_that_owner(self) -> None:
        self.write("ann/old.csv", owner=ANN)
        self.write("bo/old.csv", owner=BO)
        self.write("bo/young.csv", 1, owner=BO)
        self.write("system/old.csv", owner=12)
        self.write("gone/old.csv", owner=47_112)
        self.write("s3/old.csv")
        names = {ANN: "ann", BO: "bo"}

        def account(uid: int) -> pwd.struct_passwd:
            return pwd.struct_passwd((names[uid], "x", uid, uid, "", "/", "/bin/sh"))

        root, bundle = self.bucket.parent / "site", self.bucket.parent / "bundle"
        for place in (root / "buckets", bundle):
            place.mkdir(parents=True)
        (root / "buckets/tmp").symlink_to(self.bucket)
        row = {"name": "tmp", "purpose": "scratch", "expireDays": 7, "ownFiles": True}
        (bundle / "site.json").write_text(json.dumps({"buckets": [row]}))
        with patch("file_owners.pwd.getpwuid", account), contextlib.redirect_stdout(io.StringIO()) as told:
            one_round(root, bundle, self.now)
        self.assertEqual(self.left(), ["bo/young.csv", "gone/old.csv", "system/old.csv"])
        self.assertEqual(
            told.getvalue().splitlines(),
            [
                "tmp: of 0: 1 files expired",
                "tmp: files of 12 stay: an account of the system",
                f"tmp: of {ANN}: 1 files expired",
                f"tmp: of {BO}: 1 files expired",
                "tmp: files of 47112 stay: the machine has no such account any more",
            ],
        )


class Site(Tree):
    def test_a_bucket_that_is_a_store_is_nobodys(self) -> None:
        self.write("zarr.json")
        self.write("t/c/0")
        root, bundle = self.bucket.parent / "site", self.bucket.parent / "bundle"
        for place in (root / "buckets", bundle):
            place.mkdir(parents=True)
        (root / "buckets/tmp").symlink_to(self.bucket)
        row = {"name": "tmp", "purpose": "scratch", "expireDays": 7, "ownFiles": True}
        (bundle / "site.json").write_text(json.dumps({"buckets": [row]}))
        with contextlib.redirect_stdout(io.StringIO()) as told:
            one_round(root, bundle, self.now)
        self.assertIn("nothing expires in tmp: it is a store itself", told.getvalue())
        self.assertEqual(self.left(), ["t/c/0", "zarr.json"])

    def test_who_is_not_root_acts_for_nobody_else(self) -> None:
        with patch("file_owners.os.geteuid", lambda: ANN), self.assertRaisesRegex(PermissionError, "only root"):
            identity(BO)
        with patch("buckets.os.geteuid", lambda: ANN), self.assertRaisesRegex(SiteFault, "own-files.*only root"):
            make_buckets(object(), [{"id": "scratch", "ownFiles": True}])  # type: ignore[arg-type]


if __name__ == "__main__":
    unittest.main()
