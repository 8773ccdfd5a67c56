"""Dask Gateway of one hub of a site. What differs between hubs is in site.json; secrets come by environment."""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(os.environ["ISTHMUS_BUNDLE"]) / "config"))

from dask_backend import USER_ENVIRONMENT, ProcessBackend, SiteBackend, SiteClusterConfig, cluster_options
from hub_site import ROOT, cluster_address, inward_address, load_site

site = load_site()
ports = site["ports"]
inward = inward_address(site)

c = get_config()  # type: ignore[name-defined]  # noqa: F821 - traitlets gives it to a configuration file

c.DaskGateway.address = f"127.0.0.1:{ports['daskApi']}"
# Its proxy is a program of its own: a server that takes its proxy along takes every client's futures.
c.Proxy.externally_managed = True
c.Proxy.address = f"{inward}:{ports['dask']}"
c.Proxy.tcp_address = f"{cluster_address(site)}:{ports['daskTcp']}"
c.Proxy.prefix = f"{site['basePath']}services/dask-gateway"
c.Proxy.api_token = os.environ["DASK_GATEWAY_PROXY_TOKEN"]

c.DaskGateway.authenticator_class = "dask_gateway_server.auth.JupyterHubAuthenticator"
c.JupyterHubAuthenticator.jupyterhub_api_url = f"http://{inward}:{ports['hub']}{site['basePath']}hub/api"
c.JupyterHubAuthenticator.jupyterhub_api_token = os.environ["DASK_GATEWAY_HUB_TOKEN"]
c.JupyterHubAuthenticator.jupyterhub_service_name = "dask-gateway"

SiteBackend.site = site
if batch := site.get("batch"):
    from dask_jobs import backend_class, cluster_config_class

    c.DaskGateway.backend_class = backend_class(site)
    c.SiteBackend.cluster_config_class = cluster_config_class(site)
    # Jobs ask the proxy, where they find it; a queue may be long.
    found = site["url"] if batch["encrypt"] else f"http://{inward}:{ports['dask']}"
    c.SiteBackend.api_url = f"{found}{site['basePath']}services/dask-gateway/api"
    c.SiteBackend.cluster_start_timeout = batch["startSeconds"]
    c.SiteBackend.worker_start_timeout = batch["startSeconds"]
    if staging := site["dask"].get("staging"):
        c.SiteClusterConfig.staging_directory = staging.replace("{user}", "{username}")
else:
    c.DaskGateway.backend_class = ProcessBackend
    c.SiteBackend.cluster_config_class = SiteClusterConfig
    c.ProcessBackend.clusters_directory = f"{ROOT}/run/{site['hub']}-dask"
c.SiteBackend.db_url = f"sqlite:///{ROOT}/state/{site['hub']}/dask-gateway.sqlite"
# Clusters live on while the server restarts; the kit ends them when the site is stopped.
c.SiteBackend.stop_clusters_on_shutdown = False
c.SiteBackend.cluster_options = cluster_options(site)
c.SiteClusterConfig.scheduler_cmd = [f"{USER_ENVIRONMENT}/bin/dask", "scheduler"]
c.SiteClusterConfig.worker_cmd = [f"{USER_ENVIRONMENT}/bin/dask", "worker"]
c.SiteClusterConfig.idle_timeout = site["dask"]["idleSeconds"]
