"""Dask Gateway's API and controller as the Dask Gateway chart sets them up from its values, for processes.

Every key of the values is used or known to need nothing here; any other is an error, so that no value goes by unseen.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

SETTINGS: dict[str, Any] = json.loads((Path(os.environ["GATEWAY_FOLDER"]) / "settings.json").read_text("utf-8"))
RELEASE, NAMESPACE = SETTINGS["release"], SETTINGS["namespace"]


def take(values: dict[str, Any], *keys: str) -> list[Any]:
    """The values of keys, of which there are no others."""
    unknown = values.keys() - set(keys)
    if unknown:
        sys.exit(f"values that this gateway does not know: {', '.join(sorted(unknown))}")
    return [values.get(key) for key in keys]


gateway, controller, _traefik, _rbac = take(SETTINGS["values"], "gateway", "controller", "traefik", "rbac")
_replicas, prefix, _resources, auth, _env, extra, backend, _selector, _tolerations = take(
    gateway,
    *("replicas", "prefix", "resources", "auth", "env", "extraConfig", "backend", "nodeSelector", "tolerations"),
)
_resources, max_age, _selector, _tolerations = take(
    controller, "resources", "completedClusterMaxAge", "nodeSelector", "tolerations"
)
ADDRESS = os.environ["API_" + RELEASE.upper().replace("-", "_") + "_SERVICE_HOST"]
API = f"http://{ADDRESS}:8000/api"

c = get_config()  # type: ignore[name-defined] # noqa: F821 - traitlets gives it to a configuration file
c.DaskGateway.address = f"{os.environ['POD_IP']}:8000"
c.DaskGateway.backend_class = "dask_gateway_server.backends.kubernetes.KubeBackend"
c.KubeBackend.api_url = API
c.KubeBackend.gateway_instance = RELEASE

namespace, image, scheduler, worker = take(backend, "namespace", "image", "scheduler", "worker")
c.KubeClusterConfig.namespace = namespace
c.KubeClusterConfig.image = ":".join(filter(None, [image["name"], image["tag"]]))
for part, values in (("scheduler", scheduler), ("worker", worker)):
    pod, container, cores, memory = take(values, "extraPodConfig", "extraContainerConfig", "cores", "memory")
    setattr(c.KubeClusterConfig, f"{part}_extra_pod_config", pod or {})
    setattr(c.KubeClusterConfig, f"{part}_extra_container_config", container or {})
    for what, size in (("cores", cores), ("memory", memory)):
        if size:
            setattr(c.KubeClusterConfig, f"{part}_{what}", size["request"])
            setattr(c.KubeClusterConfig, f"{part}_{what}_limit", size["limit"])

kind, hub = take(auth, "type", "jupyterhub")
if kind != "jupyterhub":
    sys.exit("people sign in at the hub")
service, _name, _key, api_url = take(
    hub, "jupyterhubServiceName", "apiTokenFromSecretName", "apiTokenFromSecretKey", "apiUrl"
)
c.DaskGateway.authenticator_class = "dask_gateway_server.auth.JupyterHubAuthenticator"
c.JupyterHubAuthenticator.jupyterhub_api_url = api_url
if service is not None:
    c.JupyterHubAuthenticator.jupyterhub_service_name = service

c.KubeController.address = f"{os.environ['POD_IP']}:8000"
c.KubeController.api_url = API
c.KubeController.gateway_instance = RELEASE
c.KubeController.proxy_prefix = prefix
c.KubeController.proxy_web_middlewares = [{"name": f"clusters-prefix-{RELEASE}", "namespace": NAMESPACE}]
c.KubeController.completed_cluster_max_age = max_age

if "kube-controller" not in sys.argv:
    for key, text in sorted((extra or {}).items()):
        exec(compile(text, key, "exec"))  # as the chart does
