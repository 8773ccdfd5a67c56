"""Who signs in to a hub of a site on one machine, by its whole configuration."""

from __future__ import annotations

import json
import os
import tempfile
import unittest
from pathlib import Path
from typing import Any
from unittest import mock

from chart import MODULES
from jupyterhub.app import JupyterHub
from traitlets.config import Config

SITE: dict[str, Any] = {
    **{"hub": "prod", "title": "Prod", "url": "http://127.0.0.1:8610", "basePath": "/east/prod/"},
    "ports": {"proxy": 8620, "proxyApi": 8621, "hub": 8622, "dask": 8623},
    **{"auth": {"kind": "sharedPassword"}, "allow": {"everyone": True}, "admins": ["admin"]},
    **{"profiles": [], "environment": {}, "dask": None, "scratch": []},
}
SECRETS = {
    "JUPYTERHUB_COOKIE_SECRET": "00" * 32,
    "HUB_PASSWORD": "the users' password",
    "HUB_ADMIN_PASSWORD": "the admins' password, which is longer",
    "CULLER_TOKEN": "t",
}


def configured(folder: Path) -> Config:
    """What a hub's configuration says, with its bundle in a folder."""
    (folder / "site.json").write_text(json.dumps(SITE), "utf-8")
    (folder / "config").symlink_to(MODULES / "hpc-site/config")
    c = Config()
    place = folder / "config/jupyterhub_config.py"
    with mock.patch.dict(os.environ, {**SECRETS, "ISTHMUS_BUNDLE": str(folder)}):
        exec(compile(place.read_text("utf-8"), place.name, "exec"), {"get_config": lambda: c})
    return c


class SignIn(unittest.IsolatedAsyncioTestCase):
    async def test_an_admins_name_takes_the_admins_password_in_whatever_case(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            c = configured(Path(folder))
        made = JupyterHub(config=c).authenticator_class(config=c)

        async def signed_in(username: str, password: str) -> tuple[str, bool] | None:
            model = await made.get_authenticated_user(None, {"username": username, "password": SECRETS[password]})
            return model and (model["name"], model["admin"])

        self.assertEqual(await signed_in("Ada", "HUB_PASSWORD"), ("ada", False))
        for name in ("admin", "Admin", "ADMIN"):
            self.assertIsNone(await signed_in(name, "HUB_PASSWORD"), name)
            self.assertEqual(await signed_in(name, "HUB_ADMIN_PASSWORD"), ("admin", True))
        self.assertIsNone(await signed_in("ada", "HUB_ADMIN_PASSWORD"))


if __name__ == "__main__":
    unittest.main()
