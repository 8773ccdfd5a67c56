"""How a job stands, out of what Slurm and PBS tell; a home that can be written to."""

from __future__ import annotations

import errno
import tempfile
import unittest
from unittest import mock

import sources  # noqa: F401 - before what it puts on the path

# isort: split
import home_room
from job_standing import SLURM_ENDED, Standing, pbs_standing, sentence, slurm_alive, slurm_standing

PBS_JOB = "Job Id: 7.pbs\n    Job_Name = n\n    job_state = {}\n{}"


class Slurm(unittest.TestCase):
    def test_a_job_that_waits_says_why(self) -> None:
        drained = slurm_standing("PENDING|n/a|ReqNodeNotAvail, UnavailableNodes:n1")
        self.assertEqual(drained.kind, "waits")
        self.assertEqual(
            sentence(drained, "Slurm", "7"),
            "Your job 7 waits in Slurm's queue: nodes that it needs are down, drained or reserved "
            "(ReqNodeNotAvail, UnavailableNodes:n1)",
        )
        self.assertEqual(slurm_standing("PENDING|n/a|AssocGrpCpuLimit").said, "AssocGrpCpuLimit")
        self.assertEqual(slurm_standing("CONFIGURING|n1|None").kind, "waits")

    def test_a_job_that_runs_has_a_host_also_while_it_is_suspended(self) -> None:
        for state in ("RUNNING", "COMPLETING", "SUSPENDED"):
            self.assertEqual(slurm_standing(f"{state}|n1-2.cluster|None"), Standing("runs", "n1-2.cluster"))

    def test_a_word_of_a_newer_slurm_ends_no_job(self) -> None:
        self.assertEqual(slurm_standing("LATER_WORD|n1|None"), Standing("runs", "n1"))
        self.assertEqual(slurm_standing("LATER_WORD|n/a|None"), Standing("waits", said="LATER_WORD"))

    def test_jobs_of_dask_live_by_the_same_words(self) -> None:
        living = ("PENDING", "RUNNING", "SUSPENDED", "REQUEUED", "STOPPED", "RESIZING", "LATER_WORD")
        for state in living:
            self.assertEqual(slurm_alive(f"6 COMPLETED\n7 {state}\n8 TIMEOUT"), {"6": False, "7": True, "8": False})

    def test_only_what_says_so_is_over(self) -> None:
        for state in SLURM_ENDED:
            self.assertEqual(slurm_standing(f"{state}|n1|None"), Standing("over", "n1", state))
        self.assertIn("NODE_FAIL", SLURM_ENDED)
        for told in ("", "\n", "slurm_load_jobs error: Invalid job id specified"):
            self.assertEqual(slurm_standing(told), Standing("over"))
        for told in (
            "slurm_load_jobs error: Unable to contact slurm controller (connect failure)",
            "squeue: error: Munge encode failed\nslurm_load_jobs error: Protocol authentication error",
            "'getpwnam(): name not found: ann'",
        ):
            self.assertEqual(slurm_standing(told), Standing("unknown", said=told.splitlines()[-1]))

    def test_who_cancels_what_is_over_is_done(self) -> None:
        told = "scancel: error: Kill job error on job id 7: Job/step already completing or completed"
        self.assertEqual(slurm_standing(told).kind, "over")


class Pbs(unittest.TestCase):
    def test_a_job_that_waits_says_why(self) -> None:
        told = PBS_JOB.format("Q", "    comment = Not Running: Insufficient amount of\n\t resource: ncpus\n")
        self.assertEqual(
            pbs_standing(told), Standing("waits", said="Not Running: Insufficient amount of resource: ncpus")
        )

    def test_a_job_that_runs_has_a_host(self) -> None:
        told = PBS_JOB.format("R", "    exec_host = n1-2.cluster/0*2\n")
        self.assertEqual(pbs_standing(told), Standing("runs", "n1-2.cluster"))

    def test_only_what_says_so_is_over(self) -> None:
        self.assertEqual(pbs_standing(PBS_JOB.format("F", "")).kind, "over")
        self.assertEqual(pbs_standing("qstat: Unknown Job Id 7.pbs").kind, "over")
        self.assertEqual(pbs_standing("qstat: 7.pbs Job has finished, use -x or -H").kind, "over")
        self.assertEqual(pbs_standing("Connection refused\nqstat: cannot connect to server").kind, "unknown")


class Home(unittest.TestCase):
    def test_a_home_with_room_is_left_as_it_was(self) -> None:
        with tempfile.TemporaryDirectory() as place:
            self.assertEqual(home_room.refusal(place, 2**20), "")
            self.assertEqual(home_room.os.listdir(place), [])

    def test_why_nothing_can_be_written(self) -> None:
        self.assertEqual(
            home_room.refusal("/isthmus-nobody-has-this", 1),
            "/isthmus-nobody-has-this cannot be written to: No such file or directory",
        )
        for code, said in ((errno.ENOSPC, "its disk is full"), (errno.EDQUOT, "your quota is used up")):
            with tempfile.TemporaryDirectory() as place, mock.patch("home_room.os.posix_fallocate") as write:
                write.side_effect = OSError(code, "no")
                self.assertEqual(
                    home_room.refusal(place, 2**24),
                    f"{said} (16 MiB are needed in {place}): remove what you do not need",
                )


if __name__ == "__main__":
    unittest.main()
