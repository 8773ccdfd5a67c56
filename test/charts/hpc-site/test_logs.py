"""Logs stay short while their programs hold them open."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest.mock import patch

import sources
from logs import LOG_BYTES, one_round


class Logs(unittest.TestCase):
    def setUp(self) -> None:
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.directory = Path(scratch.name) / "log"
        self.directory.mkdir()
        self.log = self.directory / "hub.log"

    def test_a_long_log_is_copied_and_emptied_in_place_and_its_program_writes_on(self) -> None:
        with self.log.open("ab") as stream:
            stream.write(b"x" * (LOG_BYTES + 1))
            stream.flush()
            one_round(self.directory)
            stream.write(b"later\n")
        self.assertEqual(self.log.read_bytes(), b"later\n")
        self.assertEqual((self.directory / "hub.log.1").stat().st_size, LOG_BYTES + 1)

    def test_short_logs_and_the_supervisors_own_stay(self) -> None:
        supervisors = self.directory / "supervisord.log"
        self.log.write_bytes(b"x" * LOG_BYTES)
        supervisors.write_bytes(b"x" * (LOG_BYTES + 1))
        one_round(self.directory)
        self.assertEqual(sorted(os.listdir(self.directory)), ["hub.log", "supervisord.log"])
        self.assertEqual(supervisors.stat().st_size, LOG_BYTES + 1)

    def test_a_full_disk_gets_room_rather_than_a_copy(self) -> None:
        self.log.write_bytes(b"x" * (LOG_BYTES + 1))
        (self.directory / "hub.log.1").write_bytes(b"before")
        with patch("logs.shutil.copyfile", side_effect=OSError("no space left")):
            one_round(self.directory)
        self.assertEqual(os.listdir(self.directory), ["hub.log"])
        self.assertEqual(self.log.stat().st_size, 0)


class Launch(unittest.TestCase):
    def test_a_program_writes_to_its_log_when_nobody_reads_its_pipe_any_more(self) -> None:
        with tempfile.TemporaryDirectory() as root:
            for name in ("log", "run", "secrets"):
                (Path(root) / name).mkdir()
            (Path(root) / "secrets/hub.env").touch()
            code = "import sys; sys.stdin.read(); print('said', flush=True); print('complained', file=sys.stderr)"
            launch = [sys.executable, str(sources.HPC_SITE / "kit/launch.py"), "hub", "--"]
            settings = {"ISTHMUS_SITE_ROOT": root, "ISTHMUS_ID": "base"}
            pipe = subprocess.PIPE
            with subprocess.Popen(
                [*launch, sys.executable, "-c", code], env={**os.environ, **settings}, stdin=pipe, stdout=pipe
            ) as program:
                assert program.stdin and program.stdout
                program.stdout.close()
                program.stdin.close()
                self.assertEqual(program.wait(60), 0)
            self.assertEqual((Path(root) / "log/hub.log").read_text(), "said\ncomplained\n")


if __name__ == "__main__":
    unittest.main()
