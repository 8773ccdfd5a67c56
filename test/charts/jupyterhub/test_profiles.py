"""What a user is told whose choice the hub does not offer."""

from __future__ import annotations

import unittest
from types import SimpleNamespace
from typing import Any

import chart  # noqa: F401 - the program's place
from profiles import Refused, checked, for_user

IMAGE = {
    "choices": {"own": {}},
    "unlisted_choice": {"validation_regex": r"^quay\.io/[a-z:1]*(?![\s\S])", "validation_message": "One of quay.io/*"},
}
PROFILES: list[dict[str, Any]] = [
    {"slug": "python", "profile_options": {"size": {"choices": {"8gi": {}, "16gi": {}}}, "image": IMAGE}},
    {"slug": "torch", "profile_options": {}},
]


class Choices(unittest.TestCase):
    def told(self, *groups: str, only: tuple[str, ...] = ("torch",), **options: object) -> str | None:
        """The refusal's words; None where a server may start."""
        allowed = {slug: {"users": [], "groups": ["ml"]} for slug in only}
        check = checked(for_user(PROFILES, allowed))
        user = SimpleNamespace(name="ann", groups=[SimpleNamespace(name=group) for group in groups])
        spawner = SimpleNamespace(user=user, user_options=options, consecutive_failure_limit=5)
        try:
            check(spawner, options)
        except Refused as refused:
            self.assertEqual(spawner.consecutive_failure_limit, 0)
            return refused.jupyterhub_message
        self.assertEqual(spawner.consecutive_failure_limit, 5)
        return None

    def test_what_there_is_starts(self) -> None:
        self.assertIsNone(self.told())
        self.assertIsNone(self.told(profile="python", size="8gi"))
        self.assertIsNone(self.told(size="16gi"))
        self.assertIsNone(self.told("ml", profile="torch"))
        self.assertIsNone(self.told(profile="python", **{"image": "", "image--unlisted-choice": "quay.io/x:1"}))

    def test_a_profile_that_is_not_there_or_not_for_this_user(self) -> None:
        self.assertEqual(self.told(profile="torch"), "there is no profile 'torch' for you; there are python")
        self.assertEqual(
            self.told("ml", profile=["torch"]), "there is no profile ['torch'] for you; there are python, torch"
        )
        nothing = "no profile of this hub is for you; ask the people who run it"
        self.assertEqual(self.told(only=("python", "torch")), nothing)

    def test_a_choice_that_the_profile_does_not_offer(self) -> None:
        there = "there are 8gi, 16gi"
        self.assertEqual(self.told(profile="python", size="1024gi"), f"profile python has no size '1024gi'; {there}")
        self.assertEqual(self.told(size={"memory": 1}), f"profile python has no size {{'memory': 1}}; {there}")
        other = self.told(profile="python", **{"size--unlisted-choice": "1024gi"})
        self.assertEqual(other, f"profile python takes no other size; {there}")

    def test_an_image_that_no_pattern_allows(self) -> None:
        for name in ("docker.io/evil", "quay.io/x:1\n", 5, ["quay.io/x:1"]):
            words = self.told(**{"image--unlisted-choice": name})
            self.assertEqual(words, f"profile python does not take image {name!r}: One of quay.io/*")
        self.assertLess(len(self.told(size="x" * 5000) or ""), 200)


if __name__ == "__main__":
    unittest.main()
