"""What a user's pod gets that only the hub knows: the user's prefix, and for admins the shared folder to write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from user_prefix import user_prefix

USER = "{user}"


def complete(shared: Mapping[str, Any] | None) -> Callable[[Any, Any], Any]:
    """Completes pods as KubeSpawner makes them.

    :param shared: the home file system's shared folder: `volume`, `subPath`, and the homes' `paths`; None without one
    """

    def completed(spawner: Any, pod: Any) -> Any:  # noqa: ANN401 - a KubeSpawner and a pod
        prefix = user_prefix(spawner.user.name)
        for container in [*pod.spec.containers, *(pod.spec.init_containers or [])]:
            for variable in container.env or []:
                fill(variable, "value", "value", prefix)
            for mount in container.volume_mounts or []:
                fill(mount, "sub_path", "subPath", prefix)
        if shared and spawner.user.admin:
            notebook = pod.spec.containers[0]
            notebook.volume_mounts = [*(notebook.volume_mounts or []), *writable(shared)]
        return pod

    return completed


def fill(record: Any, attribute: str, key: str, prefix: str) -> None:  # noqa: ANN401 - the client's record or a plain map
    """Puts the user's prefix for `{user}`. Containers beside the notebook's hold plain maps."""
    if isinstance(record, dict):
        if isinstance(record.get(key), str):
            record[key] = record[key].replace(USER, prefix)
    elif isinstance(getattr(record, attribute), str):
        setattr(record, attribute, getattr(record, attribute).replace(USER, prefix))


def writable(shared: Mapping[str, Any]) -> list[dict[str, str]]:
    """Mounts by which admins write what all others read."""
    return [
        {"name": shared["volume"], "mountPath": f"{path}/shared-readwrite", "subPath": shared["subPath"]}
        for path in shared["paths"]
    ]
