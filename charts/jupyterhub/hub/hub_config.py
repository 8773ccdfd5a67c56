"""Configures a hub beside what the chart's values say: who signs in, who may start what, and users' pods."""

from __future__ import annotations

import html
import json
import os
import sys
from pathlib import Path
from typing import Any

from pods import complete
from profiles import checked, for_user
from sign_in import sign_in

HERE = Path(__file__).parent
# A program that the hub runs gets nothing else of the hub's environment.
KEPT = ("KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT", "KUBECONFIG", "POD_IP", "POD_NAMESPACE")


def configure(c: Any) -> None:  # noqa: ANN401 - traitlets' configuration
    """Sets what the chart cannot be told by values.

    :raises RuntimeError: when the issuer of sign-ins does not answer
    """
    hub = json.loads((HERE / "hub.json").read_text("utf-8"))
    sign_in(c, hub, secret)
    c.KubeSpawner.profile_list = for_user(c.KubeSpawner.profile_list, hub["profiles"])
    c.KubeSpawner.apply_user_options = checked(c.KubeSpawner.profile_list)
    c.KubeSpawner.modify_pod_hook = complete(hub["sharedFolder"])
    c.JupyterHub.public_url = hub["url"]
    c.JupyterHub.template_paths = [str(HERE / "templates")]
    c.JupyterHub.template_vars = {
        "hub_title": hub["title"],
        "announcement_login": f"<h1>{html.escape(hub['title'])}</h1>",
    }
    keep_busy(c, hub)
    beside(c, "metrics", "metrics.py", {"ISTHMUS_PORT": str(hub["metricsPort"])}, ["read:metrics"])


def keep_busy(c: Any, hub: dict[str, Any]) -> None:  # noqa: ANN401 - traitlets' configuration
    """Runs the program by which servers with a busy kernel, and those of users with a Dask cluster, count as active."""
    environment = {"ISTHMUS_EVERY": str(min(300, hub["idleSeconds"] // 3))}
    scopes = ["list:users", "read:servers", "users:activity", "access:servers"]
    beside(c, "activity", "keep_busy.py", environment, scopes)


def beside(c: Any, name: str, program: str, environment: dict[str, str], scopes: list[str]) -> None:  # noqa: ANN401
    """Runs a program beside the hub, as a service of it that may do what its scopes say."""
    kept = {key: os.environ[key] for key in KEPT if key in os.environ}
    c.JupyterHub.services.append(
        {
            "name": name,
            "display": False,
            "command": [sys.executable, str(HERE / program)],
            "environment": {**kept, **environment},
        }
    )
    c.JupyterHub.load_roles.append({"name": name, "scopes": scopes, "services": [name]})


def secret(name: str) -> str:
    """A secret of signing in, from the Secret that the stack made.

    :raises FileNotFoundError: where there is none of that name
    """
    return (Path(os.environ["ISTHMUS_SECRETS"]) / name).read_text("utf-8").strip()
