"""The accounts that a user may charge, asked of Slurm's accounting."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from as_user import run

# People get accounts by the day; the form and the server are asked one after the other.
KEPT_SECONDS = 600.0


class NotTheirs(PermissionError):
    """An account that its user may not charge, with those that they may."""


async def ask_slurm(command: Sequence[str]) -> str:
    """Runs a command as the program's own user, who may see everybody's accounts."""
    return await run(command)


@dataclass
class Accounts:
    """Answers of `sacctmgr`, kept for a while."""

    ask: Callable[[Sequence[str]], Awaitable[str]] = ask_slurm
    clock: Callable[[], float] = time.monotonic
    known: dict[str, tuple[float, tuple[str, ...]]] = field(default_factory=dict)

    async def of(self, user: str, fresh: bool = False) -> tuple[str, ...]:
        """A user's accounts, each once, in Slurm's order.

        :raises CommandFailed: where Slurm's accounting does not answer.
        """
        asked, accounts = self.known.get(user, (0.0, ()))
        if fresh or user not in self.known or self.clock() - asked > KEPT_SECONDS:
            told = await self.ask(["sacctmgr", "-nP", "show", "assoc", f"user={user}", "format=account"])
            accounts = tuple(dict.fromkeys(line.strip() for line in told.splitlines() if line.strip()))
            self.known[user] = (self.clock(), accounts)
        return accounts

    async def require(self, user: str, account: str) -> None:
        """Refuses an account that is not the user's; one that is not known yet is asked for once more.

        :raises NotTheirs: with the accounts that are.
        """
        if account in await self.of(user) or account in await self.of(user, fresh=True):
            return
        theirs = ", ".join(await self.of(user)) or "none"
        raise NotTheirs(f"{user} may not charge the account {account}; Slurm has for {user}: {theirs}")
