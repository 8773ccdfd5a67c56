"""A site that a service account runs: what it does as users by sudo, what the kit looks for first, and what it says."""

from __future__ import annotations

import asyncio
import os
import pwd
import subprocess
import tempfile
import unittest
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest import mock

import sources  # noqa: F401 - before what it puts on the path

# isort: split
import as_user
import by_sudo
import notebook_job
import pam_rights
import sudo_rules
from as_user import CommandFailed, NotLetIn, ask_about, run_as
from faults import SiteFault
from job_standing import slurm_standing
from jobs import CANCEL, Users, jobs_named
from layout import Layout

ACCOUNT = {"kind": "slurm", "user": "pangeo", "commands": "/opt/slurm/bin"}
SITE: dict[str, Any] = {"hub": "prod", "batch": {"sudo": ACCOUNT}}
COMMANDS = [f"/opt/slurm/bin/{name}" for name in ("sbatch", "squeue", "scancel")]
SUDO: dict[str, Any] = {
    "user": "pangeo",
    "commands": COMMANDS,
    "users": ["ann"],
    "groups": ["climate"],
    "services": ["login"],
    "file": "/etc/sudoers.d/isthmus-fed-a",
}
ANN = pwd.struct_passwd(("ann", "x", 1234, 1234, "", "/home/ann", "/bin/sh"))
SCRIPT = "#!/bin/bash\n#SBATCH --export=ALL\necho hi\n"
DENIED = CommandFailed("sudo: a password is required")
TOLD = f"""Matching Defaults entries for pangeo on login1:
    env_reset, mail_badpass

User pangeo may run the following commands on login1:
    (%climate, ann, !root, !#0) NOPASSWD: NOSETENV: {", ".join(COMMANDS)}
"""


class AsUsers(unittest.TestCase):
    def setUp(self) -> None:
        self.ran: list[tuple[list[str], str, dict[str, str] | None]] = []
        self.answers: list[Exception | str] = []
        stack = ExitStack()
        self.addCleanup(stack.close)
        self.root = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (self.root / "state/prod").mkdir(parents=True)

        async def run(command: Sequence[str], text: str = "", environment: dict[str, str] | None = None) -> str:
            self.ran.append((list(command), text, environment))
            answer = self.answers.pop(0) if self.answers else ""
            if isinstance(answer, Exception):
                raise answer
            return answer

        for what in (
            mock.patch.object(as_user, "run", run),
            mock.patch.object(by_sudo, "load_site", lambda: SITE),
            mock.patch.object(by_sudo, "ROOT", self.root),
            mock.patch.object(by_sudo, "needed", return_value=True),
            mock.patch("as_user.pwd.getpwnam", return_value=ANN),
            mock.patch.dict(os.environ, {"SLURM_CONF": "/etc/s.conf", "AWS_SECRET_ACCESS_KEY": "x"}),
        ):
            stack.enter_context(what)

    def test_a_job_is_submitted_by_sudo_with_its_variables_in_its_script(self) -> None:
        asyncio.run(
            run_as("ann", ["/usr/bin/sbatch", "--parsable"], SCRIPT, {"JUPYTERHUB_API_TOKEN": "a b", "no-name": "x"})
        )
        ((command, text, environment),) = self.ran
        self.assertEqual(command, ["sudo", "-n", "-H", "-u", "ann", "--", "/opt/slurm/bin/sbatch", "--parsable"])
        self.assertEqual(
            text,
            f"#!/bin/bash\n#SBATCH --export=ALL\n{by_sudo.NOT_THE_JOBS}\nexport JUPYTERHUB_API_TOKEN='a b'\necho hi\n",
        )
        self.assertEqual((environment or {})["SLURM_CONF"], "/etc/s.conf")
        self.assertNotIn("AWS_SECRET_ACCESS_KEY", environment or {})

    def test_so_it_is_on_pbs_whose_scripts_have_their_variables_already(self) -> None:
        site = {"hub": "prod", "batch": {"sudo": {**ACCOUNT, "kind": "pbs", "commands": "/opt/pbs/bin"}}}
        with mock.patch.object(by_sudo, "load_site", lambda: site):
            asyncio.run(run_as("ann", ["qsub", "-f"], "#!/bin/bash\n#PBS -r n\nexport A=b\n"))
            asyncio.run(run_as("ann", ["qstat", "-f", "7"]))
            with self.assertRaisesRegex(PermissionError, "pangeo runs nothing but qsub, qstat, qdel as users"):
                asyncio.run(run_as("ann", ["sbatch"]))
        as_ann = ["sudo", "-n", "-H", "-u", "ann", "--"]
        self.assertEqual([words for words, *_ in self.ran], [
            [*as_ann, "/opt/pbs/bin/qsub", "-f"],
            [*as_ann, "/opt/pbs/bin/qstat", "-f", "7"],
        ])  # fmt: skip
        self.assertEqual(self.ran[0][1], f"#!/bin/bash\n#PBS -r n\n{by_sudo.NOT_THE_JOBS}\nexport A=b\n")
        self.assertEqual((self.root / "state/prod/job-users").read_text(), "ann\n")

    def test_who_has_jobs_is_written_down_once(self) -> None:
        for _ in range(2):
            asyncio.run(run_as("ann", ["sbatch"], SCRIPT))
        self.assertEqual((self.root / "state/prod/job-users").read_text(), "ann\n")

    def test_nothing_but_the_batch_systems_commands_is_run_as_a_user(self) -> None:
        for command in (["/env/bin/python", "-I"], ["head", "-c", "1"], ["bash"]):
            with self.assertRaisesRegex(PermissionError, "pangeo runs nothing but sbatch, squeue, scancel as users"):
                asyncio.run(run_as("ann", command))
        self.assertEqual(self.ran, [])

    def test_nothing_is_run_as_root(self) -> None:
        root = pwd.struct_passwd(("ann", "x", 0, 0, "", "/root", "/bin/sh"))
        with mock.patch("as_user.pwd.getpwnam", return_value=root), self.assertRaises(PermissionError):
            asyncio.run(run_as("ann", ["sbatch"], SCRIPT))

    def test_whom_the_rules_do_not_have_is_told_who_can_change_that(self) -> None:
        self.answers = [DENIED]
        with self.assertRaisesRegex(NotLetIn, "let pangeo submit jobs as ann: the centre's administrators have to"):
            asyncio.run(run_as("ann", ["sbatch"], SCRIPT))
        self.answers = [CommandFailed("sbatch: error: invalid partition")]
        with self.assertRaisesRegex(CommandFailed, "invalid partition") as other:
            asyncio.run(run_as("ann", ["sbatch"], SCRIPT))
        self.assertNotIsInstance(other.exception, NotLetIn)

    def test_jobs_of_one_who_is_let_in_no_more_are_asked_for_without_sudo(self) -> None:
        self.answers = [DENIED, "RUNNING|n1|None"]
        self.assertEqual(asyncio.run(ask_about("ann", ["squeue", "-j", "7"])), "RUNNING|n1|None")
        self.assertEqual(self.ran[1][0], ["squeue", "-j", "7"])

    def test_that_nobody_is_shown_such_jobs_does_not_say_that_they_are_over(self) -> None:
        for hidden in ("", CommandFailed("slurm_load_jobs error: Invalid job id specified")):
            self.answers = [DENIED, hidden]
            with self.assertRaisesRegex(NotLetIn, "do not let pangeo submit jobs as ann") as told:
                asyncio.run(ask_about("ann", ["squeue", "-j", "7"]))
            self.assertEqual(slurm_standing(str(told.exception)).kind, "unknown")

    def test_a_home_of_no_use_is_told_to_the_hub_in_place_of_a_port(self) -> None:
        told: list[Any] = []
        environment = {"HOME": "/isthmus-nobody-has-this", "JUPYTERHUB_API_URL": "u", "JUPYTERHUB_API_TOKEN": "t"}
        with (
            mock.patch.dict(os.environ, environment),
            mock.patch.object(notebook_job, "tell", lambda *what: told.append(what)),
            self.assertRaisesRegex(SystemExit, "cannot be written to"),
        ):
            notebook_job.main(["any", "http", "--", "/bin/true"])
        ((_, _, what),) = told
        self.assertRegex(what["refused"], "^/isthmus-nobody-has-this cannot be written to")


class Rules(unittest.TestCase):
    def test_rules_of_before_that_keep_a_configuration_are_known(self) -> None:
        kept = (
            "Runas and Command-specific defaults for pangeo:\n    Defaults!/usr/bin/sbatch, /usr/bin/squeue env_reset, "
        )
        self.assertTrue(sudo_rules.KEPT.search(kept + "env_keep=SLURM_CONF, !requiretty\n"))
        self.assertFalse(sudo_rules.KEPT.search(kept + "!env_keep, !requiretty\n"))

    def test_what_sudo_tells_is_enough_or_what_is_missing(self) -> None:
        self.assertEqual(sudo_rules.missing(SUDO, TOLD), [])
        self.assertEqual(sudo_rules.missing(SUDO, TOLD.replace("(%climate, ann, !root, !#0)", "(ALL, !root)")), [])
        self.assertEqual(
            sudo_rules.missing(SUDO, TOLD.replace("ann, ", "").replace(f", {COMMANDS[2]}", "")),
            [
                "/opt/slurm/bin/sbatch as ann",
                "/opt/slurm/bin/squeue as ann",
                "/opt/slurm/bin/scancel as %climate or ann",
            ],
        )
        for told in ("", TOLD.replace("NOPASSWD: ", ""), TOLD.replace("/opt/", "/usr/")):
            self.assertEqual(len(sudo_rules.missing(SUDO, told)), 3, told)

    def require(self, told: str, **changed: Any) -> None:  # noqa: ANN401
        """Asks the kit, for whoever runs this, with commands that nobody may write to."""
        me = pwd.getpwuid(os.geteuid()).pw_name
        bundle = mock.Mock(directory=self.place / "bundle")
        ordinary = mock.patch("sudo_rules.os.access", lambda _, mode: mode == os.X_OK)
        with ordinary, mock.patch("sudo_rules.told_by_sudo", return_value=told):
            sudo_rules.require(Layout(self.place), bundle, {**SUDO, "user": me, **changed})

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.place = Path(folder.name)
        (self.place / "bundle").mkdir()
        (self.place / "bundle/sudoers").write_text("rules\n")

    def test_where_rules_are_missing_root_is_told_what_to_run_and_the_rules_lie_there(self) -> None:
        self.require(TOLD)
        rules = self.place / "sudoers"
        command = f"visudo -cf {rules} && install -o root -g root -m 0440 {rules} /etc/sudoers.d/isthmus-fed-a"
        with self.assertRaises(SiteFault) as fault:
            self.require("")
        self.assertIn("sudo has no rule for /opt/slurm/bin/sbatch as %climate or ann", str(fault.exception))
        self.assertIn(command, str(fault.exception))
        self.assertEqual(rules.read_text(), "rules\n")

    def test_another_account_and_commands_that_are_not_there_or_its_own(self) -> None:
        with self.assertRaisesRegex(SiteFault, "rules are for somebody, and this is"):
            self.require(TOLD, user="somebody")
        me = pwd.getpwuid(os.geteuid()).pw_name
        with self.assertRaisesRegex(SiteFault, "/opt/slurm/bin/sbatch is no program"):
            sudo_rules.require(Layout(self.place), mock.Mock(directory=self.place), {**SUDO, "user": me})
        own = self.place / "sbatch"
        own.write_text("")
        own.chmod(0o755)
        with self.assertRaisesRegex(SiteFault, "could write to .*sbatch and then run anything as the site's users"):
            sudo_rules.require(Layout(self.place), mock.Mock(), {**SUDO, "user": me, "commands": [str(own)]})


class Ending(unittest.TestCase):
    def test_jobs_that_slurm_hides_from_the_account_are_asked_for_as_their_users(self) -> None:
        with tempfile.TemporaryDirectory() as place, mock.patch("jobs.os.geteuid", return_value=1000):
            record = Path(place) / "job-users"
            record.write_text("ann\nbo\n")

            def called(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
                match command:
                    case ["squeue", *_]:  # by its name a job may be anybody's
                        return subprocess.CompletedProcess(command, 0, "8 mallory fed-a-prod-x\n--user=bo x\n", "")
                    case ["sudo", *_, "ann", "--", "/opt/slurm/bin/squeue", "-h", "-o", _]:
                        return subprocess.CompletedProcess(command, 0, "7 ann fed-a-prod-notebook\n", "")
                    case ["sudo", *_]:
                        return subprocess.CompletedProcess(command, 1, "", "sudo: a password is required\n")
                return subprocess.CompletedProcess(command, 0, "", "")

            with mock.patch("jobs.subprocess.run", called):
                (job,) = jobs_named("slurm", "fed-a-prod-", Users(SUDO, record))
        self.assertEqual((job.id, job.owner), ("7", "ann"))

    def test_jobs_of_pbs_are_found_and_ended_so_too(self) -> None:
        ended: list[list[str]] = []
        whose = "Job Id: {}.pbs\n    Job_Name = fed-a-prod-notebook\n    Job_Owner = {}@login1\n"
        sudo = {**SUDO, "commands": [f"/opt/pbs/bin/{name}" for name in ("qsub", "qstat", "qdel")]}
        with tempfile.TemporaryDirectory() as folder, mock.patch("os.geteuid", return_value=4711):
            record = Path(folder) / "job-users"
            record.write_text("ann\nbo\n", "utf-8")

            def called(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
                match command:
                    case ["qstat", "-f"]:
                        return subprocess.CompletedProcess(command, 0, whose.format(8, "mallory"), "")
                    case ["sudo", *_, "ann", "--", "/opt/pbs/bin/qstat", "-f"]:
                        return subprocess.CompletedProcess(command, 0, whose.format(7, "ann"), "")
                    case ["sudo", *_, "ann", "--", "/opt/pbs/bin/qdel", _]:
                        ended.append(command[-1:])
                        return subprocess.CompletedProcess(command, 0, "", "")
                return subprocess.CompletedProcess(command, 1, "", "sudo: a password is required\n")

            with mock.patch("jobs.subprocess.run", called):
                jobs = jobs_named("pbs", "fed-a-prod-", Users(sudo, record))
                CANCEL["pbs"](jobs, Users(sudo, record))
        self.assertEqual(([(job.id, job.owner) for job in jobs], ended), ([("7.pbs", "ann")], [["7.pbs"]]))


class Passwords(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.place = Path(folder.name)
        (self.place / "login").write_text("# ours\nauth requisite pam_nologin.so\n@include common-auth\n")

    def modules(self, common: str) -> list[str]:
        (self.place / "common-auth").write_text(common)
        return list(pam_rights.auth_modules("login", (self.place,)))

    def test_what_a_service_asks_with_what_it_includes(self) -> None:
        unix = (
            "auth\t[success=1 default=ignore]\tpam_unix.so nullok\nauth requisite pam_deny.so\naccount required x.so\n"
        )
        self.assertEqual(self.modules(unix), ["pam_nologin", "pam_unix", "pam_deny"])
        (self.place / "sss").write_text("auth sufficient /lib/security/pam_sss.so\n")
        self.assertEqual(self.modules("auth substack sss\n-auth include common-auth\n"), ["pam_nologin", "pam_sss"])
        (self.place / "other").write_text("auth required pam_deny.so\n")
        self.assertEqual(list(pam_rights.auth_modules("none", (self.place,))), ["pam_deny"])

    def ask(self, modules: list[str], readable: bool, number: int = 1000) -> None:
        """Asks as an account of group 7, where the file with the passwords is of group 42."""
        with (
            mock.patch("pam_rights.auth_modules", return_value=modules),
            mock.patch("pam_rights.os.access", return_value=readable),
            mock.patch("pam_rights.os.geteuid", return_value=number),
            mock.patch("pam_rights.os.getegid", return_value=7),
            mock.patch("pam_rights.os.getgroups", return_value=[7, 42]),
            mock.patch("pam_rights.SHADOW", mock.Mock(stat=lambda: mock.Mock(st_gid=42))),
        ):
            pam_rights.require(Layout(self.place), "login")

    def test_passwords_that_only_root_reads_are_refused_before_anybody_tries_them(self) -> None:
        with self.assertRaisesRegex(SiteFault, "cannot ask PAM about people's passwords: service login looks in"):
            self.ask(["pam_unix", "pam_deny"], readable=False)
        self.ask(["pam_unix", "pam_deny"], readable=True)
        self.ask(["pam_unix", "pam_deny"], readable=False, number=0)
        self.ask(["pam_unix", "pam_sss"], readable=False)

    def test_programs_that_were_started_before_their_account_was_let_in(self) -> None:
        (self.place / "run").mkdir()
        (self.place / "run/supervisord.pid").write_text(f"{os.getpid()}\n")
        with self.assertRaisesRegex(SiteFault, "were started before and are not: end them with isthmus down"):
            self.ask(["pam_unix"], readable=True)


if __name__ == "__main__":
    unittest.main()
