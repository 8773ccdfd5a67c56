"""JupyterHub of one hub of a site. What differs between hubs is in site.json; secrets come by environment."""

from __future__ import annotations

import html
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(os.environ["ISTHMUS_BUNDLE"]) / "config"))

from hub_site import ROOT, USER_NAME, inward_address, load_site, scratch_note
from shared_password import SharedPassword
from spawn_form import options_form, options_from_form
from spawner import USER_ENVIRONMENT, SiteServer, SiteSpawner

site = load_site()
state = ROOT / "state" / site["hub"]
ports = site["ports"]
dask = "access:services!service=dask-gateway"

c = get_config()  # type: ignore[name-defined]  # noqa: F821 - traitlets gives it to a configuration file

c.JupyterHub.bind_url = f"http://127.0.0.1:{ports['proxy']}{site['basePath']}"
c.JupyterHub.hub_bind_url = f"http://{inward_address(site)}:{ports['hub']}"
c.JupyterHub.db_url = f"sqlite:///{state}/jupyterhub.sqlite"
c.JupyterHub.upgrade_db = True  # keeps a copy of the database beside it
c.JupyterHub.cookie_secret = bytes.fromhex(os.environ["JUPYTERHUB_COOKIE_SECRET"])

# Proxy and notebooks live on while the hub restarts. A proxy that restarts has no routes: the hub looks every few
# seconds and sets them again (the default of five minutes would be an outage).
c.JupyterHub.cleanup_servers = False
c.JupyterHub.cleanup_proxy = False
c.JupyterHub.last_activity_interval = 4
c.ConfigurableHTTPProxy.should_start = False
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{ports['proxyApi']}"

match site["auth"]:
    case {"kind": "sharedPassword"}:
        c.JupyterHub.authenticator_class = SharedPassword
        c.SharedPasswordAuthenticator.user_password = os.environ["HUB_PASSWORD"]
        c.SharedPasswordAuthenticator.admin_password = os.environ["HUB_ADMIN_PASSWORD"]
        who = "any user name" if site["allow"].get("everyone") else "your user name"
        told = "that the site's administrator knows" if site.get("carried") else "of <code>isthmus status</code>"
        how = f"{who} and the password {told}"
    case {"kind": "pam", "service": service, "minimumUid": minimum}:
        from unix_accounts import UnixAccounts

        c.JupyterHub.authenticator_class = UnixAccounts
        c.UnixAccounts.service = service
        c.UnixAccounts.minimum_uid = minimum
        c.UnixAccounts.allowed_groups = set(site["allow"].get("unixGroups", []))
        how = "your user name and password of this computing centre"
    case {"kind": "federation", "title": federation}:
        from federation_accounts import sign_in

        sign_in(c, site)
        how = f"your institution's account, through {html.escape(federation)}"
    case other:
        raise ValueError(f"this site cannot sign people in by {other['kind']}")
c.Authenticator.username_pattern = USER_NAME
c.Authenticator.allow_existing_users = False  # whom the list no longer has is no longer let in
c.Authenticator.allow_all = bool(site["allow"].get("everyone"))
c.Authenticator.allowed_users = set(site["allow"].get("users", []))
c.Authenticator.admin_users = set(site["admins"])

SiteServer.site = site
c.Spawner.cmd = [f"{USER_ENVIRONMENT}/bin/jupyterhub-singleuser"]
# The environment is shared by all notebooks: nobody installs extensions into it.
c.Spawner.args = ["--LabApp.extension_manager=readonly"]
c.Spawner.start_timeout = 180
c.Spawner.http_timeout = 120
c.Spawner.options_form = options_form(site["profiles"])
if batch := site.get("batch"):
    from batch_spawner import job_form, spawner_class

    c.JupyterHub.spawner_class = spawner_class(site)
    if batch["chooseAccount"] or len(site["profiles"]) > 1:
        c.Spawner.options_form = job_form
    if batch["encrypt"]:
        from job_server import JobServer
        from notebook_authority import NotebookAuthority

        JobServer.authority = NotebookAuthority(state)
        JobServer.authority.ensure()
        JobServer.authority.trust()
        c.Spawner.hub_connect_url = site["url"]
    # The spawner gives up first, and says how the job stood.
    c.Spawner.start_timeout = batch["startSeconds"] + 60
else:
    c.JupyterHub.spawner_class = SiteSpawner
    # A site that root installed runs notebooks as root; jupyter-server wants to be told that this is meant.
    c.Spawner.args += ["--allow-root"] if os.geteuid() == 0 else []
c.Spawner.options_from_form = options_from_form
c.Spawner.apply_user_options = lambda spawner, options: spawner.check_options(options)
c.Spawner.server_token_scopes = lambda spawner: [
    "users:activity!user",
    "access:servers!server",
    *([dask] if site["dask"] and spawner.profile()["dask"] else []),
]

c.JupyterHub.services = [{"name": "idle-culler", "api_token": os.environ["CULLER_TOKEN"], "display": False}]
c.JupyterHub.load_roles = [
    {"name": "user", "scopes": ["self", *([dask] if site["dask"] else [])]},
    {
        "name": "idle-culler",
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
        "services": ["idle-culler"],
    },
]
if site["dask"]:
    c.JupyterHub.services += [
        {
            "name": "dask-gateway",
            "url": f"http://{inward_address(site)}:{ports['dask']}",
            "api_token": os.environ["DASK_GATEWAY_HUB_TOKEN"],
            "display": False,
        }
    ]

title, scratch = html.escape(site["title"]), scratch_note(site["scratch"])
c.JupyterHub.template_paths = [str(Path(os.environ["ISTHMUS_BUNDLE"]) / "templates")]
c.JupyterHub.template_vars = {
    "hub_title": site["title"],
    "announcement_login": f"<h1>{title}</h1>Sign in with {how}.",
    "announcement_home": scratch,
    "announcement_spawn": scratch,
}
