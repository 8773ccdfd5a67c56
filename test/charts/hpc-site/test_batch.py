"""Notebooks and Dask clusters as jobs: who may have them, what their scripts say, how they tell their port."""

from __future__ import annotations

import asyncio
import http.server
import json
import os
import pwd
import socket
import subprocess
import tempfile
import threading
import unittest
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from unittest import mock

import sources  # noqa: F401 - before what it puts on the path

# isort: split
import notebook_job
import staging_files
from accounts import KEPT_SECONDS, Accounts, NotTheirs
from as_user import CommandFailed, identity, plain_environment, refusal, run
from hub_site import cluster_address, dask_environment, hub_environment, inward_address
from job_script import account_environment, job_script, said_by, with_account
from jobs import end_jobs, jobs_named
from spawn_form import lost_note, options_form, options_from_form

BATCH: dict[str, Any] = {
    "jobPrefix": "fed-a-prod-",
    "prologue": ["module purge"],
    "address": "login1-int",
    "encrypt": False,
}
SITE: dict[str, Any] = {
    "hub": "prod",
    "url": "http://login1-int:9000",
    "basePath": "/a/prod/",
    "ports": {"daskTcp": 9014},
    "environment": {},
    "s3": {"endpoint": "http://login1-int:9001", "region": "us-east-1"},
    "dask": {},
    "batch": BATCH,
}
ME = pwd.getpwuid(os.geteuid())


class People(unittest.TestCase):
    def test_accounts_of_the_system_and_strangers_are_refused(self) -> None:
        self.assertIn("account of the system", refusal("root", "root", 1000))
        self.assertIn("account of the system", refusal("nobody", "nobody", 1))
        self.assertIn("no such account", refusal("isthmus-nobody-has-this", "isthmus-nobody-has-this", 1000))

    def test_a_name_that_becomes_another_is_refused(self) -> None:
        self.assertEqual(refusal("Ann", "ann", 1000), "JupyterHub would call it ann")

    def test_a_person_may_sign_in(self) -> None:
        account = pwd.struct_passwd(("ann", "x", 1234, 1234, "", "/home/ann", "/bin/sh"))
        with mock.patch("as_user.pwd.getpwnam", return_value=account):
            self.assertEqual(refusal("ann", "ann", 1000), "")
            self.assertIn("people's begin at 2000", refusal("ann", "ann", 2000))
            self.assertIn("another name of ann", refusal("ann2", "ann2", 1000))

    def test_nothing_is_run_as_root_for_somebody(self) -> None:
        self.assertRaises(PermissionError, identity, "root")
        self.assertRaises(KeyError, identity, "isthmus-nobody-has-this")


class Commands(unittest.TestCase):
    def test_output_and_failure(self) -> None:
        self.assertEqual(asyncio.run(run(["cat"], "text\n")), "text")
        with self.assertRaisesRegex(CommandFailed, "why"):
            asyncio.run(run(["sh", "-c", "echo why >&2; exit 3"]))

    def test_the_environment_has_nothing_of_this_programs_secrets(self) -> None:
        with mock.patch.dict(os.environ, {"CONFIGPROXY_AUTH_TOKEN": "s", "SLURM_CONF": "/etc/s.conf"}):
            told = plain_environment(ME.pw_name)
        self.assertEqual(told["SLURM_CONF"], "/etc/s.conf")
        self.assertNotIn("CONFIGPROXY_AUTH_TOKEN", told)
        self.assertEqual((told["USER"], told["HOME"]), (ME.pw_name, ME.pw_dir))


class Scripts(unittest.TestCase):
    def test_options_come_before_the_prologue_and_the_command_last(self) -> None:
        text = job_script(SITE, ["--partition=p", "--constraint=x|y"], "/home/ann b", ["/env/bin/python", "a b"])
        self.assertEqual(
            text,
            """#!/bin/bash
#SBATCH --job-name=fed-a-prod-notebook
#SBATCH '--chdir=/home/ann b'
#SBATCH '--output=/home/ann b/.jupyter-fed-a-prod-notebook.log'
#SBATCH --open-mode=truncate
#SBATCH --export=ALL
#SBATCH --no-requeue
#SBATCH --partition=p
#SBATCH '--constraint=x|y'
echo "isthmus: job $SLURM_JOB_ID on $(hostname)"
unset XDG_RUNTIME_DIR
module purge
exec /env/bin/python 'a b'
""",
        )


class Said(unittest.TestCase):
    def test_the_last_line_of_a_job_is_its_own(self) -> None:
        log = "isthmus: job 12 on n1\nmodule: not found\nlast words\n\n"
        self.assertEqual(said_by("12", log), "last words")
        self.assertEqual(said_by("1", log), "")
        self.assertEqual(said_by("13", log), "")
        self.assertEqual(said_by("12", ""), "")
        self.assertEqual(said_by("12", "isthmus: job 12 on n1\n\nisthmus: job 12 on n1\n"), "")

    def test_what_the_shell_says_before_the_first_line_is_not_in_the_way(self) -> None:
        log = "bash: warning: setlocale: LC_ALL: cannot change locale\nisthmus: job 12 on n1\nmodule: not found\n"
        self.assertEqual(said_by("12", f"{log}\n{log}"), "module: not found")
        self.assertEqual(said_by("1", log), "")
        self.assertEqual(said_by("12", "isthmus: job 12 on\nlast words"), "last words")


class Charged(unittest.TestCase):
    def setUp(self) -> None:
        self.asked: list[list[str]] = []
        self.told, self.now = "snow\nice\nsnow\n", 0.0

    def accounts(self) -> Accounts:
        async def ask(command: Sequence[str]) -> str:
            self.asked.append(list(command))
            return self.told

        return Accounts(ask, lambda: self.now)

    def test_slurm_is_asked_for_a_users_accounts_once_in_a_while(self) -> None:
        accounts = self.accounts()
        for self.now in (0.0, KEPT_SECONDS, 2 * KEPT_SECONDS + 1):
            self.assertEqual(asyncio.run(accounts.of("ann")), ("snow", "ice"))
        self.assertEqual(self.asked, [["sacctmgr", "-nP", "show", "assoc", "user=ann", "format=account"]] * 2)

    def test_anothers_account_is_refused_with_those_that_there_are_and_a_new_one_is_found(self) -> None:
        accounts = self.accounts()
        asyncio.run(accounts.require("ann", "ice"))
        with self.assertRaisesRegex(NotTheirs, "ann may not charge the account sun; Slurm has for ann: snow, ice"):
            asyncio.run(accounts.require("ann", "sun"))
        self.told = "sun\n"
        asyncio.run(accounts.require("ann", "sun"))

    def test_a_site_where_nobody_is_known_to_slurm(self) -> None:
        self.told = "\n"
        with self.assertRaisesRegex(NotTheirs, "Slurm has for ann: none"):
            asyncio.run(self.accounts().require("ann", "snow"))

    def test_what_a_profile_says_wins_over_the_choice(self) -> None:
        self.assertEqual(with_account(["--partition=p"], "snow"), ["--account=snow", "--partition=p"])
        self.assertEqual(with_account(["--account=ice"], "snow"), ["--account=ice"])
        self.assertEqual(with_account(["--partition=p"], ""), ["--partition=p"])

    def test_dask_charges_the_notebooks_account_as_a_text_even_where_it_is_a_number(self) -> None:
        told = account_environment("0123")
        self.assertEqual(told, dict.fromkeys(told, "'0123'"))
        self.assertEqual(set(told), {"DASK_GATEWAY__CLUSTER__OPTIONS__ACCOUNT", "DASK_JOBQUEUE__SLURM__ACCOUNT"})
        self.assertEqual(account_environment(""), {})

    def test_the_form_has_a_choice_only_where_there_is_one(self) -> None:
        profiles = [{"id": "small", "title": "Small"}]
        self.assertEqual(options_form(profiles), "")
        form = options_form(profiles, ["snow", "<ice>"])
        self.assertIn('<option value="snow">snow</option><option value="&lt;ice&gt;">', form)
        self.assertNotIn("profile", form)
        self.assertIn("does not answer", options_form(profiles, [], "Slurm does not answer"))

    def test_the_form_tells_of_a_job_that_was_lost(self) -> None:
        self.assertEqual(lost_note(""), "")
        self.assertIn("NODE_FAIL &lt;", lost_note("job 3 has ended: NODE_FAIL <"))

    def test_only_what_was_chosen_is_an_option(self) -> None:
        self.assertEqual(options_from_form({"profile": ["small"], "account": [""]}), {"profile": "small"})
        self.assertEqual(options_from_form({"account": ["snow"]}), {"account": "snow"})


class Environments(unittest.TestCase):
    def test_jobs_have_the_users_own_home_and_no_mark_by_which_processes_are_ended(self) -> None:
        with mock.patch.dict(os.environ, {"ISTHMUS_SITE_ROOT": "/p", "ISTHMUS_ID": "prod"}):
            told = hub_environment(SITE, ME.pw_name, {}, "/env")
        self.assertEqual(told["HOME"], ME.pw_dir)
        self.assertNotIn("ISTHMUS_SITE_ROOT", told)

    def test_dask_is_found_where_jobs_find_it(self) -> None:
        with mock.patch.dict(os.environ, {"ISTHMUS_BUNDLE": "/p/current/prod"}):
            told = dask_environment(SITE, {"dask": True, "environment": {}})
        self.assertEqual(told["DASK_GATEWAY__PROXY_ADDRESS"], "gateway://login1-int:9014")
        self.assertEqual(inward_address(SITE), "login1-int")
        encrypted = {**SITE, "batch": {**BATCH, "encrypt": True}}
        self.assertEqual((inward_address(encrypted), cluster_address(encrypted)), ("127.0.0.1", "login1-int"))
        self.assertEqual(told["DASK_ROOT_CONFIG"], "/p/current/prod/dask")


class Ports(unittest.TestCase):
    def test_a_free_port_of_a_range(self) -> None:
        with socket.socket() as taken:
            taken.bind(("", 0))
            port = taken.getsockname()[1]
            self.assertRaises(OSError, notebook_job.free_port, f"{port}-{port}")
        self.assertEqual(notebook_job.free_port(f"{port}-{port}"), port)
        self.assertGreater(notebook_job.free_port("any"), 1023)

    def test_only_the_port_of_a_url_changes(self) -> None:
        self.assertEqual(
            notebook_job.with_port("http://0.0.0.0:0/a/user/ann/", 40001), "http://0.0.0.0:40001/a/user/ann/"
        )

    def test_the_hub_is_told_and_its_refusal_ends_the_job(self) -> None:
        told: list[Any] = []

        class Hub(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                told.append((self.path, self.headers["Authorization"], body))
                self.send_response(204 if self.headers["Authorization"] == "token mine" else 403)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        with http.server.HTTPServer(("127.0.0.1", 0), Hub) as hub:
            thread = threading.Thread(target=hub.serve_forever)
            thread.start()
            try:
                api = f"http://127.0.0.1:{hub.server_port}/hub/api"
                notebook_job.tell(api, "mine", {"port": 40001})
                with self.assertRaisesRegex(SystemExit, "does not wait for this server any more: 403"):
                    notebook_job.tell(api, "other", {"port": 40001})
            finally:
                hub.shutdown()
                thread.join()
        self.assertEqual(told[0], ("/hub/api/notebook-port", "token mine", {"port": 40001}))


class Staging(unittest.TestCase):
    def test_keys_are_their_users_alone_and_go_twice(self) -> None:
        with tempfile.TemporaryDirectory() as place:
            directory = Path(place) / ".dask-gateway" / "c1"
            staging_files.main({"make": str(directory), "files": {"dask.pem": "key"}})
            self.assertEqual((directory / "dask.pem").read_text(), "key")
            self.assertEqual(
                [path.stat().st_mode & 0o777 for path in (directory, directory / "dask.pem")], [0o700, 0o600]
            )
            for _ in range(2):
                staging_files.main({"remove": str(directory)})
            self.assertFalse(directory.exists())

    def test_keys_are_not_written_where_somebody_else_could_change_them(self) -> None:
        with tempfile.TemporaryDirectory() as place:
            directory = Path(place) / "ann" / "c1"
            directory.parent.mkdir()
            directory.parent.chmod(0o777)
            with self.assertRaisesRegex(OSError, "must be the user's own, for nobody else to write to"):
                staging_files.main({"make": str(directory), "files": {"dask.pem": "key"}})
            directory.parent.chmod(0o755)
            with (
                mock.patch("os.geteuid", return_value=4711),
                self.assertRaisesRegex(OSError, "must be the user's own"),
            ):
                staging_files.main({"make": str(directory), "files": {"dask.pem": "key"}})
            directory.parent.parent.chmod(0o777)
            with self.assertRaisesRegex(OSError, "put another directory in the place of one in"):
                staging_files.main({"make": str(directory), "files": {"dask.pem": "key"}})
            directory.parent.parent.chmod(0o1777)
            self.assertEqual(list(directory.parent.iterdir()), [])
            staging_files.main({"make": str(directory), "files": {"dask.pem": "key"}})

    def test_keys_that_cannot_all_be_written_leave_nothing(self) -> None:
        with tempfile.TemporaryDirectory() as place:
            directory = Path(place) / ".dask-gateway" / "c1"
            with self.assertRaises(OSError):
                staging_files.main({"make": str(directory), "files": {"dask.crt": "certificate", "no/such": "key"}})
            self.assertEqual(list(directory.parent.iterdir()), [])


class Jobs(unittest.TestCase):
    def test_jobs_are_ended_by_their_names_alone(self) -> None:
        queue = {"7": "fed-a-prod-notebook", "8": "fed-a-prod2-notebook", "9": "fed-a-prod-dask-1-scheduler"}
        ended: list[str] = []

        def called(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
            if command[0] == "scancel":
                ended.extend(command[1:])
                for job in command[1:]:
                    del queue[job]
            listed = "".join(f"{job} ann {name}\n" for job, name in queue.items())
            return subprocess.CompletedProcess(command, 0, listed, "")

        with mock.patch("jobs.subprocess.run", called):
            self.assertEqual([job.id for job in jobs_named("slurm", "fed-a-prod-")], ["7", "9"])
            end_jobs(mock.MagicMock(), mock.Mock(id="prod", jobs=("slurm", "fed-a-prod-"), sudo=None))
        self.assertEqual(ended, ["7", "9"])
        self.assertEqual(list(queue), ["8"])


if __name__ == "__main__":
    unittest.main()
