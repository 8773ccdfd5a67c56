"""A job is cancelled for good, however long its batch system does not answer."""

from __future__ import annotations

import asyncio
import unittest
from collections.abc import Sequence
from unittest import mock

import sources  # noqa: F401 - before what it puts on the path

# isort: split
import job_cancel
from as_user import CommandFailed
from job_cancel import REFUSED_SECONDS, cancel
from job_standing import slurm_standing

COMMAND = ["scancel", "7"]
AWAY = CommandFailed("scancel: error: Unable to contact slurm controller (connect failure)")
DENIED = CommandFailed("scancel: error: Kill job error on job id 7: Access/permission denied")
GONE = CommandFailed("scancel: error: Kill job error on job id 7: Invalid job id specified")


class Cancel(unittest.TestCase):
    def setUp(self) -> None:
        self.now = 1.0
        self.pauses: list[float] = []
        self.as_root: list[list[str]] = []

    def cancel(self, answers: Sequence[Exception | str]) -> int:
        """Cancels while the batch system answers so; how often it was asked as the user."""

        async def pause(seconds: float) -> None:
            self.pauses.append(seconds)
            self.now += seconds

        async def by_this_program(command: Sequence[str]) -> str:
            self.as_root.append(list(command))
            return ""

        asked = mock.AsyncMock(side_effect=answers)
        with (
            mock.patch.object(job_cancel, "run_as", asked),
            mock.patch.object(job_cancel, "run", by_this_program),
            mock.patch("job_cancel.asyncio.sleep", pause),
            mock.patch("job_cancel.time.monotonic", lambda: self.now),
        ):
            asyncio.run(cancel("ann", COMMAND, lambda said: slurm_standing(said).kind == "over"))
        self.assertEqual(asked.await_args_list, [mock.call("ann", COMMAND)] * asked.await_count)
        return asked.await_count

    def test_a_batch_system_that_does_not_answer_is_asked_until_it_does(self) -> None:
        answers = [*[AWAY] * 200, OSError("no process"), *[AWAY] * 200, ""]
        self.assertEqual(self.cancel(answers), 402)
        self.assertGreater(sum(self.pauses), 3 * REFUSED_SECONDS)
        self.assertEqual((self.pauses[0], max(self.pauses)), (2.0, 30.0))

    def test_a_job_that_is_over_needs_nothing(self) -> None:
        self.assertEqual(self.cancel([AWAY, GONE]), 2)

    def test_the_job_of_one_who_has_left_the_machine_is_cancelled_by_this_program(self) -> None:
        self.assertEqual(self.cancel([KeyError("getpwnam(): name not found: 'ann'")]), 1)
        self.assertEqual(self.as_root, [COMMAND])

    def test_a_refusal_is_told_once_it_has_lasted(self) -> None:
        with self.assertRaisesRegex(CommandFailed, "permission denied"):
            self.cancel([*[AWAY] * 100, *[DENIED] * 100])
        self.assertGreaterEqual(sum(self.pauses[100:]), REFUSED_SECONDS)
        self.assertLess(len(self.pauses), 200)


if __name__ == "__main__":
    unittest.main()
