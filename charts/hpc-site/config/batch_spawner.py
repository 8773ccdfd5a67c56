"""Notebook servers as jobs of a batch system, each run by the Unix user whose notebook it is."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from hmac import compare_digest
from typing import Any

from accounts import Accounts, NotTheirs
from as_user import CommandFailed, plain_environment, refusal, run_as
from batchspawner import PBSSpawner, SlurmSpawner
from batchspawner.api import BatchSpawnerAPIHandler
from hub_site import home_of
from job_script import account_environment, job_script, notebook_log, with_account
from jupyterhub.apihandlers import APIHandler, default_handlers
from pbs_job import pbs_script, with_environment
from spawn_form import options_form
from spawner import USER_ENVIRONMENT, SiteServer
from tornado import web
from traitlets import Unicode

FIRST_PORT, LAST_PORT = 1024, 65535


class NotebookPort(APIHandler):
    """A server that starts in a job tells here which port it found.

    Takes the place of batchspawner's own address, which sets any attribute of the spawner to whatever its user sends:
    also the commands that the hub runs.
    """

    @web.authenticated
    def post(self) -> None:
        """Takes `{"port": N}` from the server itself, known by its token."""
        token = self.get_auth_token() or ""
        starting = [
            s for s in self.current_user.spawners.values() if s.api_token and compare_digest(s.api_token, token)
        ]
        if not starting:
            raise web.HTTPError(403, "this is not the token of a server that starts")
        port = (self.get_json_body() or {}).get("port")
        if type(port) is not int or not FIRST_PORT <= port <= LAST_PORT:
            raise web.HTTPError(400, f"a port is a whole number from {FIRST_PORT} to {LAST_PORT}")
        starting[0].port = port
        self.set_status(204)


def replace_port_handler() -> None:
    """Puts our address in the place of batchspawner's."""
    kept = [entry for entry in default_handlers if entry[1] not in (BatchSpawnerAPIHandler, NotebookPort)]
    default_handlers[:] = [*kept, (r"/api/notebook-port", NotebookPort)]


class NotSubmitted(web.HTTPError):
    """A job that the batch system does not take, with its own reason on the page and in the hub's API."""

    def __init__(self, reason: str) -> None:
        self.jupyterhub_message = f"the batch system does not take your job: {reason}"
        super().__init__(502, self.jupyterhub_message)


class NotCharged(web.HTTPError):
    """An account that is not the user's, or that Slurm's accounting cannot be asked about."""

    def __init__(self, reason: str) -> None:
        self.jupyterhub_message = reason
        super().__init__(403, reason)


class JobServer(SiteServer):
    """A notebook server in a job of a batch system: what is the same in each. Stands before the spawner's own class."""

    # Commands are run as the user by this program itself (see run_command), not by sudo.
    exec_prefix = ""
    accounts = Accounts()

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

    def get_env(self) -> dict[str, str]:
        """As the base class, with the account for Dask."""
        return {**account_environment(self.account()), **super().get_env()}

    async def run_command(self, cmd: str, input: str | None = None, env: dict[str, str] | None = None) -> str:
        """Runs one of the batch system's commands as the server's user; no shell reads it."""
        environment = None if env is None else {**plain_environment(self.user.name), **env}
        return await run_as(self.user.name, shlex.split(cmd), input or "", environment)

    def cmd_formatted_for_batch(self) -> str:
        """The command in the job: finds a port, tells it to the hub, then becomes the server."""
        return shlex.join(self.command_in_job())

    def command_in_job(self) -> list[str]:
        """The words of that command."""
        ports = self.site["batch"]["notebookPorts"]
        wrapper = [f"{USER_ENVIRONMENT}/bin/python", f"{os.environ['ISTHMUS_BUNDLE']}/config/notebook_job.py"]
        chosen = [f"{ports[0]}-{ports[1]}"] if ports else ["any"]
        return [*wrapper, *chosen, "--", *self.cmd, *self.get_args()]

    async def submit_batch_script(self) -> str:
        """As the base class; what the batch system says against a job is told to its user."""
        try:
            job: str = await super().submit_batch_script()
        except CommandFailed as error:
            raise NotSubmitted(str(error)) from None
        return job

    async def start(self) -> tuple[str, int]:
        """Submits the job and waits until its server has told where it listens.

        Whoever asks, an admin for somebody else too: no account of the system gets a job.
        """
        name = self.user.name
        if why := refusal(name, name, self.site["auth"]["minimumUid"]):
            raise web.HTTPError(403, f"no job for {name}: {why}")
        await self.require_account()
        profile = self.profile()
        self.default_url = profile["url"]
        self.cpu_limit = profile["cores"]
        self.mem_limit = profile["memoryBytes"]
        address: tuple[str, int] = await super().start()
        return address


class SlurmServer(JobServer, SlurmSpawner):
    """A notebook server in a job of Slurm."""

    async def _get_batch_script(self, **_: object) -> str:
        home = str(home_of(self.site, self.user.name))
        return job_script(self.site, with_account(self.profile()["job"], self.account()), home, self.command_in_job())


class PbsServer(JobServer, PBSSpawner):
    """A notebook server in a job of PBS."""

    # Without a process in the background that outlives it and holds on to what it was given.
    batch_submit_cmd = Unicode("qsub -f")
    batch_query_cmd = Unicode("qstat -f {job_id}")
    state_pending_re = Unicode(r"job_state = [QHWT]")
    state_running_re = Unicode(r"job_state = [RSUE]")
    # A server that does not answer has not ended the job: only what says so has.
    state_unknown_re = Unicode(r"(?s)\A(?!.*(?:Unknown Job|has finished|job_state = )).")
    state_exechost_re = Unicode(r"exec_host = ([\w.-]+)/")

    async def _get_batch_script(self, **_: object) -> str:
        batch, home = self.site["batch"], str(home_of(self.site, self.user.name))
        rest = [*batch["prologue"], f"exec {self.cmd_formatted_for_batch()}"]
        name = f"{batch['jobPrefix']}notebook"
        return pbs_script(name, self.profile()["job"], home, notebook_log(self.site, home), rest)

    async def run_command(self, cmd: str, input: str | None = None, env: dict[str, str] | None = None) -> str:
        """As the base class; a script gets its variables last, so that no log has them."""
        script = with_environment(input, {**plain_environment(self.user.name), **env}) if input and env else input
        return await super().run_command(cmd, script, None if script else env)


async def account_form(spawner: JobServer) -> str:
    """The form with the accounts of the user who is to choose."""
    try:
        accounts, why = await spawner.accounts.of(spawner.user.name), ""
    except (CommandFailed, OSError) as error:
        accounts, why = (), f"Slurm does not tell your accounts: {error}"
    return options_form(spawner.site["profiles"], accounts, why)


def spawner_class(site: Mapping[str, Any]) -> type[SiteServer]:
    """The spawner of a site's batch system, with the address that its jobs ask made ready."""
    kinds = {"slurm": SlurmServer, "pbs": PbsServer}
    replace_port_handler()
    return kinds[site["batch"]["kind"]]
