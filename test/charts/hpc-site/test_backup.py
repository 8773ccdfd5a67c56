"""Backups: what is in one, that it is of one moment, and that it appears whole or not at all."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import tarfile
import tempfile
import threading
import unittest
from contextlib import closing
from pathlib import Path
from typing import Any
from unittest.mock import patch

import sources  # noqa: F401
from backup import Wish, backup
from databases import is_database
from faults import SiteFault
from homes import measure
from layout import Layout
from progress import say_on_stderr

ABOUT = {"isthmus": "0.1.0", "federation": "demo", "site": "east", "time": "2026-01-31T12:00:00Z"}


def write(place: Path, text: str) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, "utf-8")


class OfASite(unittest.TestCase):
    """A site's directory as an install and some use leave it, without programs."""

    def setUp(self) -> None:
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.scratch = Path(scratch.name)
        self.layout = Layout(self.scratch / "site")
        self.layout.make([])
        root = self.layout.root
        for name in ("base.secrets", "prod.secrets", "prod.s3"):
            write(root / "secrets" / f"{name}.json", f'{{"of": "{name}"}}\n')
        write(root / "secrets" / "prod-hub.env", "HUB_PASSWORD=derived\n")
        write(root / "state" / "base" / "iam" / "users.json", "{}\n")
        self.database = root / "state" / "prod" / "jupyterhub.sqlite"
        self.database.parent.mkdir()
        with closing(sqlite3.connect(self.database)) as live:
            live.execute("CREATE TABLE pairs (one INTEGER, other INTEGER)")
            live.execute("INSERT INTO pairs VALUES (0, 0)")
            live.commit()
        write(root / "home" / "prod" / "ada" / "work.ipynb", "{}")
        write(root / "buckets" / "demo-east-scratch" / "object", "x")
        write(self.scratch / "state" / "east-base.tfstate", '{"resources": [1]}')
        write(self.scratch / "state" / "west-base.tfstate", '{"resources": [2]}')
        write(self.scratch / "state" / "index" / "east-base.json", '{"stack": "east-base"}')
        write(self.scratch / "catalog" / "sst.json", '{"dataset": "sst"}')
        say_on_stderr()
        previous = os.umask(0o077)  # as the command does
        self.addCleanup(os.umask, previous)
        for quiet in (patch("progress.sys.stderr"), patch("os.fsync")):
            quiet.start()
            self.addCleanup(quiet.stop)

    def wish(self, name: str = "a.isthmus-backup.tar.gz", **differs: Any) -> Wish:  # noqa: ANN401
        usual: dict[str, Any] = {"about": ABOUT, "output": str(self.scratch / name), "engine": self.scratch / "state"}
        usual |= {"stacks": ["east-base", "east-prod"], "catalog": self.scratch / "catalog", "homes": False}
        return Wish(**{**usual, **differs})

    def backed_up(self, name: str = "a.isthmus-backup.tar.gz", **differs: Any) -> Path:  # noqa: ANN401
        backup(self.layout, self.wish(name, **differs))
        return self.scratch / name


def members(archive: Path) -> dict[str, bytes]:
    with tarfile.open(archive) as tar:
        return {info.name: tar.extractfile(info).read() for info in tar if info.isfile()}


class Content(OfASite):
    def test_it_holds_what_neither_git_nor_buckets_nor_an_install_gives_back(self) -> None:
        state = self.database.parent
        with closing(sqlite3.connect(state / "dask-gateway.sqlite")) as dask:
            dask.execute("CREATE TABLE clusters (name TEXT)")
        for name in ("jupyterhub.sqlite-journal", "jupyterhub.sqlite.2026-01-31-120000"):
            write(state / name, "")
        write(state.parent / "prod.before-20260131T120000Z" / "jupyterhub.sqlite", "replaced by a restore")
        expected = [
            "about.json",
            "catalog/sst.json",
            "engine/east-base.tfstate",
            "engine/index/east-base.json",
            "secrets/base.secrets.json",
            "secrets/prod.s3.json",
            "secrets/prod.secrets.json",
            "state/base/iam/users.json",
            "state/prod/jupyterhub.sqlite",
            "manifest.json",
        ]
        found = members(self.backed_up())
        self.assertEqual(list(found), expected)
        manifest = json.loads(found["manifest.json"])
        self.assertEqual({name: manifest[name] for name in ABOUT}, ABOUT)
        self.assertEqual([entry["path"] for entry in manifest["members"]], expected[:-1])
        self.assertEqual(manifest["notIncluded"], ["buckets", "Dask clusters", "homes"])

    def test_the_same_content_gives_the_same_bytes_for_its_owner_only(self) -> None:
        one, other = self.backed_up("a"), self.backed_up("b")
        self.assertEqual(one.read_bytes(), other.read_bytes())
        self.assertEqual(stat.S_IMODE(one.stat().st_mode), 0o600)

    def test_homes_come_on_demand_with_links_as_links_and_what_cannot_be_taken_is_told(self) -> None:
        home = self.layout.root / "home" / "prod" / "ada"
        (home / "link").symlink_to("/etc/hostname")
        (home / "empty").mkdir()
        os.mkfifo(home / "pipe")
        report = backup(self.layout, self.wish(homes=True))
        self.assertEqual(report["leftOut"], ["home/prod/ada/pipe: neither file, directory nor link"])
        with tarfile.open(report["archive"]) as tar:
            self.assertEqual(tar.getmember("home/prod/ada/link").linkname, "/etc/hostname")
            self.assertTrue(tar.getmember("home/prod/ada/empty").isdir())
        self.assertIn("home/prod/ada/work.ipynb", members(Path(report["archive"])))

    def test_what_a_restore_would_refuse_is_left_out_and_told(self) -> None:
        home = self.layout.root / "home"
        (home / "note.txt").write_text("x")
        (home / "lost+found").mkdir()
        (home / "lost+found" / "0").write_text("x")
        (home / "big").symlink_to(self.scratch)
        report = backup(self.layout, self.wish(homes=True))
        told = ["big: a link, which is not followed", "lost+found: no hub's directory of homes"]
        told.append("note.txt: no hub's directory of homes")
        self.assertEqual(
            [line for line in report["leftOut"] if line.count("/") == 1], [f"home/{line}" for line in told]
        )
        with tarfile.open(report["archive"]) as tar:
            self.assertEqual(
                [n for n in tar.getnames() if n.startswith("home/") and not n.startswith("home/prod/")], []
            )

    def test_homes_are_measured_even_where_they_stay_out_but_not_for_ever(self) -> None:
        told = backup(self.layout, self.wish())["homes"]
        self.assertEqual((told["included"], told["bytes"], told["users"], told["complete"]), (False, 2, 1, True))
        with patch("homes.MEASURE_SECONDS", -1):
            self.assertFalse(measure(self.layout.root / "home")["complete"])


class WhileTheSiteRuns(OfASite):
    def test_a_database_is_copied_as_of_one_moment_between_its_writers_transactions(self) -> None:
        enough, stop = threading.Event(), threading.Event()

        def work() -> None:
            with closing(sqlite3.connect(self.database, timeout=60)) as live:
                live.execute("PRAGMA synchronous=OFF")
                count = 0
                while not stop.is_set():
                    count += 1
                    live.execute("INSERT INTO pairs VALUES (?, 0)", (count,))
                    live.execute("UPDATE pairs SET other = ?", (count,))
                    live.commit()
                    if count == 20:
                        enough.set()

        writer = threading.Thread(target=work)
        writer.start()
        try:
            self.assertTrue(enough.wait(60))
            archives = [self.backed_up(str(number)) for number in range(5)]
        finally:
            stop.set()
            writer.join()
        for archive in archives:
            copy = self.scratch / "copy.sqlite"
            copy.write_bytes(members(archive)["state/prod/jupyterhub.sqlite"])
            with closing(sqlite3.connect(copy)) as database:
                newest, rows, marks = database.execute(
                    "SELECT max(one), count(*), count(DISTINCT other) FROM pairs"
                ).fetchone()
                other = database.execute("SELECT other FROM pairs").fetchone()[0]
            self.assertEqual((rows, marks, other), (newest + 1, 1, newest))

    def test_a_journal_that_goes_between_its_listing_and_its_reading_is_no_fault(self) -> None:
        journal = self.database.with_name(f"{self.database.name}-journal")
        journal.write_bytes(b"")

        def gone(place: Path) -> bool:
            journal.unlink(missing_ok=True)
            return is_database(place)

        with patch("backup.is_database", gone):
            self.assertIn("state/prod/jupyterhub.sqlite", members(self.backed_up()))

    def test_a_database_that_stays_locked_is_told(self) -> None:
        with (
            closing(sqlite3.connect(self.database, isolation_level=None)) as live,
            patch("databases.BUSY_SECONDS", 0.2),
        ):
            live.execute("BEGIN EXCLUSIVE")
            with self.assertRaisesRegex(SiteFault, "jupyterhub.sqlite .*locked"):
                self.backed_up()


class WholeOrNotAtAll(OfASite):
    def left(self) -> list[str]:
        return [path.name for path in self.scratch.iterdir() if "tar.gz" in path.name]

    def test_a_damaged_database_leaves_no_archive(self) -> None:
        content = bytearray(self.database.read_bytes())
        content[100:] = b"\xff" * (len(content) - 100)
        self.database.write_bytes(content)
        with self.assertRaisesRegex(SiteFault, "jupyterhub.sqlite (is damaged|cannot be copied)"):
            self.backed_up()
        self.assertEqual(self.left(), [])

    def test_a_full_disk_leaves_no_archive_and_what_a_killed_one_left_goes_with_the_next(self) -> None:
        with patch("backup.os.fsync", side_effect=OSError(28, "No space left on device")), self.assertRaises(OSError):
            self.backed_up()
        self.assertEqual(self.left(), [])
        killed = os.fork()
        if killed == 0:
            with patch("backup.os.replace", side_effect=lambda *_: os._exit(9)):
                self.backed_up()
            os._exit(0)
        os.waitpid(killed, 0)
        self.assertEqual(self.left(), [f".partial.{killed}.a.isthmus-backup.tar.gz"])
        self.assertEqual(self.backed_up().name, "a.isthmus-backup.tar.gz")
        self.assertEqual(self.left(), ["a.isthmus-backup.tar.gz"])
        self.assertEqual([path.name for path in (self.layout.root / "run").glob(".backup-*")], [])

    def test_a_hub_called_backup_keeps_what_it_runs_on(self) -> None:
        write(self.layout.root / "run" / "backup-hub.pgid", "1 x")
        write(self.layout.root / "run" / "backup-dask" / "scheduler", "x")
        self.backed_up()
        self.assertTrue((self.layout.root / "run" / "backup-dask" / "scheduler").exists())

    def test_a_site_that_is_not_there_is_told_with_the_next_step(self) -> None:
        for root in (self.scratch / "nowhere", self.scratch / "catalog"):
            with self.assertRaisesRegex(SiteFault, "nothing at .* to back up: isthmus up east"):
                backup(Layout(root), self.wish())
        self.assertEqual(self.left(), [])
