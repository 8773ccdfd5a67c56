"""Jobs of PBS: what their scripts say, read strictly by a stand-in for qsub; what qstat tells; how they are ended."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import stat
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from unittest import mock

import sources  # noqa: F401 - before what it puts on the path

# isort: split
from as_user import CommandFailed, run
from faults import SiteFault
from jobs import end_jobs, jobs_named
from pbs_job import is_alive, jobs_in, pbs_script, select, with_environment, within

ME = pwd.getpwuid(os.geteuid()).pw_name


class Scripts(unittest.TestCase):
    def test_options_come_before_every_command(self) -> None:
        there = within("/home/ann b", "/home/ann b/log")
        text = pbs_script("f-a-notebook", ["-q short", "-l select=1:ncpus=2"], there, ["exec x"])
        self.assertEqual(
            text,
            """#!/bin/bash
#PBS -N f-a-notebook
#PBS -S /bin/bash
#PBS -j oe
#PBS -o /dev/null
#PBS -r n
#PBS -q short
#PBS -l select=1:ncpus=2
cd '/home/ann b' || exit 1
exec >'/home/ann b/log' 2>&1
unset XDG_RUNTIME_DIR
exec x
""",
        )

    def test_variables_are_set_first_and_quoted_and_only_those_that_a_shell_can_have(self) -> None:
        text = with_environment("#!/bin/bash\n#PBS -r n\ncd /\n", {"A": "b 'c'\nd", "BASH_FUNC_x%%": "() { id; }"})
        self.assertEqual(text, "#!/bin/bash\n#PBS -r n\nexport A='b '\"'\"'c'\"'\"'\nd'\ncd /\n")

    def test_a_chunk_has_whole_cores_and_mebibytes(self) -> None:
        self.assertEqual(select(1.5, 2**30 + 1, True, ["ngpus=1"]), ["-l select=1:ncpus=2:mem=1025mb:ngpus=1"])
        self.assertEqual(select(0.1, 2**20, True, []), ["-l select=1:ncpus=1:mem=1mb"])
        self.assertEqual(select(4, 2**30, False, ["a=b"]), ["-l select=1:a=b"])
        self.assertEqual(select(4, 2**30, False, []), [])


class Submitted(unittest.TestCase):
    def setUp(self) -> None:
        self.place = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.place)
        (self.place / "bin").mkdir()
        program = Path(__file__).with_name("pbs_stand_in.py").read_text("utf-8")
        for name in ("qsub", "qstat", "qdel"):
            command = self.place / "bin" / name
            command.write_text(f"#!{sys.executable}\n{program}", "utf-8")
            command.chmod(command.stat().st_mode | stat.S_IXUSR)
        (self.place / "jobs").mkdir()
        path = f"{self.place / 'bin'}:{os.environ['PATH']}"
        told = {"PATH": path, "PBS_CONF_FILE": str(self.place / "jobs")}
        patched = mock.patch.dict(os.environ, told)
        patched.start()
        self.addCleanup(patched.stop)
        self.addCleanup(lambda: end_jobs(mock.MagicMock(), mock.Mock(id="x", jobs=("pbs", ""), sudo=None)))

    def submit(self, name: str, options: list[str], rest: list[str]) -> str:
        script = pbs_script(name, options, within(str(self.place), str(self.place / f"{name}.log")), rest)
        return asyncio.run(run(["qsub", "-f"], with_environment(script, {"GREETING": "it's me"})))

    def told(self, *jobs: str) -> dict[str, dict[str, str]]:
        return dict(jobs_in(asyncio.run(run(["qstat", "-f", *jobs]))))

    def test_a_job_runs_where_and_with_what_it_was_told(self) -> None:
        options = ["-q batch", "-A snow", "-P p", "-l walltime=26:03:04", "-l place=pack:excl", "-p -5", "-W umask=027"]
        chunk = select(2, 2**30, True, ["ngpus=1", "cpu_type=milan"])
        job = self.submit("fed-a-one", [*options, *chunk], ['echo "$GREETING in $PWD"', "exec sleep 60"])
        attributes = self.told(job)[job]
        self.assertEqual(attributes["Resource_List.select"], "1:ncpus=2:mem=1024mb:ngpus=1:cpu_type=milan")
        self.assertTrue(is_alive(attributes))
        deadline = time.monotonic() + 20
        while not (
            text := (self.place / "fed-a-one.log").read_text() if (self.place / "fed-a-one.log").exists() else ""
        ):
            self.assertLess(time.monotonic(), deadline)
        self.assertEqual(text, f"it's me in {self.place}\n")

    def test_what_qsub_refuses_is_told_in_its_own_words(self) -> None:
        for option, why in (
            ("-q nowhere", "qsub: Unknown queue"),
            ("-l select=1:ncpus", "qsub: Illegal attribute or resource value"),
            ("-Q x", "qsub: directive error: -Q x"),
            ("-l nodes=1:ppn=2", "qsub: Unknown resource"),
        ):
            with self.assertRaisesRegex(CommandFailed, why):
                self.submit("fed-a-one", [option], ["exec true"])

    def test_long_names_are_read_whole(self) -> None:
        name = f"fed-a-{'x' * 200}"
        job = self.submit(name, [], ["exec sleep 60"])
        self.assertEqual(self.told()[job]["Job_Name"], name)

    def test_jobs_are_ended_by_their_names_alone_and_by_their_owners(self) -> None:
        ours = [self.submit(f"fed-a-prod-{n}", [], ["exec sleep 60"]) for n in ("notebook", "dask-1-scheduler")]
        other = self.submit("fed-a-prod2-notebook", [], ["exec sleep 60"])
        found = jobs_named("pbs", "fed-a-prod-")
        self.assertEqual([(job.id, job.owner) for job in found], [(job, ME) for job in ours])
        end_jobs(mock.MagicMock(), mock.Mock(id="prod", jobs=("pbs", "fed-a-prod-"), sudo=None))
        self.assertEqual(list(self.told()), [other])

    def test_what_is_over_is_not_in_the_way_and_what_does_not_answer_is(self) -> None:
        gone = self.submit("fed-a-one", [], ["exec sleep 60"])
        subprocess.run(["qdel", gone], check=True)
        self.assertEqual(jobs_named("pbs", "fed-a-"), [])
        with self.assertRaisesRegex(CommandFailed, "Job has finished"):
            self.told(gone)
        broken = self.place / "broken"
        broken.mkdir()
        (broken / "qstat").write_text("#!/bin/sh\necho 'qstat: cannot connect to server pbs' >&2\nexit 111\n")
        (broken / "qstat").chmod(0o755)
        with (
            mock.patch.dict(os.environ, {"PATH": f"{broken}:{os.environ['PATH']}"}),
            self.assertRaisesRegex(SiteFault, "cannot connect to server"),
        ):
            jobs_named("pbs", "fed-a-")


if __name__ == "__main__":
    unittest.main()
