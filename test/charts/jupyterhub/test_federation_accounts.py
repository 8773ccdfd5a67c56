"""Which Unix account a person of the federation is, at a site whose jobs are Unix users'."""

from __future__ import annotations

import os
import pwd
import stat
import tempfile
import unittest
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import chart  # noqa: F401 - the program's place
from account_links import AccountLinks
from federation_accounts import Attempts, FederationAccounts, NoAccount, sign_in
from oauthenticator.oauth2 import _serialize_state
from tornado import web
from traitlets.config import Config

ALPS = "https://idp.alps.example/shibboleth"
NUMBERS = {"ann": 2001, "bo": 2002, "daemon": 2, "cy": 2003}


@contextmanager
def machine(**changed: int | None) -> Iterator[None]:
    """A machine with accounts of these numbers."""
    numbers = {**NUMBERS, **changed}

    def account(name: str) -> SimpleNamespace:
        number = numbers.get(name)
        if number is None:
            raise KeyError(name)
        return SimpleNamespace(pw_name=name, pw_uid=number, pw_gid=100, pw_dir=f"/home/{name}")

    with mock.patch.object(pwd, "getpwnam", account):
        yield


def made(folder: Path, allow: dict[str, Any], **auth: object) -> FederationAccounts:
    """The sign-in of a hub that has CILogon's people."""
    (folder / "secret").write_text("first\n", "utf-8")
    told = {
        **{"kind": "federation", "title": "Fed", "issuer": "https://cilogon.org", "cilogon": True, "clientId": "c"},
        "institutions": {"alps.example": {"entity": ALPS, "claim": "eppn"}},
        **{"accounts": {"anna@alps.example": "ann"}, "minimumUid": 1000, "secretFile": str(folder / "secret")},
        **auth,
    }
    c = Config()
    c.Authenticator.admin_users = {"cy"}
    (folder / "state/prod").mkdir(parents=True, exist_ok=True)
    with mock.patch("federation_accounts.ROOT", folder):
        site = {"hub": "prod", "url": "https://h.example", "basePath": "/r/prod/", "allow": allow, "auth": told}
        sign_in(c, site)
    assert c.JupyterHub.authenticator_class is FederationAccounts
    return FederationAccounts(config=c)


class Session:
    """A user of the hub with a session and a token."""

    def __init__(self, name: str) -> None:
        self.name, self.orm_user, self.db = name, SimpleNamespace(cookie_id="c", api_tokens=["t"]), self
        self.deleted: list[str] = []

    def delete(self, token: str) -> None:
        self.deleted.append(token)

    def commit(self) -> None:
        """As the database's."""

    @property
    def ended(self) -> bool:
        return self.orm_user.cookie_id != "c" and self.deleted == ["t"]


async def goes_on(hub: FederationAccounts, name: str) -> bool:
    """Whether a session goes on; one that does not is ended for good."""
    session = Session(name)
    on = bool(await hub.refresh_user(session))
    assert session.ended is not on
    return on


def person(eppn: str) -> dict[str, str]:
    """What CILogon says of a person of the Alps."""
    return {"idp": ALPS, "eppn": eppn}


class Table(unittest.IsolatedAsyncioTestCase):
    def setUp(self) -> None:
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.folder = Path(place.name)

    def test_a_person_is_the_account_that_the_table_names_and_nobody_else_comes_in(self) -> None:
        hub = made(self.folder, {"everyone": True})
        with machine():
            self.assertEqual(hub.user_info_to_username(person("Anna@alps.example")), "ann")
            with self.assertRaises(NoAccount) as no:
                hub.user_info_to_username(person("bo@alps.example"))
            self.assertIn("which account here is that of bo@alps.example", str(no.exception))
            # The account's own name proves nothing.
            with self.assertRaises(NoAccount):
                hub.user_info_to_username(person("ann"))
            with self.assertRaises(web.HTTPError) as other:
                hub.user_info_to_username({"idp": "https://evil.example", "eppn": "anna@alps.example"})
            self.assertIn("no institution of this federation", str(other.exception))

    def test_accounts_of_the_system_are_refused_whatever_the_table_says(self) -> None:
        for account, number, why in (
            ("daemon", 2, "it is an account of the system: its number is 2"),
            ("ann", 999, "its number is 999, people's begin at 1000"),
            ("gone", None, "the machine has no such account"),
            ("Ann", 2001, "JupyterHub would call it ann"),
        ):
            hub = made(self.folder, {"everyone": True}, accounts={"anna@alps.example": account})
            with machine(**{account: number}), self.assertRaises(web.HTTPError) as refused:
                hub.user_info_to_username(person("anna"))
            self.assertIn(why, str(refused.exception))

    async def test_the_hub_is_for_accounts_that_it_names_and_for_groups(self) -> None:
        hub = made(self.folder, {"users": ["bo"], "unixGroups": ["pangeo"]})
        groups = {"ann": [100], "bo": [100], "cy": [100], "dee": [100, 7]}
        with (
            machine(dee=2004),
            mock.patch.object(os, "getgrouplist", lambda name, _gid: groups[name]),
            mock.patch("grp.getgrnam", lambda _name: SimpleNamespace(gr_gid=7)),
        ):
            let_in = [name for name in groups if await hub.check_allowed(name, {})]
        self.assertEqual(let_in, ["bo", "cy", "dee"])

    async def test_admins_are_accounts(self) -> None:
        hub = made(self.folder, {"everyone": True})
        self.assertTrue((await hub.update_auth_model({"name": "cy"}))["admin"])
        self.assertFalse((await hub.update_auth_model({"name": "ann"}))["admin"])

    async def test_whom_the_table_no_longer_has_is_signed_out(self) -> None:
        hub = made(self.folder, {"everyone": True})
        with machine():
            self.assertFalse(await goes_on(hub, "ann"))  # nobody has signed in
            hub.user_info_to_username(person("anna"))
            self.assertTrue(await goes_on(hub, "ann"))
            self.assertFalse(await goes_on(hub, "bo"))
        other = made(self.folder, {"users": ["bo"]})
        with machine():
            self.assertFalse(await goes_on(other, "ann"))

    async def test_who_is_no_admin_any_more_is_none_within_minutes(self) -> None:
        hub = made(self.folder, {"everyone": True}, accounts={"anna@alps.example": "ann", "cy@alps.example": "cy"})
        with machine():
            for name in ("anna", "cy"):
                hub.user_info_to_username(person(name))
            told = [await hub.refresh_user(Session(name)) for name in ("ann", "cy")]
        self.assertEqual(told, [{"name": "ann", "admin": False}, {"name": "cy", "admin": True}])

    async def test_an_account_that_is_another_persons_now_is_not_the_firsts_any_more(self) -> None:
        hub = made(self.folder, {"everyone": True})
        with machine():
            hub.user_info_to_username(person("anna"))
            hub = made(self.folder, {"everyone": True}, accounts={"bo@alps.example": "ann"})
            self.assertFalse(await goes_on(hub, "ann"))
            hub.user_info_to_username(person("bo"))
            self.assertTrue(await goes_on(hub, "ann"))
        with machine(ann=2999):  # made anew at the centre
            self.assertFalse(await goes_on(hub, "ann"))

    def test_a_secret_that_is_renewed_is_in_use_at_the_next_sign_in(self) -> None:
        hub = made(self.folder, {"everyone": True})
        state = _serialize_state({"code_verifier": "v"})
        handler = SimpleNamespace(get_argument=lambda *_: "code", get_state_cookie=lambda: state)
        hub.build_access_tokens_request_params(handler)
        self.assertEqual(hub.client_secret, "first")
        (self.folder / "secret").write_text("second\n", "utf-8")
        self.assertEqual(hub.build_access_tokens_request_params(handler)["client_secret"], "second")
        self.assertEqual(hub.oauth_callback_url, "https://h.example/r/prod/hub/oauth_callback")

    async def test_an_account_that_was_proved_once_is_the_persons_while_it_is_the_same(self) -> None:
        hub = made(self.folder, {"everyone": True}, service="login")
        with machine():
            hub.links.link("bo@alps.example", "bo")
            self.assertEqual(hub.user_info_to_username(person("bo")), "bo")
            self.assertTrue(await goes_on(hub, "bo"))
        with machine(bo=2999), self.assertRaises(NoAccount):  # given to somebody else since
            hub.user_info_to_username(person("bo"))
        with machine(bo=2999):
            hub.links.link("cy@alps.example", "bo")  # the new one's
            self.assertFalse(await goes_on(hub, "bo"))
        # What the table says comes first.
        with machine():
            hub.links.link("anna@alps.example", "bo")
            self.assertEqual(hub.user_info_to_username(person("anna")), "ann")
        place = self.folder / "state/prod/accounts.sqlite"
        self.assertEqual(stat.S_IMODE(place.stat().st_mode), 0o600)

    def test_a_proved_account_that_the_hub_is_not_for_is_asked_for_again(self) -> None:
        with machine():
            made(self.folder, {"everyone": True}, service="login").links.link("bo@alps.example", "bo")
            for allow, more in (({"users": ["ann"]}, {}), ({"everyone": True}, {"minimumUid": 2500})):
                with self.assertRaises(NoAccount):
                    made(self.folder, allow, service="login", **more).user_info_to_username(person("bo"))

    def test_wrong_passwords_come_to_an_end_for_each_person(self) -> None:
        attempts = Attempts()
        with mock.patch("federation_accounts.time.monotonic", lambda: now):
            now = 0.0
            for _ in range(5):
                self.assertFalse(attempts.spent("eve@alps.example"))
                attempts.failed("eve@alps.example")
            self.assertTrue(attempts.spent("eve@alps.example"))
            self.assertFalse(attempts.spent("bo@alps.example"))
            now = 601.0
            self.assertFalse(attempts.spent("eve@alps.example"))

    def test_there_is_a_page_that_asks_where_accounts_may_be_proved_alone(self) -> None:
        paths = {
            service: [path for path, *_ in made(self.folder, {"everyone": True}, **more).get_handlers(None)]
            for service, more in (("login", {"service": "login"}), ("", {}))
        }
        self.assertIn("/link-account", paths["login"])
        self.assertNotIn("/link-account", paths[""])


class Links(unittest.TestCase):
    def test_the_last_proof_counts(self) -> None:
        with tempfile.TemporaryDirectory() as folder, machine():
            links = AccountLinks(Path(folder) / "links.sqlite")
            self.assertIsNone(links.account_of("p@alps.example"))
            links.link("p@alps.example", "bo")
            links.link("p@alps.example", "ann")
            self.assertEqual(links.account_of("p@alps.example"), "ann")
            with self.assertRaises(KeyError):
                links.link("p@alps.example", "nobody-here")
            self.assertEqual(links.account_of("p@alps.example"), "ann")


if __name__ == "__main__":
    unittest.main()
