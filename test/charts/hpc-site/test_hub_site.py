"""What a hub's programs make of site.json for a user."""

from __future__ import annotations

import ast
import unittest
from typing import Any

import sources  # noqa: F401
from hub_site import dask_environment, hub_environment, profile_of, scratch_note
from user_prefix import user_prefix

PROFILES = [
    {"id": "small", "dask": False, "environment": {}},
    {"id": "large", "dask": True, "environment": {"A": "{b}"}, "default": True},
]
SITE: dict[str, Any] = {
    "hub": "prod",
    "url": "http://127.0.0.1:8610",
    "basePath": "/east/prod/",
    "ports": {"daskTcp": 8624},
    "profiles": PROFILES,
    "environment": {"SCRATCH_BUCKET": "s3://demo/{user}", "ISTHMUS_PUBLISH": '{"a": "s3://b/a"}'},
    "s3": {"endpoint": "http://127.0.0.1:8611", "region": "us-east-1"},
    "dask": {},
}


class Users(unittest.TestCase):
    def test_simple_names_stay_and_others_get_a_digest(self) -> None:
        self.assertEqual(user_prefix("ann-b2"), "ann-b2")
        self.assertRegex(user_prefix("ann--b"), r"^ann-b--[0-9a-f]{8}$")
        self.assertRegex(user_prefix("Ann.B@example.org"), r"^ann-b-example-org--[0-9a-f]{8}$")
        self.assertNotEqual(user_prefix("a.b"), user_prefix("a_b"))
        self.assertLessEqual(len(user_prefix("x" * 200)), 50)

    def test_gdal_finds_the_sites_store_by_its_own_settings(self) -> None:
        told = hub_environment(SITE, "ada", {}, "/env")
        self.assertEqual(told["AWS_ENDPOINT_URL"].partition("://")[2], told["AWS_S3_ENDPOINT"])
        self.assertEqual((told["AWS_HTTPS"], told["AWS_VIRTUAL_HOSTING"]), ("NO", "FALSE"))

    def test_the_environment_has_the_users_prefix_and_the_hubs_keys_only(self) -> None:
        secrets = {"AWS_ACCESS_KEY_ID": "hub-prod", "AWS_SECRET_ACCESS_KEY": "s", "HUB_PASSWORD": "never"}
        told = hub_environment(SITE, "a.b", secrets, "/env")
        self.assertEqual(told["SCRATCH_BUCKET"], f"s3://demo/{user_prefix('a.b')}")
        self.assertEqual(told["ISTHMUS_PUBLISH"], '{"a": "s3://b/a"}')
        self.assertEqual(told["AWS_ACCESS_KEY_ID"], "hub-prod")
        self.assertTrue(told["PATH"].startswith("/env/bin:"))
        self.assertNotIn("HUB_PASSWORD", told)


class Scratch(unittest.TestCase):
    def test_who_writes_there_is_told_what_goes_and_by_whom(self) -> None:
        self.assertEqual(scratch_note([]), "")
        told = scratch_note([{"variable": "SCRATCH_BUCKET", "days": 7}, {"variable": "TMP_BUCKET", "days": None}])
        self.assertIn("<code>$SCRATCH_BUCKET</code> do not stay: a store goes 7 days after the newest write", told)
        self.assertIn("<code>$TMP_BUCKET</code> do not stay: the centre deletes them by its own rules.", told)


class Profiles(unittest.TestCase):
    def test_the_default_is_taken_where_none_is_named(self) -> None:
        self.assertEqual(profile_of(SITE, {})["id"], "large")
        self.assertEqual(profile_of(SITE, {"profile": "small"})["id"], "small")
        with self.assertRaisesRegex(KeyError, "no profile 'huge'; there are small, large"):
            profile_of(SITE, {"profile": "huge"})

    def test_dask_is_set_up_only_where_the_profile_has_it(self) -> None:
        self.assertNotIn("DASK_GATEWAY__ADDRESS", dask_environment(SITE, PROFILES[0]))
        told = dask_environment(SITE, PROFILES[1])
        self.assertEqual(told["DASK_GATEWAY__ADDRESS"], "http://127.0.0.1:8610/east/prod/services/dask-gateway/")
        self.assertEqual(told["DASK_GATEWAY__PUBLIC_ADDRESS"], "/east/prod/services/dask-gateway/")
        self.assertEqual(ast.literal_eval(told["DASK_GATEWAY__CLUSTER__OPTIONS__ENVIRONMENT"]), {"A": "{b}"})


if __name__ == "__main__":
    unittest.main()
