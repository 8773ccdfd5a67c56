"""People's own S3 accounts: whose they are, what they may, and that nothing leads root's S3 endpoint elsewhere."""

from __future__ import annotations

import errno
import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any
from unittest import mock

import sources  # noqa: F401

# isort: split
import file_systems
import no_links
import own_buckets
import s3_account
from buckets import keep_apart, make_buckets, policies_of, policy_of, write_accounts
from expiry import one_round
from faults import SiteFault
from hub_site import hub_environment
from layout import site_layout
from people import GONE_SECONDS, LOOK_SECONDS, accounts_path, look_who_left, read_accounts

ROOT = os.geteuid() == 0
WRITES = [{"hub": "prod", "right": "write", "prefixes": ["*"]}]
SCRATCH = {"id": "scratch", "name": "f-r-scratch", "purpose": "scratch", "path": None, "grants": WRITES}
LIBRARY = {
    **{"id": "library", "name": "f-r-library", "purpose": "library", "path": None},
    "grants": [{"hub": "prod", "right": "read", "prefixes": ["*"]}, {**WRITES[0], "prefixes": ["a/*"]}],
}
SITE: dict[str, Any] = {"ownAccounts": True, "buckets": [SCRATCH, LIBRARY]}
CAT = "/bin/cat"


def person(name: str, number: int) -> pwd.struct_passwd:
    return pwd.struct_passwd((name, "x", number, number, "", f"/home/{name}", "/bin/sh"))


def account(name: str, number: int, hub: str = "prod") -> dict[str, Any]:
    access = f"{hub}-{number}"
    numbers = {"userID": number, "groupID": number, "projectID": 0}
    own = {"f-r-scratch": f"f-r-scratch--{name}"}
    return {"access": access, "secret": "s", "role": "user", "hub": hub, "user": name, "buckets": own, **numbers}


class Placed(unittest.TestCase):
    def setUp(self) -> None:
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.layout = site_layout(scratch.name + "/site")
        self.layout.make(["state/base/iam"], True)
        self.people = {"ann": person("ann", 47_110), "bo": person("bo", 47_111)}
        passwd = mock.patch.object(pwd, "getpwnam", side_effect=lambda name: self.people[name])
        passwd.start()
        self.addCleanup(passwd.stop)

    def keep(self, *accounts: dict[str, Any]) -> None:
        told = {"accessAccounts": {entry["access"]: entry for entry in accounts}}
        accounts_path(self.layout).write_text(json.dumps(told))

    def may(self, name: str, access: str) -> set[str]:
        policy = policies_of(self.layout, SITE)[name]
        statements = policy["Statement"] if policy else []
        return {a.removeprefix("s3:") for s in statements if access in s["Principal"]["AWS"] for a in s["Action"]}


def users_may() -> bool:
    """Whether other users reach this Python, and may have a namespace of their own."""
    code = "import ctypes; raise SystemExit(ctypes.CDLL(None).unshare(0x10000000) != 0)"
    try:
        return (
            subprocess.run([sys.executable, "-I", "-c", code], user=47_112, group=47_112, check=False).returncode == 0
        )
    except OSError:
        return False


USERS_MAY = ROOT and users_may()


class Rights(Placed):
    def test_a_user_has_all_of_their_own_bucket_and_nothing_of_anothers_or_of_what_both_are_in(self) -> None:
        self.keep(account("ann", 47_110), account("bo", 47_111))
        self.assertLessEqual({"GetObject", "PutObject", "ListBucket"}, self.may("f-r-scratch--ann", "prod-47110"))
        self.assertEqual(self.may("f-r-scratch--ann", "prod-47111"), set())
        self.assertEqual(self.may("f-r-scratch", "prod-47110"), set())
        self.assertLessEqual({"GetObject", "ListBucket"}, self.may("f-r-library", "prod-47111"))

    def test_nobody_may_change_rights(self) -> None:
        self.keep(account("ann", 47_110))
        told = json.dumps(policies_of(self.layout, SITE))
        self.assertNotIn("Policy", told)
        self.assertNotIn("Acl", told)

    def test_a_user_of_two_hubs_has_one_bucket_with_the_rights_of_both(self) -> None:
        both = [*WRITES, {"hub": "lab", "right": "read", "prefixes": ["*"]}]
        self.keep(account("ann", 47_110), account("ann", 47_110, "lab"))
        policy = policies_of(self.layout, {**SITE, "buckets": [{**SCRATCH, "grants": both}]})["f-r-scratch--ann"]
        assert policy
        self.assertEqual([s["Principal"]["AWS"] for s in policy["Statement"]], [["prod-47110"], ["lab-47110"]])
        self.assertNotIn("s3:PutObject", policy["Statement"][1]["Action"])

    def test_a_policy_names_each_of_many_once_for_a_right_on_the_whole_bucket(self) -> None:
        many = {"prod": [f"prod-{number}" for number in range(1000, 1250)]}
        text = json.dumps(policy_of({**LIBRARY, "grants": LIBRARY["grants"][:1]}, keys=many), separators=(",", ":"))
        self.assertEqual(text.count("prod-1000"), 1)
        self.assertLess(len(text), 3800)  # of the 4096 bytes of an inode of ext4, with an ACL beside

    def test_hubs_have_accounts_where_people_have_none_and_the_reverse(self) -> None:
        write_accounts(self.layout, {"buckets": [LIBRARY]})
        self.assertEqual(set(read_accounts(self.layout)["accessAccounts"]), {"hub-prod"})
        self.keep(account("ann", 47_110), account("ann", 47_110, "gone"), {"access": "hub-prod", "secret": "s"})
        write_accounts(self.layout, SITE)
        self.assertEqual(set(read_accounts(self.layout)["accessAccounts"]), {"prod-47110"})
        self.assertEqual(accounts_path(self.layout).stat().st_mode & 0o777, 0o600)


class Names(unittest.TestCase):
    def test_names_are_those_of_buckets_and_of_one_user_each(self) -> None:
        self.assertEqual(own_buckets.own_name("f-r-scratch", "ann"), "f-r-scratch--ann")
        names = {
            own_buckets.own_name("f" * length, user) for length in (9, 50, 63) for user in ("ann", "ann-", "a" * 31)
        }
        self.assertEqual(len(names), 9)
        for name in names:
            self.assertRegex(name, r"^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$")

    def test_only_scratch_that_a_hub_has_a_right_on(self) -> None:
        told = own_buckets.names([SCRATCH, LIBRARY], "prod", "ann")
        self.assertEqual(told, {"f-r-scratch": "f-r-scratch--ann"})
        self.assertEqual(own_buckets.names([SCRATCH], "lab", "ann"), {})


class Leaving(Placed):
    def left(self, told: dict[str, Any], now: float) -> list[str]:
        return [entry["user"] for entry in look_who_left(told, now)]

    def test_a_name_or_number_that_is_anothers_goes_at_once_and_who_is_not_found_after_a_day(self) -> None:
        self.keep(account("ann", 47_110), account("bo", 48_000), account("cleo", 47_113))
        told = read_accounts(self.layout)
        self.assertEqual(self.left(told, 1e9), ["bo"])
        self.people.pop("ann")
        self.assertEqual(self.left(told, 1e9 + 1), [])  # not looked again so soon
        self.assertEqual(self.left(told, 1e9 + LOOK_SECONDS), [])
        self.people["ann"] = person("ann", 47_110)
        self.assertEqual(self.left(told, 1e9 + GONE_SECONDS), ["cleo"])
        self.assertEqual(list(told["accessAccounts"]), ["prod-47110"])
        self.assertNotIn("gone", told["accessAccounts"]["prod-47110"])

    def test_the_next_with_the_number_gets_other_keys(self) -> None:
        told = {"accessAccounts": {"prod-47110": account("ann", 47_110)}}
        self.assertEqual(s3_account._account(told, "prod", self.people["ann"])["secret"], "s")
        self.assertNotEqual(s3_account._account(told, "prod", person("dan", 47_110))["secret"], "s")

    @unittest.skipUnless(ROOT, "only root gives files to others")
    def test_the_next_with_the_number_finds_nothing_of_the_last(self) -> None:
        make_buckets(self.layout, [SCRATCH])
        self.keep(account("ann", 47_110))
        own_buckets.make(self.layout, account("ann", 47_110), "ann")
        self.people = {"dan": person("dan", 47_110)}
        base = mock.Mock(site=SITE)
        seen: list[Any] = []
        with (
            mock.patch("s3_account.read_bundle", return_value=base),
            mock.patch("s3_account.buckets.apply_policies", side_effect=lambda *_, own: seen.extend(own)),
        ):
            for _ in range(2):  # a second time asks the endpoint nothing
                s3_account.grant(self.layout, "prod", "dan", "dan")
            with self.assertRaisesRegex(SiteFault, "the machine does not know ann"):
                s3_account.grant(self.layout, "prod", "ann", "ann")
        links = [path.name for path in self.layout.directory("buckets").iterdir() if path.is_symlink()]
        self.assertEqual((links, seen), (["f-r-scratch--dan"], ["f-r-scratch--dan"]))
        told = read_accounts(self.layout)["accessAccounts"]["prod-47110"]
        self.assertEqual((told["user"], told["ready"]), ("dan", True))

    def test_what_is_cut_off_before_rights_are_set_is_done_again(self) -> None:
        if not ROOT:
            self.skipTest("only root gives files to others")
        make_buckets(self.layout, [SCRATCH])
        with mock.patch("s3_account.read_bundle", return_value=mock.Mock(site=SITE)):
            with (
                mock.patch("s3_account.buckets.apply_policies", side_effect=SiteFault("no answer")),
                self.assertRaises(SiteFault),
            ):
                s3_account.grant(self.layout, "prod", "ann", "ann")
            with mock.patch("s3_account.buckets.apply_policies") as again:
                s3_account.grant(self.layout, "prod", "ann", "ann")
        again.assert_called_once()

    def test_so_is_what_is_cut_off_after_a_change_of_what_was_ready(self) -> None:
        if not ROOT:
            self.skipTest("only root gives files to others")
        make_buckets(self.layout, [SCRATCH])
        with mock.patch("s3_account.read_bundle", return_value=mock.Mock(site=SITE)):
            with mock.patch("s3_account.buckets.apply_policies"):
                s3_account.grant(self.layout, "prod", "ann", "ann")
            with (
                mock.patch("s3_account.own_buckets.names", return_value={"f-r-scratch": "f-r-scratch--other"}),
                mock.patch("s3_account.own_buckets.make"),
                mock.patch("s3_account.buckets.apply_policies", side_effect=[SiteFault("no answer"), None]) as policies,
            ):
                with self.assertRaises(SiteFault):
                    s3_account.grant(self.layout, "prod", "ann", "ann")
                s3_account.grant(self.layout, "prod", "ann", "ann")
                self.assertEqual(policies.call_count, 2)

    def test_links_go_and_what_was_written_stays(self) -> None:
        make_buckets(self.layout, [SCRATCH])
        place = self.layout.directory("buckets")
        (place / "f-r-scratch/ann").mkdir()
        (place / "f-r-scratch--ann").symlink_to("f-r-scratch/ann")
        own_buckets.remove(self.layout, [account("ann", 47_110)], [account("ann", 47_110, "lab")])
        self.assertTrue((place / "f-r-scratch--ann").is_symlink())
        own_buckets.remove(self.layout, [account("ann", 47_110)], [])
        self.assertFalse((place / "f-r-scratch--ann").is_symlink())
        self.assertTrue((place / "f-r-scratch/ann").is_dir())


@unittest.skipUnless(ROOT, "only root gives files to others")
class Directories(Placed):
    def setUp(self) -> None:
        super().setUp()
        make_buckets(self.layout, [SCRATCH])
        self.bucket = self.layout.directory("buckets") / "f-r-scratch"

    def make(self, name: str = "ann", number: int = 47_110) -> None:
        own_buckets.make(self.layout, account(name, number), name)

    def test_a_users_directory_is_theirs_alone_and_a_second_time_changes_nothing(self) -> None:
        for _ in range(2):
            self.make()
        told = (self.bucket / "ann").stat()
        self.assertEqual((told.st_uid, told.st_gid, told.st_mode & 0o777), (47_110, 47_110, 0o700))
        self.assertEqual(os.path.realpath(f"{self.bucket}--ann"), str(self.bucket / "ann"))

    def test_what_root_has_written_there_by_s3_becomes_theirs_and_what_others_have_does_not(self) -> None:
        for name, owner in (("ann", 0), ("bo", 47_110)):
            (self.bucket / name).mkdir()
            os.chown(self.bucket / name, owner, owner)
        self.make()
        self.assertEqual((self.bucket / "ann").stat().st_uid, 47_110)
        with self.assertRaisesRegex(SiteFault, r"/bo belongs to user 47110, not to bo: root gives it by chown bo: /"):
            self.make("bo", 47_111)

    def test_a_directory_of_root_in_a_place_that_others_reach_is_not_given_away(self) -> None:
        outside = self.layout.root.parent / "outside"
        (outside / "ann").mkdir(parents=True)
        make_buckets(self.layout, [{**SCRATCH, "path": str(outside)}])
        with self.assertRaisesRegex(SiteFault, "belongs to user 0"):
            self.make()

    def test_where_others_could_put_another_in_its_place_the_user_makes_it(self) -> None:
        outside = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, outside)
        make_buckets(self.layout, [{**SCRATCH, "path": str(outside)}])
        outside.chmod(0o775)
        with (
            mock.patch("os.getgrouplist", return_value=[47_110]),
            self.assertRaisesRegex(SiteFault, r"ann cannot make /.*/ann \(mkdir: .*denied\).*install -d -o ann -m 700"),
        ):
            self.make()
        self.assertEqual(list(outside.iterdir()), [])
        os.chown(outside, 0, 47_110)
        with mock.patch("os.getgrouplist", return_value=[47_110]), mock.patch("os.fchown") as given:
            for _ in range(2):
                self.make()
        given.assert_not_called()
        told = (outside / "ann").stat()
        self.assertEqual((told.st_uid, told.st_mode & 0o777), (47_110, 0o700))

    def test_a_link_in_the_directorys_place_is_not_followed(self) -> None:
        (self.bucket / "ann").symlink_to("/etc")
        with self.assertRaisesRegex(SiteFault, "/ann is no directory"):
            self.make()
        self.assertEqual(os.stat("/etc").st_uid, 0)

    def test_unfinished_uploads_are_roots(self) -> None:
        (self.bucket / ".sgwtmp").mkdir(mode=0o777)
        os.chown(self.bucket / ".sgwtmp", 47_110, 47_110)
        keep_apart(self.layout, {**SITE, "buckets": [SCRATCH]}, True)
        told = (self.bucket / ".sgwtmp").stat()
        self.assertEqual((told.st_uid, told.st_mode & 0o777), (0, 0o700))

    def test_a_server_that_takes_root_for_nobody_is_told_of(self) -> None:
        with (
            mock.patch("os.fchown", side_effect=PermissionError(errno.EPERM, "no")),
            self.assertRaisesRegex(SiteFault, r"root cannot give files in /.*/f-r-scratch/ann .*root squash"),
        ):
            self.make()
        with mock.patch("os.mkdir", side_effect=OSError(errno.EROFS, "read-only")):
            own_buckets.keep_uploads(self.bucket, ".sgwtmp")
        self.assertFalse((self.bucket / ".sgwtmp").exists())

    def test_own_buckets_stay_when_all_in_them_has_expired(self) -> None:
        self.make()
        for place in ("ann/old/x", "other/x"):
            file = self.bucket / place
            file.parent.mkdir()
            file.write_text("x")
            os.utime(file, (0, 0))
        bundle = self.layout.root / "bundle"
        bundle.mkdir()
        (bundle / "site.json").write_text(json.dumps({"buckets": [{**SCRATCH, "expireDays": 7}]}))
        one_round(self.layout.root, bundle, 4e9)
        self.assertEqual(sorted(path.name for path in self.bucket.rglob("*")), ["ann"])


class Attributes(Placed):
    def test_a_file_system_without_them_is_refused_by_its_name_and_kind(self) -> None:
        for code in (errno.ENOTSUP, errno.ENOSYS):
            with (
                mock.patch("os.setxattr", side_effect=OSError(code, "no")),
                mock.patch("buckets.kind_of", return_value="nfs"),
                self.assertRaisesRegex(
                    SiteFault, r"bucket scratch lies in /.*/f-r-scratch, on nfs, which keeps no ext"
                ),
            ):
                make_buckets(self.layout, [SCRATCH])
        with mock.patch("os.setxattr", side_effect=PermissionError(errno.EACCES, "no")):
            make_buckets(self.layout, [SCRATCH])
        # The endpoint keeps them in files of its own.
        with mock.patch("os.setxattr", side_effect=OSError(errno.ENOTSUP, "no")):
            make_buckets(self.layout, [SCRATCH], attributes=False)

    def test_where_there_are_some_nothing_of_the_trial_is_left(self) -> None:
        make_buckets(self.layout, [SCRATCH])
        self.assertEqual(os.listxattr(self.layout.directory("buckets") / "f-r-scratch"), [])


class Mounted(unittest.TestCase):
    def test_what_is_mounted_within_a_directory_is_found_by_its_name_as_it_is(self) -> None:
        table = "\n".join(
            f"{n} 1 0:{n} / {point} rw,relatime - ext4 /dev/x rw"
            for n, point in enumerate(["/", "/p", "/p/scratch", "/p/scratch/a\\040b", "/p/scratcher", "/proc"])
        )
        self.assertEqual(file_systems.mounted_below("/p/scratch", table), ["/p/scratch/a b"])
        self.assertEqual(file_systems.mounted_below("/p/scratcher", table), [])

    def test_it_is_refused(self) -> None:
        told = no_links.refusal(["/"])
        self.assertRegex(told, r"^/\S+ is mounted within /, where S3 would not see it; give it a bucket of its own$")


@unittest.skipIf(no_links.refusal([tempfile.gettempdir()]), "this machine cannot forbid links")
class Links(unittest.TestCase):
    def setUp(self) -> None:
        scratch = tempfile.TemporaryDirectory(suffix=" ä")
        self.addCleanup(scratch.cleanup)
        self.place = Path(os.path.realpath(scratch.name))
        (self.place / "in").mkdir()
        (self.place / "secret").write_text("secret")
        (self.place / "in/file").write_text("file")
        (self.place / "in/link").symlink_to("../secret")
        (self.place / "in/up").symlink_to("..")
        (self.place / "bucket").symlink_to("in")

    def read(self, path: str) -> str:
        code = "import sys; print(open(sys.argv[1]).read(), end='')"
        command = [sys.executable, "-I", no_links.__file__, str(self.place / "bucket"), "--"]
        told = subprocess.run(
            [*command, sys.executable, "-c", code, str(self.place / path)], capture_output=True, text=True, check=False
        )
        return told.stdout or told.stderr.strip().splitlines()[-1]

    def test_links_lead_nowhere_below_and_as_ever_beside(self) -> None:
        self.assertEqual([self.read(path) for path in ("in/file", "bucket/file")], ["file", "file"])
        for path in ("in/link", "bucket/link", "in/up/secret"):
            self.assertIn("Too many levels of symbolic links", self.read(path))
        self.assertEqual((self.place / "in/link").read_text(), "secret")  # for all others as it was

    def test_who_installs_is_told_what_this_machine_lacks(self) -> None:
        layout = site_layout(str(self.place / "site"))
        layout.make([], True)
        site = {"buckets": [{**SCRATCH, "path": str(self.place / "in")}]}
        make_buckets(layout, site["buckets"])
        zero = self.place / "zero"
        zero.write_text("0\n")
        for refused, hardlinks in (("a kernel of old", "/none"), ("", str(zero))):
            with (
                mock.patch("no_links.refusal", return_value=refused),
                mock.patch("buckets.HARDLINKS", Path(hardlinks)),
                self.assertRaisesRegex(SiteFault, refused or r"users may link to files of others \(.*zero is 0\)"),
            ):
                keep_apart(layout, site, True)
            keep_apart(layout, site, False)

    @unittest.skipUnless(ROOT and USERS_MAY, "only root becomes another, who needs a Python and a namespace")
    def test_a_service_accounts_endpoint_follows_none_either(self) -> None:
        for place in (self.place, self.place / "in"):
            place.chmod(0o755)
        shutil.copy(file_systems.__file__, self.place)
        program = shutil.copy(no_links.__file__, self.place)
        for path, expected in (("file", 0), ("link", 1)):
            command = [sys.executable, "-IB", program, str(self.place / "in"), "--", CAT, str(self.place / "in" / path)]
            told = subprocess.run(command, capture_output=True, text=True, check=False, user=47_112, group=47_112)
            self.assertEqual(
                (told.returncode, "Too many levels" in told.stderr), (expected, expected == 1), told.stderr
            )

    def test_what_cannot_be_made_sure_of_is_not_run(self) -> None:
        self.assertIn("No such file or directory", no_links.refusal([str(self.place / "none")]))
        self.assertEqual(no_links.refusal([]), "")


class Environment(Placed):
    def test_jobs_have_their_users_keys_and_own_bucket(self) -> None:
        self.keep(account("ann", 47_110))
        site = {
            **{"hub": "prod", "ownAccounts": True, "batch": {}, "s3": {"endpoint": "http://a:1", "region": "r"}},
            "environment": {"SCRATCH_BUCKET": "s3://{own:f-r-scratch}", "PERSISTENT_BUCKET": "s3://p/{user}"},
        }
        with mock.patch("hub_site.ROOT", self.layout.root):
            told = hub_environment(site, "ann", {"AWS_ACCESS_KEY_ID": "hub-prod"}, "/env")
            self.assertRaises(KeyError, hub_environment, site, "bo", {}, "/env")
        self.assertEqual((told["AWS_ACCESS_KEY_ID"], told["AWS_SECRET_ACCESS_KEY"]), ("prod-47110", "s"))
        self.assertEqual((told["SCRATCH_BUCKET"], told["PERSISTENT_BUCKET"]), ("s3://f-r-scratch--ann", "s3://p/ann"))


if __name__ == "__main__":
    unittest.main()
