"""A notebook server in a job: what is the same in each batch system."""

from __future__ import annotations

import asyncio
import os
import shlex
from collections.abc import AsyncIterator, Callable
from typing import ClassVar

import by_sudo
import own_account
from accounts import Accounts, NotTheirs
from as_user import CommandFailed, NotLetIn, ask_about, plain_environment, refusal, run_as
from batchspawner.batchspawner import JobStatus
from home_room import HOME_BYTES
from hub_site import home_of
from job_cancel import cancel
from job_failures import NoHome, NoStorage, NotCharged, NotRun, NotStarted, NotSubmitted
from job_script import account_environment, notebook_log, said_by
from job_standing import Standing, last_line, sentence
from notebook_authority import NotebookAuthority
from spawner import USER_ENVIRONMENT, SiteServer
from tornado import web

# A queue may be long, and all who wait ask the one controller.
FIRST_PAUSE, LAST_PAUSE = 0.5, 5.0
# Without munge `squeue` tries for a minute; who waits for a page must not.
QUERY_SECONDS = 10.0
STATUS = {
    "waits": JobStatus.PENDING,
    "runs": JobStatus.RUNNING,
    "over": JobStatus.NOTFOUND,
    "unknown": JobStatus.UNKNOWN,
}


class JobServer(SiteServer):
    """A notebook server in a job of a batch system: what is the same in each. Stands before the spawner's own class."""

    # Commands are run as the user by this program itself (see run_command), not by sudo.
    exec_prefix = ""
    accounts = Accounts()
    # Of the hub's notebooks, where it speaks TLS with them.
    authority: ClassVar[NotebookAuthority]
    system: ClassVar[str]
    standing_in: ClassVar[Callable[[str], Standing]]
    standing: Standing | None = None
    # Why the job that starts cannot work in its user's home, as it tells.
    home_refused = ""
    # How jobs ended where that was nobody's wish, by server: the hub drops a spawner with its server.
    lost: ClassVar[dict[str, str]] = {}
    # That of the job before the one that starts.
    lost_before = ""

    def account(self) -> str:
        """The account that the user chose; empty for their default, and where the site chooses."""
        return str((self.user_options or {}).get("account", "")) if self.site["batch"]["chooseAccount"] else ""

    async def require_account(self) -> None:
        """Refuses another's account, whatever the form showed."""
        if not (account := self.account()):
            return
        try:
            await self.accounts.require(self.user.name, account)
        except (NotTheirs, CommandFailed, OSError) as error:
            raise NotCharged(str(error)) from None

    async def require_home(self) -> None:
        """Refuses to start a server in a home that its user cannot write to: a full disk, a quota, a missing mount.

        Where nothing but Slurm's commands is run as users, the job itself finds out (see notebook_job).
        """
        if by_sudo.needed():
            return
        program = f"{os.environ['ISTHMUS_BUNDLE']}/config/home_room.py"
        home = str(home_of(self.site, self.user.name))
        try:
            await run_as(self.user.name, [f"{USER_ENVIRONMENT}/bin/python", "-I", program, home, str(HOME_BYTES)])
        except CommandFailed as error:
            raise NoHome(last_line(str(error))) from None

    async def require_storage(self) -> None:
        """Sees to the user's own account at the S3 endpoint, where people have such."""
        try:
            await own_account.ensure(self.site, self.user.name)
        except (own_account.NoAccount, OSError) as error:
            raise NoStorage(str(error)) from None

    def get_env(self) -> dict[str, str]:
        """As the base class, with the account for Dask."""
        return {**account_environment(self.account()), **super().get_env()}

    async def run_command(self, cmd: str, input: str | None = None, env: dict[str, str] | None = None) -> str:
        """Runs one of the batch system's commands as the server's user; no shell reads it.

        :raises CommandFailed: also where the machine cannot run it, or does not know its user for the moment.
        """
        try:
            environment = None if env is None else {**plain_environment(self.user.name), **env}
            return await run_as(self.user.name, shlex.split(cmd), input or "", environment)
        except (OSError, KeyError) as error:
            raise CommandFailed(str(error)) from None

    async def query_job_status(self) -> JobStatus:
        """How the job stands now; what cannot be asked has not ended it."""
        if not self.job_id:
            return JobStatus.NOTFOUND
        try:
            async with asyncio.timeout(QUERY_SECONDS):
                command = shlex.split(self.batch_query_cmd.format(job_id=self.job_id))
                self.job_status = await ask_about(self.user.name, command)
        except TimeoutError:
            self.job_status = f"no answer within {QUERY_SECONDS:.0f} s"
        except (CommandFailed, OSError, KeyError) as error:
            self.job_status = str(error)
        self.standing = type(self).standing_in(self.job_status)
        return STATUS[self.standing.kind]

    async def poll(self) -> int | None:
        """As the base class; how a job ended that the hub has not stopped is told in its log, and to its user."""
        job = self.job_id
        status: int | None = await super().poll()
        if status is not None and job:
            said = (self.standing.said if self.standing else "") or f"{self.system} does not say why"
            self.log.warning("job %s of %s has ended: %s", job, self.user.name, said)
            if said != "COMPLETED":
                self.lost[self._log_name] = f"Your server's job {job} has ended: {said}"
        return status

    async def progress(self) -> AsyncIterator[dict[str, str]]:
        """How the job stands, whenever that has changed."""
        if self.lost_before:
            yield {"message": self.lost_before}
        told = ""
        while True:
            now = sentence(self.standing, self.system, self.job_id) if self.standing and self.job_id else ""
            if now and now != told:
                yield {"message": now}
            told = now
            await asyncio.sleep(1)

    def cmd_formatted_for_batch(self) -> str:
        """The command in the job: finds a port, tells it to the hub, then becomes the server."""
        return shlex.join(self.command_in_job())

    def command_in_job(self) -> list[str]:
        """The words of that command."""
        ports = self.site["batch"]["notebookPorts"]
        wrapper = [f"{USER_ENVIRONMENT}/bin/python", f"{os.environ['ISTHMUS_BUNDLE']}/config/notebook_job.py"]
        chosen = [f"{ports[0]}-{ports[1]}"] if ports else ["any"]
        spoken = ["https" if self.site["batch"]["encrypt"] else "http"]
        return [*wrapper, *chosen, *spoken, "--", *self.cmd, *self.get_args()]

    async def submit_batch_script(self) -> str:
        """As the base class; what the batch system says against a job is told to its user."""
        try:
            job: str = await super().submit_batch_script()
        except NotLetIn as error:
            raise NotRun(str(error)) from None
        except CommandFailed as error:
            raise NotSubmitted(str(error)) from None
        return job

    async def node(self) -> str:
        """The node that the job runs on, as the batch system tells it; empty where it does not, or not yet."""
        if not (self.standing and self.standing.host):
            await self.query_job_status()
        return self.standing.host if self.standing and self.standing.kind == "runs" else ""

    async def start(self) -> str | tuple[str, int]:
        """Submits the job and waits until its server has told where it listens.

        Whoever asks, an admin for somebody else too: no account of the system gets a job.
        """
        name = self.user.name
        if why := refusal(name, name, self.site["auth"]["minimumUid"]):
            raise web.HTTPError(403, f"no job for {name}: {why}")
        self.lost_before = self.lost.pop(self._log_name, "")
        await self.require_account()
        await self.require_home()
        await self.require_storage()
        profile = self.profile()
        self.default_url = profile["url"]
        self.cpu_limit = profile["cores"]
        self.mem_limit = profile["memoryBytes"]
        seconds = self.site["batch"]["startSeconds"]
        try:
            async with asyncio.timeout(seconds):
                return await self.started()
        except TimeoutError:
            why = sentence(self.standing, self.system, self.job_id) if self.standing else ""
            raise NotStarted(f"no server within {seconds // 60} min, and its job is cancelled. {why}") from None

    async def started(self) -> str | tuple[str, int]:
        """Submits the job and waits for the port that its server tells.

        In the place of the base class's own, which waits on for a server whose job has ended.
        """
        self.standing = None
        self.home_refused = ""
        self.ip, self.port = "0.0.0.0", 0  # in the job, until it has told where it is
        if self.server:
            self.server.port = 0
        if not await self.submit_batch_script():
            raise NotSubmitted("its answer has no number of a job; the hub's log has the answer")
        pause = FIRST_PAUSE
        while (status := await self.query_job_status()) is not JobStatus.RUNNING or self.port == 0:
            if self.home_refused:
                raise NoHome(self.home_refused)
            if status is JobStatus.NOTFOUND:
                raise NotStarted(await self.how_it_ended())
            await asyncio.sleep(pause)
            pause = min(pause * 1.1, LAST_PAUSE)
        self.ip = self.standing.host if self.standing else ""
        self.db.commit()
        self.log.info("job %s of %s: its server is at %s:%s", self.job_id, self.user.name, self.ip, self.port)
        return f"https://{self.ip}:{self.port}" if self.site["batch"]["encrypt"] else (self.ip, self.port)

    async def how_it_ended(self) -> str:
        """Why there is no server, as far as batch system and job tell."""
        said = self.standing.said if self.standing else ""
        log = notebook_log(self.site, str(home_of(self.site, self.user.name)))
        written = said_by(self.job_id, await self.read(log))
        ended = f"your job {self.job_id} has ended before its server answered{f' ({said})' if said else ''}"
        return f"{ended}. {f'It said: {written}. All of it' if written else 'What it said, if anything,'} is in {log}"

    async def read(self, log: str) -> str:
        """Beginning and end of a file of the user's; empty where that cannot be read."""
        try:
            parts = [await self.run_command(f"{part} -c 4000 {shlex.quote(log)}") for part in ("head", "tail")]
        except CommandFailed:
            return ""
        return "\n".join(parts)

    async def cancel_batch_job(self) -> None:
        """Cancels the job, however long that takes: the hub forgets it then, and until then the server is stopping."""
        command = shlex.split(self.batch_cancel_cmd.format(job_id=self.job_id))
        self.log.info("cancelling job %s of %s", self.job_id, self.user.name)
        await cancel(self.user.name, command, lambda said: type(self).standing_in(said).kind == "over")
