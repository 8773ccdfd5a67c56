"""A certificate by ACME: when there is one, when it is asked for, and what an authority's refusal leaves.

The protocol itself is tried with a real authority in test/e2e/site-tls.test.ts.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
import unittest
from pathlib import Path
from typing import Any
from unittest.mock import patch

import sources  # noqa: F401

# isort: split
import acme_orders
from faults import SiteFault
from layout import Layout
from tls_pair import placed

FILES = Path(__file__).parent / "tls"
SERVER = "https://ca.example/dir"


class Orders(unittest.TestCase):
    def setUp(self) -> None:
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.layout = Layout(Path(scratch.name))
        file = "state/base/acme/site.example.pem"
        self.tls: dict[str, Any] = {"certificate": file, "key": file, "host": "site.example", "httpPort": 80}
        self.tls |= {"server": SERVER, "email": "ops@site.example"}
        self.asked: list[str] = []
        self.answers: dict[str, tuple[int, str]] = {}
        patch("acme_orders._client", self.client).start()
        self.addCleanup(patch.stopall)
        self.prepare()

    def client(self, layout: Layout, tls: dict[str, Any], python: str, bundle: Path, verb: str) -> tuple[int, str]:
        self.asked.append(verb)
        code, words = self.answers.get(verb, (0, ""))
        if verb in ("order", "placeholder") and code == 0:
            self.put("site" if verb == "order" else None)
        return code, words

    def put(self, name: str | None) -> None:
        """A pair of the test's files; a placeholder, which nobody takes, is none."""
        path = Path(placed(self.layout, self.tls)["certificate"])
        pair = (FILES / f"{name}.key").read_text() + (FILES / f"{name}.pem").read_text() if name else ""
        path.write_text(pair)

    def prepare(self) -> None:
        acme_orders.prepare(self.layout, self.tls, "python", Path("bundle"))

    def obtain(self) -> bool:
        return acme_orders.obtain(self.layout, self.tls, "python", Path("bundle"))

    def renew(self) -> tuple[float, str]:
        return acme_orders.renew(self.layout, self.tls, "python", Path("bundle"))

    def held(self) -> bool:
        return acme_orders.is_held(self.layout, self.tls)

    def test_one_is_asked_for_once(self) -> None:
        self.assertFalse(self.held())
        self.assertTrue(self.obtain())
        self.assertTrue(self.held())
        self.assertFalse(self.obtain())
        self.prepare()
        self.assertEqual(self.asked, ["placeholder", "order"])
        self.assertEqual((self.layout.root / "state/base/acme").stat().st_mode & 0o777, 0o700)

    def test_a_refusal_names_site_authority_and_reason_and_is_not_held(self) -> None:
        self.answers["order"] = (1, "no such name (dns)")
        with self.assertRaisesRegex(SiteFault, f"^no certificate for site.example from {SERVER}: no such name .dns."):
            self.obtain()
        self.assertFalse(self.held())

    def test_another_authority_gives_another_one_and_another_address_only_changes_the_account(self) -> None:
        self.obtain()
        self.tls["email"] = "new@site.example"
        self.assertFalse(self.held())
        self.assertFalse(self.obtain())
        self.assertTrue(self.held())
        self.tls["server"] = "https://other.example/dir"
        self.assertTrue(self.obtain())
        self.assertEqual(self.asked, ["placeholder", "order", "account", "order"])

    def test_what_is_not_for_the_name_is_not_kept(self) -> None:
        self.tls["host"] = "other.example"
        with self.assertRaisesRegex(SiteFault, f"^the certificate from {SERVER} is not for https://other.example"):
            self.obtain()

    def test_nothing_is_renewed_before_the_install_has_got_one(self) -> None:
        self.assertEqual(self.renew(), (0.0, ""))
        self.assertEqual(self.asked, ["placeholder"])

    def test_it_is_renewed_when_the_authority_wants_that(self) -> None:
        self.obtain()
        for told, renewed in (("", False), (str(int(time.time()) + 60), False), (str(int(time.time()) - 60), True)):
            with self.subTest(told):
                self.answers["due"] = (0, told)
                wait, words = self.renew()
                self.assertEqual((wait, bool(words)), (acme_orders.ROUND_SECONDS, renewed))
        self.assertEqual(self.asked[2:], ["due", "due", "due", "order"])

    def test_in_its_last_third_and_when_it_is_over_nobody_is_asked(self) -> None:
        self.obtain()
        for between in ((0, int(time.time()) + 60), SiteFault("has expired")):
            with self.subTest(between), patch("acme_orders.valid_between", side_effect=[between]):
                self.assertIn("renewed for site.example", self.renew()[1])
        self.assertEqual(self.asked, ["placeholder", "order", "order", "order"])

    def test_an_authority_that_cannot_be_asked_does_no_harm(self) -> None:
        self.obtain()
        self.answers["due"] = (1, "it does not answer")
        wait, words = self.renew()
        self.assertEqual(wait, acme_orders.ROUND_SECONDS)
        self.assertRegex(words, f"^{SERVER} does not say when to renew.*: it does not answer")
        self.assertIsNone(acme_orders.problem_of(self.layout, self.tls))

    def test_a_renewal_that_fails_is_told_until_one_succeeds_and_what_is_there_stays(self) -> None:
        self.obtain()
        self.answers |= {"due": (0, "1"), "order": (1, "no such name (dns)")}
        wait, words = self.renew()
        self.assertEqual(wait, acme_orders.RETRY_SECONDS)
        self.assertRegex(words, f"not renewed for site.example by {SERVER}.*no such name")
        self.assertEqual(acme_orders.problem_of(self.layout, self.tls), "no such name (dns)")
        self.assertTrue(self.held())
        del self.answers["order"]
        self.renew()
        self.assertIsNone(acme_orders.problem_of(self.layout, self.tls))

    def test_after_going_back_to_another_authority_it_is_told_that_nothing_renews(self) -> None:
        self.obtain()
        self.tls["server"] = "https://other.example/dir"
        self.assertEqual(self.renew(), (0.0, ""))
        self.assertEqual(
            acme_orders.problem_of(self.layout, self.tls),
            f"it is from {SERVER} and is not renewed: `isthmus up` gets one from https://other.example/dir",
        )

    def test_a_key_of_another_account_is_asked_for_once_and_must_be_nobody_elses(self) -> None:
        key = self.layout.root / "eab.key"
        self.tls["eab"] = {"keyId": "k1", "hmacKeyFile": str(key)}
        with self.assertRaisesRegex(SiteFault, "tls.eab.hmacKeyFile .* is not there: write the key that the authority"):
            self.obtain()
        key.write_text("c2VjcmV0\n", "utf-8")
        key.chmod(0o644)
        with self.assertRaisesRegex(SiteFault, r"may be read or written by others \(-rw-r--r--\): chmod 600"):
            self.obtain()
        self.assertEqual(self.asked, ["placeholder"])
        key.chmod(0o600)
        self.assertTrue(self.obtain())
        acme_orders._account_path(self.layout, self.tls).write_text("{}", "utf-8")
        key.unlink()
        self.tls["email"] = "new@site.example"
        self.assertFalse(self.obtain())

    def test_a_backup_holds_account_and_certificate(self) -> None:
        self.obtain()
        place = self.layout.root / "state/base/acme"
        self.assertEqual(
            sorted(path.name for path in place.iterdir()), ["lock", "site.example.json", "site.example.pem"]
        )
        moved = self.layout.root / "elsewhere"
        shutil.copytree(self.layout.root / "state", moved / "state")
        self.assertTrue(acme_orders.is_held(Layout(moved), self.tls))


class Client(unittest.TestCase):
    def test_it_is_told_on_its_input_and_believes_whom_the_machine_does(self) -> None:
        with tempfile.TemporaryDirectory() as scratch:
            layout, script = Layout(Path(scratch)), Path(scratch) / "acme" / "acme_client.py"
            script.parent.mkdir()
            script.write_text(
                "import json, os, sys\nwish = json.load(sys.stdin)\n"
                "print(json.dumps([sys.argv[1:], sorted(wish), os.environ.get('REQUESTS_CA_BUNDLE')]))\nsys.exit(1)\n"
            )
            tls = {"certificate": "a.pem", "key": "a.pem", "host": "a", "server": SERVER, "email": None, "httpPort": 80}
            environment = {name: value for name, value in os.environ.items() if name != "REQUESTS_CA_BUNDLE"}
            with (
                patch("acme_orders.trusted", return_value="/etc/centre.pem"),
                patch.dict(os.environ, environment, clear=True),
            ):
                code, told = acme_orders._client(layout, tls, sys.executable, Path(scratch), "order")
        arguments, names, authorities = json.loads(told)
        self.assertEqual((code, arguments, authorities), (1, ["order"], "/etc/centre.pem"))
        wanted = ["account", "certificate", "challenges", "eab", "email", "host", "httpPort", "server"]
        self.assertEqual(names, wanted)


if __name__ == "__main__":
    unittest.main()
