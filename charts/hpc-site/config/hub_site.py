"""What a hub's programs read: its one site.json, and what follows from it for a user."""

from __future__ import annotations

import json
import os
import pwd
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from user_prefix import user_prefix

ROOT = Path(os.environ.get("ISTHMUS_SITE_ROOT", "."))
USER_NAME = r"^[a-z0-9][a-z0-9._@+-]{0,63}$"


def load_site() -> dict[str, Any]:
    """The bundle's site.json."""
    site: dict[str, Any] = json.loads((Path(os.environ["ISTHMUS_BUNDLE"]) / "site.json").read_text("utf-8"))
    return site


def home_of(site: Mapping[str, Any], user: str) -> Path:
    """A user's home directory at this site: the machine's own, where people are its users."""
    if site.get("batch"):
        return Path(pwd.getpwnam(user).pw_dir)
    return ROOT / "home" / site["hub"] / user_prefix(user)


def hub_environment(site: Mapping[str, Any], user: str, secrets: Mapping[str, str], user_env: str) -> dict[str, str]:
    """The environment that notebooks, Dask schedulers and workers share: buckets with their keys, PATH, home."""
    prefix = user_prefix(user)
    own = own_account(site, user) if site.get("ownAccounts") else None
    filled = {
        name: _with_own_buckets(value.replace("{user}", prefix), own) for name, value in site["environment"].items()
    }
    s3 = site["s3"]
    keys = {name: secrets[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY") if name in secrets}
    if own:
        keys = {"AWS_ACCESS_KEY_ID": own["access"], "AWS_SECRET_ACCESS_KEY": own["secret"]}
    return {
        "PATH": f"{user_env}/bin:{os.environ.get('PATH', os.defpath)}",
        "HOME": str(home_of(site, user)),
        "AWS_ENDPOINT_URL": s3["endpoint"],
        "AWS_REGION": s3["region"],
        "AWS_DEFAULT_REGION": s3["region"],
        # obstore and icechunk refuse plain HTTP unless told that it is meant; this endpoint is on loopback.
        "AWS_ALLOW_HTTP": "true",
        **gdal_environment(s3["endpoint"]),
        **keys,
        **filled,
        **({} if site.get("batch") else markers()),
    }


def own_account(site: Mapping[str, Any], user: str) -> dict[str, Any]:
    """A user's own S3 account at this hub, as the kit has made it.

    :raises KeyError: where there is none.
    """
    told = json.loads((ROOT / "state" / "base" / "iam" / "users.json").read_text("utf-8"))
    account: dict[str, Any] = told["accessAccounts"][f"{site['hub']}-{pwd.getpwnam(user).pw_uid}"]
    if account.get("user") != user:
        raise KeyError(user)
    return account


def _with_own_buckets(value: str, own: Mapping[str, Any] | None) -> str:
    """Puts the names of a user's own buckets for `{own:BUCKET}`."""
    for bucket, name in (own["buckets"] if own else {}).items():
        value = value.replace(f"{{own:{bucket}}}", name)
    return value


def gdal_environment(endpoint: str) -> dict[str, str]:
    """What GDAL (rasterio, rioxarray) needs for `s3://` at this site, and to read from far away by few requests."""
    scheme, _, host = endpoint.partition("://")
    return {
        "AWS_S3_ENDPOINT": host,
        "AWS_HTTPS": "YES" if scheme == "https" else "NO",
        "AWS_VIRTUAL_HOSTING": "FALSE",
        "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
        "GDAL_HTTP_MERGE_CONSECUTIVE_RANGES": "YES",
        "GDAL_HTTP_MAX_RETRY": "5",
        "GDAL_HTTP_RETRY_DELAY": "3",
    }


def cluster_address(site: Mapping[str, Any]) -> str:
    """This machine, as notebooks and workers find it."""
    batch = site.get("batch")
    return str(batch["address"]) if batch else "127.0.0.1"


def inward_address(site: Mapping[str, Any]) -> str:
    """Where hub and Dask's gateway speak HTTP: on the cluster's network, unless jobs ask them at the site's front."""
    batch = site.get("batch")
    return "127.0.0.1" if batch and batch["encrypt"] else cluster_address(site)


def markers() -> dict[str, str]:
    """By these the kit finds a site's processes when it stops or removes it; jobs it finds by their names."""
    return {name: os.environ[name] for name in ("ISTHMUS_SITE_ROOT", "ISTHMUS_ID") if name in os.environ}


def carries_our_mark(pid: int) -> bool:
    """Whether a process was started by this site: after a reboot its id may belong to something else."""
    try:
        environ = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return False
    return f"ISTHMUS_SITE_ROOT={ROOT}".encode() in environ


def dask_environment(site: Mapping[str, Any], profile: Mapping[str, Any]) -> dict[str, str]:
    """Makes a bare `Gateway()` work in a notebook, dashboards reachable, and the lab's Dask panel use the gateway."""
    environment = {"DASK_DISTRIBUTED__DASHBOARD__LINK": "{JUPYTERHUB_SERVICE_PREFIX}proxy/{port}/status"}
    if site["dask"] is None or not profile["dask"]:
        return environment
    path = f"{site['basePath']}services/dask-gateway/"
    environment |= {
        "DASK_GATEWAY__ADDRESS": site["url"].rstrip("/") + path,
        "DASK_GATEWAY__PUBLIC_ADDRESS": path,
        "DASK_GATEWAY__PROXY_ADDRESS": f"gateway://{cluster_address(site)}:{site['ports']['daskTcp']}",
        "DASK_GATEWAY__AUTH__TYPE": "jupyterhub",
        "DASK_LABEXTENSION__FACTORY__MODULE": "dask_gateway",
        "DASK_LABEXTENSION__FACTORY__CLASS": "GatewayCluster",
    }
    if site.get("batch"):
        # dask-jobqueue's settings, below those of the user's own files.
        environment["DASK_ROOT_CONFIG"] = f"{os.environ['ISTHMUS_BUNDLE']}/dask"
    if profile["environment"]:
        # Workers get the profile's variables too, since the client sends them with its request.
        environment["DASK_GATEWAY__CLUSTER__OPTIONS__ENVIRONMENT"] = repr(dict(profile["environment"]))
    return environment


def scratch_note(buckets: Sequence[Mapping[str, Any]]) -> str:
    """What users are told of the files in their scratch; empty where these stay."""

    def sentence(bucket: Mapping[str, Any]) -> str:
        where = f"Files in <code>${bucket['variable']}</code> do not stay:"
        if bucket["days"] is None:
            return f"{where} the centre deletes them by its own rules."
        return f"{where} a store goes {bucket['days']} days after the newest write to it."

    return " ".join(sentence(bucket) for bucket in buckets)


def profile_of(site: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """The profile that a user's options name; the default one where they name none.

    :raises KeyError: with the profiles there are, where they name another.
    """
    profiles: list[dict[str, Any]] = site["profiles"]
    default = next((profile for profile in profiles if profile.get("default")), profiles[0])
    wanted = options.get("profile") or default["id"]
    for profile in profiles:
        if profile["id"] == wanted:
            return profile
    raise KeyError(f"there is no profile {wanted!r}; there are {', '.join(profile['id'] for profile in profiles)}")
