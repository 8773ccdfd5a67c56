"""Dask Gateway's server and controller as its chart sets them up from our values, on loopback; a name signs in."""

import json
import os

settings = json.loads(os.environ["SETTINGS"])
backend, release, port = settings["backend"], settings["release"], settings["port"]
api = f"http://127.0.0.1:{port}/api"

c = get_config()  # type: ignore[name-defined]  # noqa: F821 - traitlets gives it to a configuration file
c.DaskGateway.address = f"127.0.0.1:{port}"
c.DaskGateway.authenticator_class = "dask_gateway_server.auth.SimpleAuthenticator"
c.DaskGateway.backend_class = "dask_gateway_server.backends.kubernetes.KubeBackend"
c.KubeBackend.api_url = c.KubeController.api_url = api
c.KubeBackend.gateway_instance = c.KubeController.gateway_instance = release
c.KubeController.address = f"127.0.0.1:{settings['controllerPort']}"
c.KubeClusterConfig.namespace = backend["namespace"]
c.KubeClusterConfig.image = backend["image"]["name"]
for part in ("scheduler", "worker"):
    setattr(c.KubeClusterConfig, f"{part}_extra_pod_config", backend[part]["extraPodConfig"])
    setattr(c.KubeClusterConfig, f"{part}_extra_container_config", backend[part]["extraContainerConfig"])
for what in ("cores", "memory"):
    setattr(c.KubeClusterConfig, f"scheduler_{what}", backend["scheduler"][what]["request"])
    setattr(c.KubeClusterConfig, f"scheduler_{what}_limit", backend["scheduler"][what]["limit"])

exec(settings["extraConfig"])  # as the chart does
