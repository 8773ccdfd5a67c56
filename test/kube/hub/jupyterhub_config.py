"""JupyterHub as the JupyterHub chart sets it up from its values, for a hub that runs as a process on a cluster's API.

Every key of the values is used or known to need nothing here; any other is an error, so that no value goes by unseen.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

ROOT = Path(os.environ["HUB_FOLDER"])
VALUES: dict[str, Any] = json.loads((ROOT / "values.json").read_text("utf-8"))
FILES = ROOT / "files"


def take(values: dict[str, Any], *keys: str) -> list[Any]:
    """The values of keys, of which there are no others."""
    unknown = values.keys() - set(keys)
    if unknown:
        sys.exit(f"values that this hub does not know: {', '.join(sorted(unknown))}")
    return [values.get(key) for key in keys]


def mounted(files: dict[str, Any]) -> list[Path]:
    """Files of the hub's container, written below a folder of this machine."""
    places = []
    for file in files.values():
        place = FILES / file["mountPath"].lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(file["stringData"] if "stringData" in file else json.dumps(file["data"]), "utf-8")
        places.append(place)
    return places


hub, _proxy, single, scheduling, puller, _ingress, cull = take(
    VALUES, "hub", "proxy", "singleuser", "scheduling", "prePuller", "ingress", "cull"
)

c = get_config()  # type: ignore[name-defined] # noqa: F821 - traitlets gives it to a configuration file
c.JupyterHub.spawner_class = "kubespawner.KubeSpawner"
c.JupyterHub.cleanup_servers = False
c.JupyterHub.last_activity_interval = 60
c.JupyterHub.tornado_settings = {"slow_spawn_timeout": 0}
c.JupyterHub.db_url = f"sqlite:///{ROOT}/jupyterhub.sqlite"
c.JupyterHub.hub_bind_url = f"http://{os.environ['POD_IP']}:8081"
c.JupyterHub.hub_connect_url = f"http://{os.environ['HUB_SERVICE_HOST']}:8081"
c.JupyterHub.cookie_secret_file = str(ROOT / "cookie_secret")
c.ConfigurableHTTPProxy.should_start = False
c.ConfigurableHTTPProxy.api_url = f"http://{os.environ['PROXY_API_SERVICE_HOST']}:8001"
c.KubeSpawner.namespace = os.environ["POD_NAMESPACE"]
c.KubeSpawner.common_labels = {"app": "jupyterhub", "app.kubernetes.io/name": "jupyterhub"}

config, named, most_named, extra_files, services, roles, *_of_the_pod = take(
    hub,
    *("config", "allowNamedServers", "namedServerLimitPerUser", "extraFiles", "services", "loadRoles"),
    *("db", "annotations", "extraEnv", "extraVolumes", "extraVolumeMounts", "nodeSelector", "resources", "service"),
)
c.JupyterHub.allow_named_servers = named
if most_named is not None:
    c.JupyterHub.named_server_limit_per_user = most_named

image, account, start_timeout, uid, fs_gid, labels, env, files, init, pod, storage, metadata, _net, profiles = take(
    single,
    *("image", "serviceAccountName", "startTimeout", "uid", "fsGid", "extraLabels", "extraEnv", "extraFiles"),
    *("initContainers", "extraPodConfig", "storage", "cloudMetadata", "networkPolicy", "profileList"),
)
spawner = c.KubeSpawner
spawner.image = ":".join(filter(None, [image["name"], image["tag"]]))
spawner.image_pull_policy = image["pullPolicy"]
spawner.service_account = account
spawner.start_timeout = start_timeout
spawner.uid = uid
spawner.fs_gid = fs_gid
spawner.extra_labels = labels
spawner.environment = env
spawner.init_containers = init
spawner.extra_pod_config = pod
spawner.profile_list = profiles
spawner.allow_privilege_escalation = False
spawner.pod_name_template = "jupyter-{user_server}"
c.Spawner.cmd = "jupyterhub-singleuser"
c.Spawner.consecutive_failure_limit = 5
if metadata["blockWithIptables"]:
    sys.exit("a container that blocks the metadata server would need root's rights")

kind, static, home, volumes, mounts = take(
    storage, "type", "static", "homeMountPath", "extraVolumes", "extraVolumeMounts"
)
spawner.volumes, spawner.volume_mounts = {}, {}
if kind == "static":
    spawner.volumes["home"] = {"name": "home", "persistentVolumeClaim": {"claimName": static["pvcName"]}}
    spawner.volume_mounts["home"] = {"name": "home", "mountPath": home, "subPath": static["subPath"]}
if files:
    items = [{"key": key, "path": key, **({"mode": f["mode"]} if "mode" in f else {})} for key, f in files.items()]
    spawner.volumes["files"] = {"name": "files", "secret": {"secretName": "singleuser", "items": items}}
    for index, (key, file) in enumerate(files.items()):
        mount = {"name": "files", "mountPath": file["mountPath"], "subPath": key}
        spawner.volume_mounts[f"{index}-files"] = mount
spawner.volumes.update(volumes)
spawner.volume_mounts.update(mounts)

user_scheduler, priority, placeholder, _core, user_pods = take(
    scheduling, "userScheduler", "podPriority", "userPlaceholder", "corePods", "userPods"
)
if any(part["enabled"] for part in (user_scheduler, priority, placeholder, *puller.values())):
    sys.exit("scheduler, priorities, placeholders and puller are the site's")
spawner.tolerations = user_pods["tolerations"]
if user_pods["nodeAffinity"]["matchNodePurpose"] != "ignore":
    sys.exit("pools are selected by their own labels")

enabled, timeout, every, max_age, remove_named = take(
    cull, "enabled", "timeout", "every", "maxAge", "removeNamedServers"
)
c.JupyterHub.services, c.JupyterHub.load_roles = [], []
if enabled:
    command = [sys.executable, "-m", "jupyterhub_idle_culler", f"--url={c.JupyterHub.hub_connect_url}/hub/api"]
    command += [f"--timeout={timeout}", f"--cull-every={every}", f"--max-age={max_age}", "--cull-admin-users=false"]
    command += ["--remove-named-servers"] if remove_named else []
    c.JupyterHub.services.append({"name": "jupyterhub-idle-culler", "command": command})
    scopes = ["list:users", "read:users:activity", "read:servers", "delete:servers"]
    culler = {"name": "jupyterhub-idle-culler", "scopes": scopes, "services": ["jupyterhub-idle-culler"]}
    c.JupyterHub.load_roles.append(culler)
for name, service in services.items():
    token = (ROOT / f"hub.services.{name}.apiToken").read_text("utf-8")
    c.JupyterHub.services.append({"name": name, **service, "api_token": token})
for name, role in roles.items():
    c.JupyterHub.load_roles.append({"name": name, **role})

for section, traits in config.items():
    c[section].update(traits)
os.environ["ISTHMUS_HUB"] = f"{FILES}{os.environ['ISTHMUS_HUB']}"
for place in sorted(mounted(extra_files)):
    if place.parent.name == "jupyterhub_config.d":
        exec(compile(place.read_text("utf-8"), str(place), "exec"))  # as the chart does: with this file's own names

# A container's end takes all that ran in it; here the hub's end does, by its mark, which services would not inherit.
for service in c.JupyterHub.services:
    if "command" in service:
        service["environment"] = {**service.get("environment", {}), "ISTHMUS_KUBE": os.environ["ISTHMUS_KUBE"]}
