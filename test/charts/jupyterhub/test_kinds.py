"""Sign-in by GitHub, Google and a course platform: who a person is, and who is let in."""

from __future__ import annotations

import unittest
from typing import Any

import chart  # noqa: F401 - the program's place
from sign_in import CoursePeople, GitHubPeople, GooglePeople, sign_in, teams_of
from traitlets.config import Config

LISTS: dict[str, Any] = {"idps": [], "groups": [], "users": [], "domains": [], "orgs": [], "teams": []}


def configured(told: dict[str, Any], **allow: object) -> Config:
    """What sign_in makes of a hub."""
    c = Config()
    hub = {"url": "https://h.example/", "signIn": told, "allow": {**LISTS, **allow}, "admins": ["ann"]}
    sign_in(c, hub, lambda name: f"the {name}")
    return c


class GitHub(unittest.IsolatedAsyncioTestCase):
    def test_teams_are_groups(self) -> None:
        teams = [{"organization": {"login": "Alps"}, "slug": "snow"}]
        self.assertEqual(teams_of({"teams": teams}), ["alps:snow"])

    def test_organisations_need_a_scope_and_users_none(self) -> None:
        c = configured({"kind": "github", "clientId": "x", "organisations": True}, orgs=["alps"], teams=["o:t"])
        self.assertEqual(c.GitHubOAuthenticator.scope, ["read:org"])
        made = GitHubPeople(config=c)
        self.assertEqual(made.allowed_organizations, {"alps", "o:t"})
        self.assertEqual((made.client_secret, made.manage_groups), ("the client-secret", True))
        self.assertEqual(made.oauth_callback_url, "https://h.example/hub/oauth_callback")
        alone = GitHubPeople(
            config=configured({"kind": "github", "clientId": "x", "organisations": False}, users=["bo"])
        )
        self.assertEqual((alone.scope, alone.manage_groups), ([], False))

    async def test_who_is_no_listed_user_is_not_let_in_though_the_hub_knows_them(self) -> None:
        c = configured({"kind": "github", "clientId": "x", "organisations": False}, users=["bo"])
        made = GitHubPeople(config=c)
        self.assertFalse(made.allow_existing_users)
        model = {"admin": False, "groups": [], "auth_state": {}}
        self.assertTrue(await made.check_allowed("bo", model))
        self.assertFalse(await made.check_allowed("carl", model))


class Google(unittest.IsolatedAsyncioTestCase):
    async def test_a_domain_is_the_workspaces_and_not_the_addresss(self) -> None:
        c = configured({"kind": "google", "clientId": "x"}, domains=["alps.example"], users=["guest@gmail.com"])
        made = GooglePeople(config=c)

        async def may(user: str, verified: bool = True, **more: str) -> bool:
            info = {"email": user, "domain": user.partition("@")[2], "verified_email": verified, **more}
            return await made.check_allowed(user, {"admin": False, "groups": [], "auth_state": {"google_user": info}})

        self.assertTrue(await may("bo@alps.example", hd="alps.example"))
        self.assertFalse(await may("bo@alps.example"))
        self.assertTrue(await may("guest@gmail.com"))
        self.assertFalse(await may("other@gmail.com"))
        self.assertFalse(made.strip_domain)


class Course(unittest.IsolatedAsyncioTestCase):
    async def test_people_are_the_platforms_subjects(self) -> None:
        told = {"kind": "lti", "issuer": "https://lms.example", "clientId": "7"}
        c = configured({**told, "authorizeUrl": "https://lms.example/a", "keysUrl": "https://lms.example/k"})
        made = CoursePeople(config=c)
        model = await made.authenticate(None, {"sub": "3", "email": "ann@alps.example"})
        self.assertEqual((model["name"], model["admin"]), ("lti-3", False))
        self.assertEqual(made.client_id, {"7"})


if __name__ == "__main__":
    unittest.main()
