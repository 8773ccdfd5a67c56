"""A hub that answers without proxy and servers, to sign in to. Its values are in the file HUB_VALUES."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from jupyterhub.proxy import Proxy

sys.path.insert(0, str(Path(os.environ["HUB_TESTS"])))

from chart import hub_config


class NoProxy(Proxy):
    """Routes that nobody takes: the hub is asked itself."""

    should_start = False
    routes: dict[str, Any] = {}  # noqa: RUF012

    async def add_route(self, routespec: str, target: str, data: dict[str, Any]) -> None:
        """Keeps a route."""
        self.routes[routespec] = {"routespec": routespec, "target": target, "data": data}

    async def delete_route(self, routespec: str) -> None:
        """Forgets a route."""
        self.routes.pop(routespec, None)

    async def get_all_routes(self) -> dict[str, Any]:
        """All routes."""
        return dict(self.routes)


folder = Path(os.environ["HUB_FOLDER"])
c = get_config()  # type: ignore[name-defined]  # noqa: F821 - traitlets gives it to a configuration file
made = hub_config(json.loads(Path(os.environ["HUB_VALUES"]).read_text("utf-8")), folder)
made.JupyterHub.services = []
made.JupyterHub.load_roles = []
c.merge(made)
c.JupyterHub.spawner_class = "simple"
c.JupyterHub.proxy_class = NoProxy
c.JupyterHub.hub_bind_url = os.environ["HUB_URL"]
c.JupyterHub.bind_url = os.environ["HUB_URL"]
c.JupyterHub.db_url = "sqlite://"
c.JupyterHub.cookie_secret = os.urandom(32)
c.JupyterHub.services = [{"name": "test", "api_token": os.environ["HUB_TOKEN"]}]
c.JupyterHub.load_roles = [{"name": "test", "scopes": ["admin:users", "read:groups"], "services": ["test"]}]
