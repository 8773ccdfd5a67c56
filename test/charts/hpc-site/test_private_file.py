"""What the install asks of a file with a secret that somebody put there."""

from __future__ import annotations

import tempfile
import unittest
from pathlib import Path
from unittest import mock

import sources  # noqa: F401 - the kit's place
from faults import SiteFault
from private_file import require_private


class PrivateFile(unittest.TestCase):
    def told(self, text: str | None, mode: int = 0o600) -> str:
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder) / "secret"
            if text is not None:
                place.write_text(text, "utf-8")
                place.chmod(mode)
            try:
                require_private(place, "auth.secretFile", "write the client's secret into it")
            except SiteFault as fault:
                return str(fault).replace(folder, "")
            return ""

    def test_a_secret_alone_that_nobody_else_reads(self) -> None:
        self.assertEqual(self.told("s3cret\n"), "")

    def test_what_nobody_could_sign_in_with_is_refused(self) -> None:
        self.assertIn("auth.secretFile /secret is not there: write the client's secret into it", self.told(None))
        self.assertIn("/secret has 0 words", self.told("\n"))
        self.assertIn("/secret has 2 words", self.told("client_secret: s3cret"))

    def test_what_others_read_is_refused_and_never_told(self) -> None:
        told = self.told("s3cret", 0o640)
        self.assertIn("/secret may be read or written by others (-rw-r-----): chmod 600", told)
        self.assertNotIn("s3cret", told)

    def test_what_somebody_else_could_change_is_refused(self) -> None:
        with mock.patch("os.geteuid", lambda: 4711):
            self.assertIn("who could change it: chown", self.told("s3cret"))


if __name__ == "__main__":
    unittest.main()
