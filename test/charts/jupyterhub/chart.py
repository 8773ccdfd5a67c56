"""What the chart makes of values, as far as these tests go by it: files in place, and KubeSpawner's settings."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from traitlets.config import Config

MODULES = Path(__file__).parents[3] / "charts"
sys.path[:0] = [str(MODULES / "jupyterhub/hub"), str(MODULES / "hpc-site/config")]

# Keys of `singleuser` by the traits that the chart sets from them.
TRAITS = {
    "start_timeout": "startTimeout",
    "service_account": "serviceAccountName",
    "init_containers": "initContainers",
    "environment": "extraEnv",
    "extra_labels": "extraLabels",
    "extra_pod_config": "extraPodConfig",
    "profile_list": "profileList",
    "uid": "uid",
    "fs_gid": "fsGid",
}


def hub_config(values: dict[str, Any], folder: Path) -> Config:
    """The hub's configuration as the chart makes it, with the files of its pod in a folder."""
    hub, user = values["hub"], values["singleuser"]
    for file in hub["extraFiles"].values():
        place = folder / file["mountPath"].removeprefix("/usr/local/etc/jupyterhub/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(file["stringData"] if "stringData" in file else json.dumps(file["data"]), "utf-8")
    os.environ["ISTHMUS_HUB"] = str(folder / "isthmus")
    os.environ["ISTHMUS_SECRETS"] = str(folder)
    c = Config()
    for trait, key in TRAITS.items():
        c.KubeSpawner[trait] = user[key]
    c.KubeSpawner.image, c.KubeSpawner.allow_privilege_escalation = user["image"]["name"], False
    c.KubeSpawner.cmd = ["jupyterhub-singleuser"]
    volumes(c, user)
    c.JupyterHub.services = [{"name": name, **service} for name, service in hub["services"].items()]
    c.JupyterHub.load_roles = [{"name": name, **role} for name, role in hub["loadRoles"].items()]
    for section, settings in hub["config"].items():
        c[section].update(settings)
    for name in sorted((folder / "jupyterhub_config.d").glob("*.py")):
        exec(compile(name.read_text("utf-8"), name.name, "exec"), {"c": c})
    return c


def volumes(c: Config, user: dict[str, Any]) -> None:
    """Volumes of users' pods, and where they are mounted."""
    storage = user["storage"]
    c.KubeSpawner.volumes, c.KubeSpawner.volume_mounts = dict(storage["extraVolumes"]), {}
    if storage["type"] == "static":
        claim = {"claimName": storage["static"]["pvcName"]}
        c.KubeSpawner.volumes["home"] = {"name": "home", "persistentVolumeClaim": claim}
        mount = {"name": "home", "mountPath": storage["homeMountPath"], "subPath": storage["static"]["subPath"]}
        c.KubeSpawner.volume_mounts["home"] = mount
    for index, (key, file) in enumerate(user["extraFiles"].items()):
        mount = {"name": "files", "mountPath": file["mountPath"], "subPath": key}
        c.KubeSpawner.volume_mounts[f"{index}-files"] = mount
    c.KubeSpawner.volumes["files"] = {"name": "files", "secret": {"secretName": "singleuser"}}
    c.KubeSpawner.volume_mounts.update(storage["extraVolumeMounts"])
