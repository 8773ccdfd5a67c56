"""Notebook servers as jobs of a batch system, each run by the Unix user whose notebook it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hmac import compare_digest
from typing import Any

from as_user import CommandFailed, plain_environment
from batchspawner import PBSSpawner, SlurmSpawner
from batchspawner.api import BatchSpawnerAPIHandler
from hub_site import home_of
from job_script import head, job_script, notebook_log, with_account
from job_server import JobServer
from job_standing import SLURM_QUERY, pbs_standing, slurm_standing
from jupyterhub.apihandlers import APIHandler, default_handlers
from notebook_authority import NotSigned
from pbs_job import pbs_script, with_environment, within
from spawn_form import lost_note, options_form
from spawner import SiteServer
from tornado import web
from traitlets import Unicode

FIRST_PORT, LAST_PORT = 1024, 65535
REASON_LENGTH = 500


class NotebookPort(APIHandler):
    """A server that starts in a job tells here which port it found.

    Takes the place of batchspawner's own address, which sets any attribute of the spawner to whatever its user sends:
    also the commands that the hub runs.
    """

    @web.authenticated
    async def post(self) -> None:
        """Takes `{"port": N}` from the server itself, known by its token, or `{"refused": WHY}` of its home.

        With `"request": PEM` it answers with `{"certificate": PEM}` for the server's node.
        """
        token = self.get_auth_token() or ""
        starting = [
            s for s in self.current_user.spawners.values() if s.api_token and compare_digest(s.api_token, token)
        ]
        if not starting:
            raise web.HTTPError(403, "this is not the token of a server that starts")
        told = self.get_json_body() or {}
        if isinstance(refused := told.get("refused"), str) and refused:
            starting[0].home_refused = refused[:REASON_LENGTH]
            self.set_status(204)
            return
        port = told.get("port")
        if type(port) is not int or not FIRST_PORT <= port <= LAST_PORT:
            raise web.HTTPError(400, f"a port is a whole number from {FIRST_PORT} to {LAST_PORT}")
        if not starting[0].site["batch"]["encrypt"]:
            starting[0].port = port
            self.set_status(204)
            return
        certificate = await self.certificate(starting[0], told.get("request"))
        starting[0].port = port
        self.finish(json.dumps({"certificate": certificate}))

    async def certificate(self, spawner: JobServer, request: object) -> str:
        """For the node that the batch system says the server's job runs on, whatever the server says."""
        if spawner.pending != "spawn":
            raise web.HTTPError(403, "this server does not start")
        if not isinstance(request, str):
            raise web.HTTPError(400, "a server here asks for a certificate, which the hub believes")
        if not (host := await spawner.node()):
            raise web.HTTPError(503, "the batch system does not say yet where this job runs")
        try:
            signed: str = spawner.authority.sign(request, host)
        except NotSigned as error:
            raise web.HTTPError(400, str(error)) from None
        return signed


def replace_port_handler() -> None:
    """Puts our address in the place of batchspawner's."""
    kept = [entry for entry in default_handlers if entry[1] not in (BatchSpawnerAPIHandler, NotebookPort)]
    default_handlers[:] = [*kept, (r"/api/notebook-port", NotebookPort)]


class SlurmServer(JobServer, SlurmSpawner):
    """A notebook server in a job of Slurm."""

    system = "Slurm"
    standing_in = staticmethod(slurm_standing)
    batch_query_cmd = Unicode(SLURM_QUERY)

    async def _get_batch_script(self, **_: object) -> str:
        home = str(home_of(self.site, self.user.name))
        return job_script(self.site, with_account(self.profile()["job"], self.account()), home, self.command_in_job())


class PbsServer(JobServer, PBSSpawner):
    """A notebook server in a job of PBS."""

    system = "PBS"
    standing_in = staticmethod(pbs_standing)
    # Without a process in the background that outlives it and holds on to what it was given.
    batch_submit_cmd = Unicode("qsub -f")
    batch_query_cmd = Unicode("qstat -f {job_id}")

    async def _get_batch_script(self, **_: object) -> str:
        batch, home = self.site["batch"], str(home_of(self.site, self.user.name))
        rest = [head("PBS_JOBID"), *batch["prologue"], f"exec {self.cmd_formatted_for_batch()}"]
        name = f"{batch['jobPrefix']}notebook"
        return pbs_script(name, self.profile()["job"], within(home, notebook_log(self.site, home)), rest)

    async def run_command(self, cmd: str, input: str | None = None, env: dict[str, str] | None = None) -> str:
        """As the base class; a script gets its variables last, so that no log has them."""
        script = with_environment(input, {**plain_environment(self.user.name), **env}) if input and env else input
        return await super().run_command(cmd, script, None if script else env)


async def job_form(spawner: JobServer) -> str:
    """The form with the accounts of a user who is to choose, and how the user's last job was lost."""
    profiles = spawner.site["profiles"]
    note = lost_note(spawner.lost.get(spawner._log_name, ""))
    if not spawner.site["batch"]["chooseAccount"]:
        return note + options_form(profiles)
    try:
        accounts, why = await spawner.accounts.of(spawner.user.name), ""
    except (CommandFailed, OSError) as error:
        accounts, why = (), f"Slurm does not tell your accounts: {error}"
    return note + options_form(profiles, accounts, why)


def spawner_class(site: Mapping[str, Any]) -> type[SiteServer]:
    """The spawner of a site's batch system, with the address that its jobs ask made ready."""
    kinds = {"slurm": SlurmServer, "pbs": PbsServer}
    replace_port_handler()
    return kinds[site["batch"]["kind"]]
