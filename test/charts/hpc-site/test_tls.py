"""A site's certificate: tried before it is used, and taken over when it is renewed."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import tempfile
import unittest
from pathlib import Path
from unittest.mock import call, patch

import sources  # noqa: F401

# isort: split
from faults import SiteFault
from layout import Layout
from tls_files import look
from tls_pair import require_pair, stamp_of

FILES = Path(__file__).parent / "tls"


def pair(certificate: str, key: str = "site.key", host: str = "site.example") -> dict[str, str]:
    return {"certificate": str(FILES / certificate), "key": str(FILES / key), "host": host}


class Pairs(unittest.TestCase):
    def test_one_that_clients_would_take(self) -> None:
        require_pair(pair("site.pem"))

    def test_what_nobody_would_take_is_refused_with_the_reason(self) -> None:
        for tls, reason in (
            (pair("site.pem", host="other.example"), r"is not for https://other.example: Hostname mismatch"),
            (pair("over.pem"), r"is not for https://site.example: certificate has expired"),
            (pair("site.pem", "renewed.key"), r"are no pair: key values mismatch"),
            (pair("site.key"), r"are no pair: "),
            (pair("missing.pem"), r"`tls` names .*missing.pem and .*site.key: No such file"),
        ):
            with self.subTest(reason), self.assertRaisesRegex(SiteFault, reason):
                require_pair(tls)


class Renewal(unittest.TestCase):
    def setUp(self) -> None:
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.place = Path(scratch.name)
        self.tls = {"certificate": f"{self.place}/a.pem", "key": f"{self.place}/a.key", "host": "site.example"}
        self.put("site.pem", "site.key")

    def put(self, certificate: str, key: str) -> None:
        for name, target in ((certificate, "a.pem"), (key, "a.key")):
            shutil.copyfile(FILES / name, self.place / f".{target}")
            os.replace(self.place / f".{target}", self.place / target)

    def looked(self, seen: object) -> tuple[object, list[object], str]:
        told = io.StringIO()
        with patch("tls_files.Supervisor") as supervisor, contextlib.redirect_stdout(told):
            now = look(self.tls, seen, Layout(self.place))
        return now, supervisor.return_value.signal.mock_calls, told.getvalue()

    def test_a_renewed_certificate_is_read_by_both_servers_once(self) -> None:
        seen: object = stamp_of(self.tls)
        self.assertEqual(self.looked(seen), (seen, [], ""))
        self.put("renewed.pem", "renewed.key")
        now, signals, _ = self.looked(seen)
        self.assertEqual(signals, [call("nginx", "HUP"), call("s3", "HUP")])
        self.assertEqual(self.looked(now)[1], [])

    def test_one_that_does_not_fit_is_told_of_and_left(self) -> None:
        seen: object = stamp_of(self.tls)
        self.put("over.pem", "site.key")
        now, signals, told = self.looked(seen)
        self.assertEqual(signals, [])
        self.assertRegex(told, "the one before stays in use: .*certificate has expired")
        self.put("renewed.pem", "renewed.key")
        self.assertEqual(len(self.looked(now)[1]), 2)

    def test_files_that_are_being_replaced_are_waited_for(self) -> None:
        seen: object = stamp_of(self.tls)
        (self.place / "a.key").unlink()
        self.assertEqual(self.looked(seen), (seen, [], ""))


if __name__ == "__main__":
    unittest.main()
