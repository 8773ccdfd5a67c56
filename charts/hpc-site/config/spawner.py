"""Notebook servers: what all have, and those that are processes of this machine, by the user that runs the site."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any, ClassVar

from home_room import HOME_BYTES
from hub_site import ROOT, carries_our_mark, dask_environment, home_of, hub_environment, profile_of
from jupyterhub.spawner import SimpleLocalProcessSpawner
from new_home import STARTER, make_home
from tornado import web
from traitlets import default
from user_prefix import user_prefix

USER_ENVIRONMENT = os.environ.get("ISTHMUS_USER_ENV", "")


class NoRoom(web.HTTPError):
    """A home on a full disk, with what the hub shows its user on the page and tells its API."""

    def __init__(self, free: int, admins: list[str]) -> None:
        whom = " or ".join(admins)
        self.jupyterhub_message = (
            f"your home directory is on a full disk ({free // 2**20} MiB free, {HOME_BYTES // 2**20} are needed): "
            f"ask the hub's admin{f' ({whom})' if whom else ''} to free some space there, then start your server again"
        )
        super().__init__(507, self.jupyterhub_message)


class SiteServer:
    """What every notebook server of a site has, whatever starts it: a profile, and the environment of the hub.

    To be mixed into a spawner, before it.
    """

    site: ClassVar[dict[str, Any]] = {}
    user: Any
    user_options: dict[str, Any]

    def profile(self) -> dict[str, Any]:
        """The profile of the server to start."""
        try:
            return profile_of(self.site, self.user_options or {})
        except KeyError:  # chosen before the profile left the config
            return profile_of(self.site, {})

    def check_options(self, options: dict[str, Any]) -> None:
        """Refuses a profile that there is none of, before anything is started."""
        try:
            profile_of(self.site, options)
        except KeyError as error:
            raise web.HTTPError(400, str(error.args[0])) from None

    def get_env(self) -> dict[str, str]:
        """JupyterHub's own variables, over the hub's, over the profile's."""
        profile = self.profile()
        ours = {
            **profile["environment"],
            **dask_environment(self.site, profile),
            **hub_environment(self.site, self.user.name, os.environ, USER_ENVIRONMENT),
            "VIRTUAL_ENV": USER_ENVIRONMENT,
            "JUPYTER_PREFER_ENV_PATH": "1",
            "JUPYTER_CONFIG_PATH": os.environ["ISTHMUS_BUNDLE"],  # labconfig/: no questions about news from elsewhere
        }
        theirs: dict[str, str] = super().get_env()
        return {**theirs, **{name: value for name, value in ours.items() if not name.startswith("JUPYTERHUB_")}}


class SiteSpawner(SiteServer, SimpleLocalProcessSpawner):
    """Starts a notebook server as a process, with a home that the site keeps."""

    @default("home_dir")
    def _site_home_dir(self) -> str:
        return str(home_of(self.site, self.user.name))

    def require_room(self) -> None:
        """Refuses to start a server in a home that nothing can be written to."""
        home = Path(self.home_dir)
        place = next(path for path in (home, *home.parents) if path.exists())
        if (free := shutil.disk_usage(place).free) < HOME_BYTES:
            raise NoRoom(free, self.site["admins"])

    async def start(self) -> tuple[str, int]:
        """Starts the server with a log of its own: a hub that restarts does not take its servers' output away."""
        profile = self.profile()
        self.require_room()
        seeded = make_home(Path(self.home_dir), Path(os.environ["ISTHMUS_BUNDLE"]) / "starter")
        # Once, a lab opens with the notebook that tells how to begin.
        self.default_url = f"/lab/tree/{STARTER}" if seeded and profile["url"] == "/lab" else profile["url"]
        self.cpu_limit = profile["cores"]
        self.mem_limit = profile["memoryBytes"]
        log = ROOT / "log" / f"notebook-{self.site['hub']}-{user_prefix(self.user.name)}.log"
        with log.open("ab") as output:
            self.popen_kwargs = {"stdout": output, "stderr": output}
            address: tuple[str, int] = await super().start()
        self.popen_kwargs = {}
        return address

    async def poll(self) -> int | None:
        """As the base class, but a process that only happens to have the remembered id is not this server."""
        if self.proc is None and self.pid and not carries_our_mark(self.pid):
            self.clear_state()
            return 0
        status: int | None = await super().poll()
        return status
