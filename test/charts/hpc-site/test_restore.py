"""Restoring: nothing is believed before all is checked, nothing is overwritten unasked, and no kill leaves a half."""

from __future__ import annotations

import io
import json
import os
import sqlite3
import subprocess
import sys
import tarfile
import unittest
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from unittest.mock import patch

import sources  # noqa: F401
from archive import Writer
from bundle import Bundle
from faults import SiteFault
from installer import install
from layout import Layout
from restore import Wish, restore
from test_backup import ABOUT, OfASite, write


class Restoring(OfASite):
    def setUp(self) -> None:
        super().setUp()
        self.archive = self.backed_up(homes=True)
        self.new = Layout(self.scratch / "new" / "site")

    def restored(self, archive: Path | bytes | None = None, **differs: Any) -> dict[str, Any]:  # noqa: ANN401
        usual: dict[str, Any] = {"federation": "demo", "site": "east", "replace": False}
        usual |= {"engine": self.scratch / "new" / "state", "catalog": self.scratch / "new" / "catalog"}
        content = archive if isinstance(archive, bytes) else (archive or self.archive).read_bytes()
        return restore(self.new, io.BytesIO(content), Wish(**{**usual, **differs}))

    def tree(self) -> dict[str, str]:
        """Everything below the new folder but the lock, with its content."""
        found = sorted((self.scratch / "new").rglob("*"))
        return {str(path): path.read_text("latin1") for path in found if path.is_file() and path.suffix != ".lock"}


class Places(Restoring):
    def test_all_of_it_is_where_it_was_for_its_owner_only(self) -> None:
        self.assertTrue(self.restored()["ok"])
        for name in ("secrets/prod.s3.json", "state/base/iam/users.json"):
            self.assertEqual((self.new.root / name).read_bytes(), (self.layout.root / name).read_bytes())
        with closing(sqlite3.connect(self.new.root / "state" / "prod" / "jupyterhub.sqlite")) as database:
            self.assertEqual(database.execute("SELECT * FROM pairs").fetchall(), [(0, 0)])
        for place in (self.scratch / "new").rglob("*"):
            self.assertEqual(place.stat().st_mode & 0o077, 0, place)
        self.assertEqual((self.new.root / "home" / "prod" / "ada" / "work.ipynb").read_text(), "{}")
        for name in ("state/east-base.tfstate", "state/index/east-base.json", "catalog/sst.json"):
            self.assertEqual((self.scratch / "new" / name).read_text(), (self.scratch / name).read_text())
        self.assertFalse((self.new.root / "restoring").exists())
        self.assertFalse(self.new.restore_mark.exists())

    def test_onto_another_disk_as_well(self) -> None:
        with patch("placing.os.replace", side_effect=crossing(os.replace)):
            self.assertTrue(self.restored()["ok"])
        self.assertTrue((self.new.root / "home" / "prod" / "ada" / "work.ipynb").exists())
        self.assertEqual([name for name in self.tree() if "restoring" in name], [])

    def test_buckets_that_are_there_and_a_stack_that_was_taken_down_are_in_nobodys_way(self) -> None:
        write(self.new.root / "buckets" / "demo-east-scratch" / "object", "kept")
        write(self.scratch / "new" / "state" / "east-base.tfstate", '{"serial": 4, "resources": []}')
        self.new.make(["state/base/iam", "state/prod"])
        self.assertTrue(self.restored()["ok"])
        self.assertEqual((self.new.root / "buckets" / "demo-east-scratch" / "object").read_text(), "kept")
        self.assertIn("1", (self.scratch / "new" / "state" / "east-base.tfstate").read_text())


def crossing(real: Callable[..., None]) -> Callable[[Path, Path], None]:
    def replace(source: Path, place: Path) -> None:
        if "restoring" in source.parts:
            raise OSError(18, "Invalid cross-device link")
        real(source, place)

    return replace


class Refusals(Restoring):
    def refused(self, *patterns: str, **differs: Any) -> None:  # noqa: ANN401
        before = self.tree()
        result = self.restored(**differs)
        self.assertFalse(result["ok"])
        self.assertEqual(len(result["faults"]), len(patterns), result["faults"])
        for fault, pattern in zip(result["faults"], patterns, strict=True):
            self.assertRegex(fault, pattern)
        self.assertEqual(self.tree(), before)

    def test_another_site_or_federation(self) -> None:
        self.refused("of site east of federation demo, not of west of demo", site="west")
        self.refused("not of east of ocean", federation="ocean")

    def test_what_is_there_is_kept_unless_told_and_then_beside(self) -> None:
        write(self.new.root / "secrets" / "prod.secrets.json", "other\n")
        write(self.new.root / "state" / "prod" / "jupyterhub.sqlite", "other\n")
        write(self.new.root / "secrets" / "later.secrets.json", "of a hub made since\n")
        write(self.scratch / "new" / "catalog" / "sst.json", "newer, from git\n")
        there = [r"prod.secrets.json is there and differs: --replace", r"state/prod is there and differs: --replace"]
        self.refused(*there)
        result = self.restored(replace=True)
        self.assertTrue(result["ok"])
        for old, name in zip(result["replaced"], ("secrets/prod.secrets.json", "state/prod"), strict=True):
            self.assertRegex(old, rf"{name}\.before-\d{{8}}T\d{{6}}Z$")
        self.assertEqual(Path(result["replaced"][0]).read_text(), "other\n")
        self.assertEqual((Path(result["replaced"][1]) / "jupyterhub.sqlite").read_text(), "other\n")
        self.assertTrue((self.new.root / "secrets" / "later.secrets.json").exists())
        self.assertEqual(result["keptRecords"], [str(self.scratch / "new" / "catalog" / "sst.json")])
        self.assertEqual((self.scratch / "new" / "catalog" / "sst.json").read_text(), "newer, from git\n")

    def test_a_running_site_and_all_else_in_one_go(self) -> None:
        write(self.new.root / "secrets" / "prod.secrets.json", "other\n")
        environment = {**os.environ, "ISTHMUS_SITE_ROOT": str(self.new.root)}
        child = subprocess.Popen(
            [sys.executable, "-c", "import sys; print(flush=True); sys.stdin.read()"],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        try:
            assert child.stdout
            child.stdout.readline()
            cut = self.archive.read_bytes()[:-200]
            running = "programs of the site run: isthmus down east first"
            self.refused("damaged or was cut off|has no manifest", running, "prod.secrets.json is there", archive=cut)
        finally:
            child.communicate()

    def test_what_is_no_backup(self) -> None:
        self.refused("no backup of isthmus", archive=b"hello")
        self.refused("no backup of isthmus", archive=b"")
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
            tar.addfile(tarfile.TarInfo("hello"))
        self.refused("does not begin with about.json", archive=buffer.getvalue())

    def test_a_format_of_another_version_names_it(self) -> None:
        self.refused(
            r"format 2 \(of isthmus 9.9.9\); this isthmus reads format 1", archive=hostile(about={"format": 2})
        )


def hostile(
    add: Callable[[Writer], None] = lambda _: None,
    about: dict[str, Any] | None = None,
    after: Callable[[tarfile.TarFile], None] = lambda _: None,
    manifest: Callable[[dict[str, Any]], None] = lambda _: None,
) -> bytes:
    """An archive like one of ours, but for what is added, and what its manifest says."""
    buffer = io.BytesIO()
    writer = Writer(buffer, {**ABOUT, "isthmus": "9.9.9", **(about or {})})
    writer.add("secrets/prod.secrets.json", b"{}")
    add(writer)
    plain = writer.close

    def add_manifest(path: str, content: bytes) -> None:
        data = json.loads(content)
        manifest(data)
        Writer.add(writer, path, json.dumps(data).encode())
        after(writer._tar)

    with patch.object(writer, "add", add_manifest):
        plain({})
    return buffer.getvalue()


def raw(name: str, kind: bytes = tarfile.REGTYPE, linkname: str = "") -> Callable[[Any], None]:
    """A member as tar writes it."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, linkname
    return lambda archive: getattr(archive, "_tar", archive).addfile(info)


class HostileArchives(Restoring):
    def test_one_like_ours_is_taken(self) -> None:
        self.assertTrue(self.restored(hostile())["ok"])

    def test_each_is_refused_and_nothing_of_it_is_written(self) -> None:
        def through_a_link(archive: Writer) -> None:
            archive.add_link("home/prod/ada/out", str(self.scratch))
            archive.add("home/prod/ada/out/planted", b"x")

        def twice(archive: Writer) -> None:
            archive.add("state/prod/a", b"1")
            archive.add("state/prod/a", b"2")

        def below_a_file(archive: Writer) -> None:
            archive.add("state/prod/a", b"1")
            archive.add("state/prod/a/b", b"2")

        def lie(manifest: dict[str, Any]) -> None:
            manifest["members"][1]["sha256"] = "0" * 64

        def forget(manifest: dict[str, Any]) -> None:
            manifest["members"].pop()

        def invent(manifest: dict[str, Any]) -> None:
            manifest["members"].append({"path": "state/prod/z", "kind": "file", "size": 0, "sha256": ""})

        cases: dict[str, bytes] = {
            r"'\.\./planted' leads out": hostile(raw("../planted")),
            r"'secrets/\.\./\.\./planted' leads out": hostile(raw("secrets/../../planted")),
            r"'home/prod/\.\./\.\./planted' leads out": hostile(raw("home/prod/../../planted")),
            r"'/tmp/planted' leads out": hostile(raw("/tmp/planted")),
            r"'run/planted' leads out": hostile(raw("run/planted")),
            r"'current/base/kit/site.py' leads out": hostile(raw("current/base/kit/site.py")),
            r"'secrets/prod-hub.env' leads out": hostile(raw("secrets/prod-hub.env")),
            r"'engine/index/\.\./x.json' leads out": hostile(raw("engine/index/../x.json")),
            r"'state/prod/l' is a link": hostile(raw("state/prod/l", tarfile.SYMTYPE, "/etc/passwd")),
            r"'state/prod/h' is a device or hard link": hostile(raw("state/prod/h", tarfile.LNKTYPE, "/etc/passwd")),
            r"'home/prod/d' is a device or hard link": hostile(raw("home/prod/d", tarfile.CHRTYPE)),
            r"'home/prod/f' is a device or hard link": hostile(raw("home/prod/f", tarfile.FIFOTYPE)),
            r"'home/prod/ada/out' is a link and a directory": hostile(through_a_link),
            r"'state/prod/a' is in the archive twice": hostile(twice),
            r"'state/prod/a/b' lies below something": hostile(below_a_file),
            r"'secrets/prod.secrets.json' is not what was backed up": hostile(manifest=lie),
            r"'secrets/prod.secrets.json' is not in the manifest": hostile(manifest=forget),
            r"'state/prod/z' is missing": hostile(manifest=invent),
            r"the manifest cannot be understood": hostile(manifest=lambda data: data.pop("members")),
            r"'state/prod/more' comes after the manifest": hostile(after=raw("state/prod/more")),
        }
        for pattern, archive in cases.items():
            with self.subTest(pattern):
                result = self.restored(archive)
                self.assertFalse(result["ok"])
                self.assertRegex("\n".join(result["faults"]), pattern)
                self.assertEqual(self.tree(), {})
                self.assertEqual([path for path in self.scratch.rglob("planted")], [])
        self.assertFalse(Path("/tmp/planted").exists())


class Killed(Restoring):
    def test_at_any_moment_the_same_restore_goes_on_and_until_then_nothing_is_installed(self) -> None:
        self.restored()
        whole = self.tree()
        steps = len([name for name in whole if "/site/run/" not in name])
        self.assertGreater(steps, 5)
        for step in range(steps):
            with self.subTest(step):
                self.new = Layout(self.scratch / f"{step}" / "site")
                self.killed_at(step)
                self.assertTrue(self.new.restore_mark.exists())
                with self.assertRaisesRegex(SiteFault, "has not ended: run isthmus restore with the same file again"):
                    install(self.new, Bundle(self.scratch, "base", "0" * 64, {}, ()))
                self.assertTrue(self.here()["ok"])
                found = {name.replace(f"/{step}/", "/new/"): text for name, text in self.contents(step).items()}
                self.assertEqual(found, whole)

    def here(self) -> dict[str, Any]:
        beside = self.new.root.parent
        return self.restored(engine=beside / "state", catalog=beside / "catalog")

    def contents(self, step: int) -> dict[str, str]:
        found = sorted((self.scratch / f"{step}").rglob("*"))
        return {str(path): path.read_text("latin1") for path in found if path.is_file() and path.suffix != ".lock"}

    def killed_at(self, step: int) -> None:
        child = os.fork()
        if child == 0:
            import restore as module

            real, calls = module.put, iter(range(1000))
            module.put = lambda source, place: os._exit(9) if next(calls) == step else real(source, place)
            self.here()
            os._exit(0)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 9)


if __name__ == "__main__":
    unittest.main()
