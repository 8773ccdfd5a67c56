"""Who people of the federation are, by the claims of its issuer."""

from __future__ import annotations

import unittest
from typing import Any

import chart  # noqa: F401 - the program's place
from people import People, Unknown

ALPS, PLAINS = "https://idp.alps.example/shibboleth", "https://sso.plains.example/idp"
PEOPLE = People(
    {
        "issuer": "https://issuer.example",
        "institutions": {
            "alps.example": {"entity": ALPS, "claim": "eppn"},
            "plains.example": {"entity": PLAINS, "claim": "sub"},
        },
        "groups": {
            "snow-ml": {"claim": "isMemberOf", "value": "CO:snow-ml"},
            "teachers": {"users": ["bo@plains.example"]},
        },
    }
)
NOBODY: dict[str, Any] = {"idps": [], "groups": [], "users": [], "domains": []}


def anna(**claims: object) -> dict[str, object]:
    """A person of the Alps."""
    return {"idp": ALPS, "eppn": "anna@alps.example", **claims}


class Ids(unittest.TestCase):
    def test_the_claims_own_scope_goes(self) -> None:
        self.assertEqual(PEOPLE.user(anna()), "anna@alps.example")
        self.assertEqual(PEOPLE.user(anna(eppn="anna")), "anna@alps.example")
        self.assertEqual(PEOPLE.user(anna(eppn="Anna@ALPS.example")), "anna@alps.example")

    def test_another_scope_stays_so_that_two_people_never_have_one_id(self) -> None:
        self.assertEqual(PEOPLE.user(anna(eppn="anna@cs.alps.example")), "anna@cs.alps.example@alps.example")
        self.assertEqual(PEOPLE.user(anna(eppn="bo@plains.example")), "bo@plains.example@alps.example")

    def test_an_issuers_subject_is_as_it_is(self) -> None:
        self.assertEqual(PEOPLE.user({"idp": PLAINS, "sub": "aBc"}), "aBc@plains.example")

    def test_an_issuer_that_names_no_institution_is_one_itself(self) -> None:
        alone = People(
            {
                "issuer": "https://sso.alps.example",
                "institutions": {"alps.example": {"entity": "https://sso.alps.example", "claim": "preferred_username"}},
                "groups": {},
            }
        )
        self.assertEqual(alone.user({"preferred_username": "anna"}), "anna@alps.example")

    def test_nobody_else_is_known(self) -> None:
        for claims in ({"idp": "https://evil.example", "eppn": "anna@alps.example"}, {"eppn": "anna"}):
            with self.assertRaisesRegex(Unknown, "no institution"):
                PEOPLE.user(claims)
        for eppn in (None, "", " ", ["anna"]):
            with self.assertRaisesRegex(Unknown, "sent no eppn"):
                PEOPLE.user(anna(eppn=eppn))


class Allowed(unittest.TestCase):
    def may(self, claims: dict[str, object], **allow: object) -> bool:
        return PEOPLE.may({**NOBODY, **allow}, claims)

    def test_by_institution_user_and_group(self) -> None:
        self.assertFalse(self.may(anna()))
        self.assertTrue(self.may(anna(), idps=["alps.example"]))
        self.assertFalse(self.may(anna(), idps=["plains.example"]))
        self.assertTrue(self.may(anna(), users=["anna@alps.example"]))
        self.assertTrue(self.may({"idp": PLAINS, "sub": "bo"}, groups=["teachers"]))
        self.assertTrue(PEOPLE.may({"everyone": True}, anna()))

    def test_a_groups_value_is_one_of_the_claims_and_no_part_of_one(self) -> None:
        self.assertEqual(PEOPLE.groups(anna(isMemberOf=["a", "CO:snow-ml"])), {"snow-ml"})
        self.assertEqual(PEOPLE.groups(anna(isMemberOf="CO:snow-ml")), {"snow-ml"})
        self.assertEqual(PEOPLE.groups(anna(isMemberOf="CO:snow-ml-alumni")), set())

    def test_an_address_counts_where_its_institution_vouches_for_it(self) -> None:
        domains = ["alps.example", "cs.alps.example", "plains.example"]
        self.assertTrue(self.may(anna(email="a@alps.example"), domains=domains))
        self.assertTrue(self.may(anna(email="a@cs.alps.example"), domains=domains))
        self.assertFalse(self.may(anna(email="a@plains.example"), domains=domains))
        self.assertFalse(self.may(anna(email="a@alps.example", email_verified=False), domains=domains))
        self.assertFalse(self.may(anna(email="a@evil-alps.example"), domains=[*domains, "evil-alps.example"]))
        self.assertFalse(self.may(anna(), domains=domains))


if __name__ == "__main__":
    unittest.main()
