"""Parts of the kit that need no site: placeholders, rights, signatures, secrets, the supervisor's includes."""

from __future__ import annotations

import configparser
import contextlib
import errno
import io
import os
import shlex
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any
from unittest.mock import Mock, patch

import sources
from buckets import make_buckets, policy_of, tell_what_stays
from builds import build_all
from bundle import Bundle, Program, fill
from cache import build_once, run_logged
from credentials import account_of, environment_text, passphrase, secret_of
from faults import SiteFault, as_fault, telling_line
from launch import boot_id, remember
from layout import Layout, require_space, site_layout
from machine import front_conf, nameservers
from pip_settings import uv_environment
from ports import end_orphans, for_root, require_ports, taken
from releases import prune
from s3 import Endpoint, signed_headers
from state_place import settle_state, shared_file_system
from supervision import include_text
from whole_file import write_whole


def program(**differs: Any) -> Program:  # noqa: ANN401
    usual: dict[str, Any] = {"name": "one", "priority": 1, "command": ("{env.hub}/bin/x",), "environment": {}}
    usual |= {"secrets": (), "inputs": (), "reload": None, "health_url": None, "health_status": (200,)}
    return Program(**{**usual, **differs})


class InScratch(unittest.TestCase):
    def setUp(self) -> None:
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.scratch = Path(scratch.name)
        self.layout = Layout(self.scratch)
        self.layout.make([])


class Placeholders(unittest.TestCase):
    def test_known_ones_are_filled_and_other_braces_stay(self) -> None:
        self.assertEqual(fill("{root}/a {user} {}", {"root": "/r"}), "/r/a {user} {}")

    def test_one_that_the_bundle_does_not_declare_is_refused(self) -> None:
        with self.assertRaisesRegex(SiteFault, r"\{env.other\}"):
            fill("{env.other}/bin/x", {"env.hub": "/e"})


class Expiry(InScratch):
    def test_a_bundle_knows_by_the_clock_that_it_is_over(self) -> None:
        def over(expires: str | None) -> bool:
            return Bundle(self.scratch, "prod", "0" * 64, {"expires": expires}, ()).expired

        self.assertEqual([over(None), over("2001-01-01T00:00:00Z"), over("2999-01-01T00:00:00Z")], [False, True, False])


class Includes(InScratch):
    def test_words_with_spaces_percents_and_semicolons_arrive_whole(self) -> None:
        words = ("{env.hub}/bin/x", "a b", "50%", "user root root;", "it's", "", "a ; b", "' # '")
        values = {"env.hub": "/e", "bundle": "/b", "root": str(self.scratch)}
        bundle = Bundle(self.scratch, "base", "0" * 64, {}, (program(command=words),))
        parsed = configparser.RawConfigParser(inline_comment_prefixes=(";", "#"), strict=True)
        parsed.read_string(include_text(self.layout, bundle, values))
        command = parsed["program:one"]["command"].replace("%%", "%")
        self.assertEqual(shlex.split(command)[6:], ["/e/bin/x", *words[1:]])

    def test_a_changed_setting_or_input_changes_the_include(self) -> None:
        (self.scratch / "file").write_text("1")
        values = {"env.hub": "/e", "bundle": "/b"}

        def text(**differs: Any) -> str:  # noqa: ANN401
            bundle = Bundle(self.scratch, "base", "0" * 64, {}, (program(inputs=("file",), **differs),))
            return include_text(self.layout, bundle, values)

        first = text()
        self.assertEqual(first, text())
        self.assertNotEqual(first, text(environment={"A": "1"}))
        (self.scratch / "file").write_text("2")
        self.assertNotEqual(first, text())


class Secrets(InScratch):
    def test_files_are_private_and_generated_once(self) -> None:
        keys = account_of(self.layout, "prod")
        self.assertEqual(keys, account_of(self.layout, "prod"))
        path = self.scratch / "secrets" / "prod.s3.json"
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(path.parent.stat().st_mode), 0o700)

    def test_pass_phrases_are_long_enough_for_jupyterhub(self) -> None:
        self.assertGreaterEqual(len(passphrase(5)), 16)
        self.assertGreaterEqual(len(passphrase(7)), 32)
        self.assertNotEqual(passphrase(5), passphrase(5))

    def test_a_program_gets_its_own_under_the_name_it_reads(self) -> None:
        self.assertEqual(secret_of("TOKEN"), ("TOKEN", "TOKEN"))
        told = environment_text(program(secrets=("API=CULLER",)), {"CULLER": "c", "OTHER": "o"}, {})
        self.assertEqual(told, "API=c\n")

    def test_a_value_of_two_lines_is_refused(self) -> None:
        with self.assertRaisesRegex(SiteFault, "more than one line"):
            environment_text(program(environment={"A": "1\n2"}), {}, {})


class Rights(InScratch):
    def test_readers_read_and_writers_write_where_they_may(self) -> None:
        grants = [
            {"hub": "prod", "right": "read", "prefixes": ["*"]},
            {"hub": "prod", "right": "write", "prefixes": ["a/*", "b/*"]},
        ]
        policy = policy_of({"name": "lib", "public": False, "grants": grants})
        assert policy is not None
        may = {(a, r) for s in policy["Statement"] for a in s["Action"] for r in s["Resource"]}
        self.assertIn(("s3:GetObject", "arn:aws:s3:::lib/*"), may)
        self.assertIn(("s3:PutObject", "arn:aws:s3:::lib/a/*"), may)
        self.assertNotIn(("s3:PutObject", "arn:aws:s3:::lib/*"), may)
        self.assertEqual({p for s in policy["Statement"] for p in s["Principal"]["AWS"]}, {"hub-prod"})

    def test_public_means_read_and_list_and_nothing_means_no_policy(self) -> None:
        policy = policy_of({"name": "lib", "public": True, "grants": []})
        assert policy is not None
        self.assertEqual([s["Action"][0] for s in policy["Statement"]], ["s3:GetObject", "s3:ListBucket"])
        self.assertIsNone(policy_of({"name": "lib", "public": False, "grants": []}))

    def test_a_bucket_with_a_path_is_a_link_and_hides_no_data(self) -> None:
        bucket = {"id": "lib", "name": "lib", "existing": False, "path": str(self.scratch / "elsewhere")}
        make_buckets(self.layout, [bucket])
        self.assertEqual(os.readlink(self.scratch / "buckets" / "lib"), bucket["path"])
        make_buckets(self.layout, [bucket])
        (self.scratch / "buckets" / "old").mkdir()
        (self.scratch / "buckets" / "old" / "data").write_text("x")
        with self.assertRaisesRegex(SiteFault, "without what it holds in .*buckets/old: move that to"):
            make_buckets(self.layout, [{**bucket, "name": "old"}])

    def test_data_is_not_left_behind_by_another_path_or_none_unless_the_new_place_has_its_own(self) -> None:
        place, one, two = (self.scratch / name for name in ("buckets/lib", "one", "two"))
        bucket = {"id": "lib", "name": "lib", "existing": False, "path": str(one)}
        make_buckets(self.layout, [bucket])
        (one / "data").write_text("x")
        for path in (str(two), None):
            with self.assertRaisesRegex(SiteFault, f"without what it holds in {one}"):
                make_buckets(self.layout, [{**bucket, "path": path}])
            self.assertEqual(os.readlink(place), str(one))
        two.mkdir()
        (two / "data").write_text("moved")
        with patch("buckets.say") as said:
            make_buckets(self.layout, [{**bucket, "path": str(two)}])
        said.assert_called_once_with(f"warning: bucket lib is {two} now; what it held before stays in {one}")
        self.assertEqual((place / "data").read_text(), "moved")
        self.assertEqual((one / "data").read_text(), "x")

    def test_an_empty_bucket_gets_another_path_or_none_without_a_word(self) -> None:
        place = self.scratch / "buckets" / "lib"
        bucket = {"id": "lib", "name": "lib", "existing": False, "path": None}
        make_buckets(self.layout, [bucket])
        (place / ".sgwtmp").mkdir()
        make_buckets(self.layout, [{**bucket, "path": str(self.scratch / "one")}])
        self.assertTrue(place.is_symlink())
        make_buckets(self.layout, [bucket])
        self.assertTrue(place.is_dir() and not place.is_symlink())

    def test_a_bucket_that_is_said_to_exist_must(self) -> None:
        bucket = {"id": "lib", "name": "lib", "existing": True, "path": str(self.scratch / "nowhere")}
        for path in (bucket["path"], None):
            with self.assertRaisesRegex(SiteFault, "is said to exist, but .* is no directory: name its directory"):
                make_buckets(self.layout, [{**bucket, "path": path}])
        self.assertEqual(os.listdir(self.scratch / "buckets"), [])

    def test_data_of_buckets_that_left_the_config_is_named(self) -> None:
        kept, empty = ({"id": name, "name": f"try-{name}"} for name in ("kept", "empty"))
        make_buckets(self.layout, [kept, empty])
        (self.scratch / "buckets" / "try-kept" / "data").write_text("x")
        with patch("buckets.say") as said:
            tell_what_stays(self.layout, [kept, empty], [kept])
            tell_what_stays(self.layout, [kept, empty], [])
        place = os.path.realpath(self.scratch / "buckets" / "try-kept")
        line = f"warning: bucket kept has left the config; its data stays in {place}, and nobody is let in"
        said.assert_called_once_with(line)


class Releases(InScratch):
    def test_a_removal_that_is_cut_off_leaves_nothing_that_looks_like_a_release(self) -> None:
        name = "base-0123456789ab"
        place = self.layout.directory("releases") / name
        place.mkdir()
        with patch("releases.remove_tree", side_effect=[None, OSError("cut off")]), self.assertRaises(OSError):
            prune(self.layout, "base", [])
        self.assertEqual([entry.name for entry in place.parent.iterdir()], [f".{name}.gone"])
        prune(self.layout, "base", [])
        self.assertEqual(list(place.parent.iterdir()), [])


class Signature(unittest.TestCase):
    def test_it_is_that_of_the_example_in_the_specification(self) -> None:
        secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
        at = Endpoint("http://examplebucket.s3.amazonaws.com", "us-east-1", "AKIAIOSFODNN7EXAMPLE", secret)
        told = signed_headers(at, "GET", "/", "lifecycle=", b"", "20130524T000000Z")["Authorization"]
        signature = "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"
        self.assertTrue(told.endswith(f"SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature={signature}"))


MOUNTS = r"""22 1 8:1 / / rw - ext4 /dev/sda1 rw
30 22 0:40 / /p rw - lustre mds@o2ib:/p rw
31 30 0:41 / /p/two\040words rw - nfs4 filer:/x rw
32 30 8:2 / /p/local rw - xfs /dev/sdb1 rw"""


class Databases(InScratch):
    def setUp(self) -> None:
        super().setUp()
        self.state, self.other = self.scratch / "state", self.scratch / "disk" / "pangeo"
        running = patch("state_place.Supervisor")
        self.supervisor = running.start()
        self.addCleanup(running.stop)
        self.supervisor.return_value.running.return_value = False

    def write(self, directory: Path, text: str = "rows") -> None:
        (directory / "prod").mkdir(parents=True)
        (directory / "prod" / "hub.sqlite").write_text(text)

    def read(self) -> str:
        return (self.state / "prod" / "hub.sqlite").read_text()

    def test_file_systems_that_machines_share_are_told_from_their_own(self) -> None:
        kinds = {path: shared_file_system(Path(path), MOUNTS) for path in ("/v", "/p/x", "/p/two words", "/p/local/x")}
        self.assertEqual(kinds, {"/v": "", "/p/x": "lustre", "/p/two words": "nfs4", "/p/local/x": ""})
        with self.assertRaisesRegex(SiteFault, r"`storage.state` is /p/x, on lustre: databases need a disk of this"):
            settle_state(self.layout, "/p/x", MOUNTS)

    def test_they_move_to_the_directory_that_is_named_and_back(self) -> None:
        self.write(self.state)
        for place in (self.other, self.scratch / "another"):
            for _ in range(2):
                settle_state(self.layout, str(place))
                self.assertEqual((self.read(), self.state.resolve()), ("rows", place.resolve()))
                self.assertEqual(place.stat().st_mode & 0o777, 0o700)
        self.assertFalse(self.other.exists())
        settle_state(self.layout, None)
        self.assertEqual((self.read(), self.state.is_symlink()), ("rows", False))

    def test_not_while_programs_have_them_open(self) -> None:
        self.write(self.state)
        self.supervisor.return_value.running.return_value = True
        with self.assertRaisesRegex(SiteFault, "only while nothing has them open: run isthmus down"):
            settle_state(self.layout, str(self.other))
        self.assertEqual(self.read(), "rows")

    def test_a_move_that_was_killed_goes_on(self) -> None:
        self.write(self.state)
        self.write(self.other)  # copied onto another disk, and killed before the link
        settle_state(self.layout, str(self.other))
        self.assertEqual((self.read(), self.state.is_symlink()), ("rows", True))
        self.write(self.scratch / ".state.moving", "rows")  # copied back, and killed before the last step
        self.state.unlink()
        settle_state(self.layout, None)
        self.assertEqual((self.read(), self.state.is_symlink()), ("rows", False))

    def test_two_that_differ_are_left_to_people(self) -> None:
        self.write(self.state)
        self.write(self.other, "other rows")
        with self.assertRaisesRegex(SiteFault, "databases are in .* and in .*: move one of them away"):
            settle_state(self.layout, str(self.other))


class Refusals(InScratch):
    def test_a_root_too_long_for_the_socket(self) -> None:
        with self.assertRaisesRegex(SiteFault, r"too long a path.*at least \d+ shorter"):
            site_layout("/tmp/" + "x" * 90)

    def test_a_taken_port_names_its_owner(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            bundle = Bundle(self.scratch, "base", "0" * 64, {"ports": [{"port": port, "program": "nginx"}]}, ())
            told = (
                rf"port {port} \(nginx\) is taken by process {os.getpid()} of user .*end it \(kill {os.getpid()}\), or"
            )
            with self.assertRaisesRegex(SiteFault, told):
                require_ports(self.layout, bundle)
        require_ports(self.layout, bundle)

    def test_ports_that_are_roots(self) -> None:
        bundles = [self.needing("base", 443), self.needing("prod", 8710)]
        with patch("ports.os.geteuid", return_value=1000):
            (line,) = for_root(bundles, 1024)
            self.assertRegex(line, r"^443 \(one\): ports below 1024 are root's, and this is \w+: sign in as root,")
            self.assertIn("ip_unprivileged_port_start=443", line)
            self.assertEqual(for_root(bundles, 80), [])
            proofs = {"ports": [{"port": 80, "program": "nginx", "key": "tls.httpPort"}]}
            (line,) = for_root([Bundle(self.scratch, "base", "0" * 64, proofs, ())], 1024)
            self.assertRegex(line, r"^80 \(nginx\): .* choose another `tls.httpPort`, or")
        with patch("ports.os.geteuid", return_value=0):
            self.assertEqual(for_root(bundles, 1024), [])

    def held_by(self, **environment: str) -> tuple[subprocess.Popen[str], int]:
        """A process with an environment of its own that listens on a port."""
        listen = "s = socket.create_server(('127.0.0.1', 0))\nprint(s.getsockname()[1], flush=True)"
        program = f"import socket, sys\n{listen}\nsys.stdin.read()"
        child = subprocess.Popen(
            [sys.executable, "-c", program], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.addCleanup(child.communicate)
        assert child.stdout
        return child, int(child.stdout.readline())

    def needing(self, bundle_id: str, port: int) -> Bundle:
        data = {"federation": "demo", "site": "west", "ports": [{"port": port, "program": "one"}]}
        return Bundle(self.scratch, bundle_id, "0" * 64, data, ())

    def test_a_port_of_the_bundle_itself_is_not_taken_and_one_of_another_hub_is(self) -> None:
        _, port = self.held_by(ISTHMUS_SITE_ROOT=str(self.scratch), ISTHMUS_ID="prod", ISTHMUS_BUNDLE="b")
        (self.scratch / "current" / "prod").symlink_to("nowhere")
        self.assertEqual(taken(self.layout, [self.needing("prod", port)]), [])
        (line,) = taken(self.layout, [self.needing("workshop", port)])
        self.assertRegex(line, r"hub prod of this same site: .*\(isthmus down west/prod\).*`hubs.workshop.ports`")

    def test_another_site_is_named_with_its_folder_unless_it_is_given_up(self) -> None:
        root = self.scratch / "elsewhere" / "demo" / "west"
        (root / "run").mkdir(parents=True)
        (root / "run" / "federation-directory").write_text("/a folder\n")
        _, port = self.held_by(ISTHMUS_SITE_ROOT=str(root), ISTHMUS_ID="base", ISTHMUS_BUNDLE="b")
        (line,) = taken(self.layout, [self.needing("base", port)])
        self.assertRegex(line, r"site demo/west in /a folder: .*\(cd '/a folder' && isthmus down west\).*`listen.port`")
        self.assertEqual(taken(self.layout, [self.needing("base", port)], [root]), [])

    def test_a_process_whose_group_a_record_names_by_chance_is_a_stranger(self) -> None:
        child, port = self.held_by()
        record = f"{os.getpgid(child.pid)} {boot_id()}\n"
        (self.scratch / "run" / "nginx.pgid").write_text(record)
        (line,) = taken(self.layout, [self.needing("base", port)])
        self.assertIn(f"process {child.pid} of user", line)
        end_orphans(self.layout, self.needing("base", port))
        self.assertIsNone(child.poll())

    def test_an_orphan_of_the_site_is_ended_and_a_notebook_that_has_the_port_is_not(self) -> None:
        orphan, port = self.held_by(ISTHMUS_SITE_ROOT=str(self.scratch), ISTHMUS_ID="base", ISTHMUS_BUNDLE="b")
        notebook, another = self.held_by(ISTHMUS_SITE_ROOT=str(self.scratch), ISTHMUS_ID="base")
        end_orphans(self.layout, self.needing("base", port))
        self.assertEqual(orphan.wait(30), -signal.SIGKILL)
        end_orphans(self.layout, self.needing("base", another))
        self.assertIsNone(notebook.poll())
        (line,) = taken(self.layout, [self.needing("base", another)])
        self.assertIn(", started by a user of ", line)

    def test_too_little_space_says_how_much(self) -> None:
        with self.assertRaisesRegex(SiteFault, r"MB free, \d+ MB are needed"):
            require_space(self.scratch, 10**12, "env.user")

    def test_environments_of_a_sites_users_need_room_where_the_site_lies(self) -> None:
        asked: list[tuple[Path, str]] = []

        def room(where: Path, megabytes: int, what: str, *_: str) -> None:
            asked.append((where, what))
            if where == self.scratch:
                raise SiteFault(f"{megabytes}")

        bundle = Mock(id="prod", unix_users=True, environments={"user": "user.txt"}, tools={}, directory=self.scratch)
        (self.scratch / "user.txt").write_text("")
        with (
            patch("builds.require_space", room),
            patch("builds.toolchain.python", return_value=("python3", "3.11")),
            patch("builds.cache_directory", return_value=self.scratch / "cache"),
            patch("builds._same_disk", return_value=False),
            self.assertRaisesRegex(SiteFault, "2500"),
        ):
            build_all(bundle, self.layout)
        self.assertEqual(asked, [(self.scratch / "cache", "env.user"), (self.scratch, "env.user")])

    def test_who_has_nobody_to_tell_goes_on(self) -> None:
        """A connection that was cut takes the output along."""
        told = "import progress\nfor _ in range(3): progress.say('x')\nprint('end', file=progress.sys.stderr)"
        reading, writing = os.pipe()
        os.close(reading)
        kit = str(sources.HPC_SITE / "kit")
        ended = subprocess.run(
            [sys.executable, "-c", f"import sys; sys.path.insert(0, {kit!r})\n{told}"],
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        os.close(writing)
        self.assertEqual((ended.returncode, ended.stderr), (0, "end\n"))

    def test_the_line_of_a_log_that_tells_why(self) -> None:
        log = self.scratch / "x.log"
        log.write_text("starting\nOSError: [Errno 98] Address already in use\nbye\n")
        self.assertIn("Address already in use", telling_line(log, "nothing"))
        self.assertEqual(telling_line(self.scratch / "none.log", "nothing"), "nothing")


class FullDisk(InScratch):
    def test_what_cannot_be_written_leaves_the_file_as_it_was(self) -> None:
        place = self.scratch / "file"
        write_whole(place, "before", 0o600)
        self.assertEqual(stat.S_IMODE(place.stat().st_mode), 0o600)
        full = OSError(errno.ENOSPC, "No space left on device")
        with patch("whole_file.os.replace", side_effect=full), self.assertRaises(OSError) as raised:
            write_whole(place, "after", 0o600)
        self.assertEqual(place.read_text(), "before")
        self.assertEqual(raised.exception.filename, str(place))
        self.assertEqual([path.name for path in self.scratch.glob("*file*")], ["file"])

    def test_it_is_told_with_the_next_step(self) -> None:
        told = as_fault(OSError(errno.ENOSPC, "No space left on device", "/site/x")).line()
        self.assertEqual(told, "no space left on the disk of /site/x: free some there, then run the same command again")
        self.assertIn("Permission denied", as_fault(OSError(errno.EACCES, "Permission denied", "/site/x")).line())

    def test_a_program_starts_though_its_group_cannot_be_recorded(self) -> None:
        record = self.scratch / "one.pgid"
        with contextlib.redirect_stderr(io.StringIO()) as told:
            remember(str(self.scratch / "nowhere" / "one.pgid"))
            remember(str(record))
        self.assertIn("cannot be written", told.getvalue())
        length = len(record.read_text())
        self.assertEqual(record.read_text().split(), [str(os.getpgrp()), boot_id()])
        remember(str(record))
        self.assertEqual(len(record.read_text()), length)


class Cache(InScratch):
    def test_a_build_is_done_once_and_an_unfinished_one_again(self) -> None:
        place = self.scratch / "cached" / "thing"
        place.mkdir(parents=True)
        (place / "half").write_text("x")
        built: list[Path] = []
        build_once(place, built.append)
        build_once(place, built.append)
        self.assertEqual(built, [place])
        self.assertEqual([path.name for path in place.iterdir()], [".complete"])

    def test_a_build_that_fails_leaves_nothing_and_says_why(self) -> None:
        log = self.scratch / "log" / "build.log"
        place = self.scratch / "cached" / "thing"
        command = [sys.executable, "-c", "import sys; sys.exit('error: no such package')"]
        with self.assertRaisesRegex(SiteFault, "making it failed: error: no such package") as raised:
            build_once(place, lambda _: run_logged(command, log, "making it"))
        self.assertFalse(place.exists())
        self.assertEqual(raised.exception.log, log)


class Index(InScratch):
    def test_pips_index_is_uvs_unless_uv_has_its_own(self) -> None:
        told = {"index-url": "https://index.example/simple", "cert": "/c.pem", "find-links": "/not/there"}
        with patch("pip_settings.pip_settings", return_value=told):
            environment = uv_environment("python3", self.scratch, {"VIRTUAL_ENV": "/v"})
            self.assertEqual(environment["UV_DEFAULT_INDEX"], "https://index.example/simple")
            self.assertEqual(environment["SSL_CERT_FILE"], "/c.pem")
            self.assertNotIn("UV_FIND_LINKS", environment)
            self.assertNotIn("VIRTUAL_ENV", environment)
            own = uv_environment("python3", self.scratch, {"UV_INDEX_URL": "https://mine.example"})
            self.assertNotIn("UV_DEFAULT_INDEX", own)


class WhatTheMachineKnows(unittest.TestCase):
    def test_name_servers_as_nginx_writes_them(self) -> None:
        text = (
            "# nameserver 9.9.9.9\nsearch example.org\nnameserver 192.0.2.53\nnameserver 2001:db8::53\noptions edns0\n"
        )
        self.assertEqual(nameservers(text), ["192.0.2.53", "[2001:db8::53]"])
        self.assertEqual(nameservers(""), ["127.0.0.1"])

    def test_a_told_file_of_authorities_is_believed(self) -> None:
        with tempfile.NamedTemporaryFile() as told, patch.dict(os.environ, SSL_CERT_FILE=told.name):
            self.assertIn(f'proxy_ssl_trusted_certificate "{told.name}";', front_conf())


if __name__ == "__main__":
    unittest.main()
