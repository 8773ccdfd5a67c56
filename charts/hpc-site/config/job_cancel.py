"""Ending a user's job for good: a batch system that does not answer is asked until it does."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence

from as_user import CommandFailed, NotLetIn, run, run_as

# Who asks forgets the job as soon as it is told anything: that the batch system does not answer is not told.
FIRST_PAUSE, LAST_PAUSE = 2.0, 30.0
# Words of one that answers, and refuses: no time changes that, but it may be about to learn who its users are.
REFUSED = ("Access/permission denied", "Unauthorized Request")
REFUSED_SECONDS = 600.0


async def cancel(user: str, command: Sequence[str], is_over: Callable[[str], bool]) -> None:
    """Cancels a user's job, as long as that takes; `is_over` tells from what was said that there is none any more.

    :raises CommandFailed: where the batch system answers, and has refused for ten minutes.
    """
    pause, refused_since = FIRST_PAUSE, 0.0
    while True:
        try:
            await as_somebody(user, command)
        except (CommandFailed, OSError) as error:
            said = str(error)
            if is_over(said):
                return
            if isinstance(error, NotLetIn) or any(words in said for words in REFUSED):
                refused_since = refused_since or time.monotonic()
                if time.monotonic() - refused_since >= REFUSED_SECONDS:
                    raise
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, LAST_PAUSE)
        else:
            return


async def as_somebody(user: str, command: Sequence[str]) -> None:
    """Runs a command as a user; for one who has left the machine, whose jobs run on, as whoever runs this program."""
    try:
        await run_as(user, command)
    except KeyError:
        await run(command)
