"""What a user may choose for a Dask cluster: workers that pack a node, image, variables, an earlier end when idle."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from dask_gateway_server.options import Integer, Options, Select, String
from dask_gateway_server.options import Mapping as MappingOption
from limits import most_workers
from user_prefix import user_prefix

VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# By these the gateway reaches a cluster, and a cluster knows which site it is at.
RESERVED = re.compile(r"(DASK_GATEWAY_|DASK_DISTRIBUTED__COMM__TLS__|ISTHMUS_|JUPYTERHUB_|KUBERNETES_).*")
VARIABLES_BYTES = 64 * 1024
# Dask's threads are the parallelism: libraries below them that start as many again only get in each other's way.
ONE_THREAD_EACH = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


class Size(Select):
    """A worker size: shown by its title, and known by its id too, which programs may use."""

    def __init__(self, field: str, sizes: list[dict[str, Any]], default: str, label: str) -> None:
        self.titles = {size["id"]: size["title"] for size in sizes}
        by_title = [(size["title"], size) for size in sizes]
        super().__init__(field, by_title, default=self.titles[default], label=label)

    def validate(self, x: object) -> str:
        """The title.

        :raises ValueError: where there is no such size, with those there are.
        """
        title = self.titles.get(x, x) if isinstance(x, str) else x
        if title not in self.options:
            raise ValueError(f"{self.field}: there is no size {x!r}; there are {', '.join(self.options)}")
        return str(title)


class Image(String):
    """An image that the hub has, or that its patterns allow."""

    def __init__(self, field: str, images: list[str], others: str | None, label: str) -> None:
        self.images = frozenset(images)
        self.others = None if others is None else re.compile(others)
        super().__init__(field, default=images[0], label=label)

    def validate(self, x: object) -> str:
        """The image.

        :raises ValueError: where the hub does not have it.
        """
        image = str(super().validate(x))
        if image not in self.images and not (self.others and self.others.match(image)):
            raise ValueError(f"{self.field}: {image!r} is no image of this hub")
        return image


class Variables(MappingOption):
    """Environment variables of schedulers and workers."""

    def validate(self, x: object) -> dict[str, str]:
        """The variables.

        :raises ValueError: for a name that is none or is not the user's, or for too much of it.
        """
        given: Mapping[Any, Any] = super().validate(x)
        for name, value in given.items():
            if not isinstance(name, str) or not VARIABLE.fullmatch(name):
                raise ValueError(f"{self.field}: {name!r} is no name of an environment variable")
            if RESERVED.fullmatch(name):
                raise ValueError(f"{self.field}: {name} is set by the hub")
            if not isinstance(value, str | int | float):
                raise ValueError(f"{self.field}: the value of {name} must be a text, got {type(value).__name__}")
        variables = {name: str(value) for name, value in given.items()}
        if sum(len(name) + len(value) for name, value in variables.items()) > VARIABLES_BYTES:
            raise ValueError(f"{self.field}: more than {VARIABLES_BYTES // 1024} KiB of variables")
        return variables


def cluster_options(dask: Mapping[str, Any], worker_pod: Mapping[str, Any]) -> Options:
    """The choices, and what they make of a cluster.

    :param dask: what the values say of this hub's Dask
    :param worker_pod: what every worker's pod has, whatever its size
    """
    idle_minutes = dask["idleSeconds"] // 60

    def configured(chosen: Any, user: Any) -> dict[str, Any]:  # noqa: ANN401 - the gateway's own records
        size = chosen.worker_size
        return {
            **worker_of(size, dask["limits"]),
            "worker_extra_pod_config": {**worker_pod, **dask["pools"][size["pool"]]},
            "image": chosen.image,
            "idle_timeout": chosen.idle_minutes * 60,
            "environment": {**ONE_THREAD_EACH, **environment_of(dask["environment"], user.name), **chosen.environment},
            **marks_of(user.name),
        }

    return Options(
        Size("worker_size", dask["sizes"], dask["worker"], "Size of a worker"),
        Image("image", dask["images"], dask["otherImages"], "Image"),
        Variables("environment", {}, label="Environment variables"),
        Integer("idle_minutes", idle_minutes, min=1, max=idle_minutes, label="Minutes without work until it ends"),
        handler=configured,
    )


def worker_of(size: Mapping[str, Any], limits: Mapping[str, Any]) -> dict[str, Any]:
    """A worker's resources: so much is promised that workers fill a node; threads are what it may use at most."""
    cores, memory = size["cores"], size["memoryBytes"]
    return {
        "worker_cores": cores,
        "worker_cores_limit": max(cores, size["threads"]),
        "worker_threads": size["threads"],
        "worker_memory": memory,
        "worker_memory_limit": memory,
        "cluster_max_workers": most_workers(limits, cores, memory),
    }


def environment_of(environment: Mapping[str, str], user: str) -> dict[str, str]:
    """The notebook's variables, for a user."""
    prefix = user_prefix(user)
    return {name: value.replace("{user}", prefix) for name, value in environment.items()}


def user_label(user: str) -> str:
    """A user in a label, as KubeSpawner writes it on notebooks: bills of both add up."""
    if re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?", user) and "--" not in user:
        return user
    simple = re.sub(r"[^a-z0-9]+", "-", user.lower()).lstrip("-")[:21].rstrip("-")
    if not re.match(r"[a-z]", simple):
        simple = f"x-{simple[:19]}" if simple else "x"
    return f"{simple}---{hashlib.sha256(user.encode()).hexdigest()[:8]}"


def marks_of(user: str) -> dict[str, Any]:
    """By the label pods are charged to their users, by the annotations Prometheus finds Dask's metrics."""
    labels = {"hub.jupyter.org/username": user_label(user)}
    annotations = {
        "hub.jupyter.org/username": user,
        "prometheus.io/scrape": "true",
        "prometheus.io/port": "8787",
        "prometheus.io/path": "/metrics",
    }
    return {
        f"{part}_extra_pod_{kind}": {**marks}
        for part in ("scheduler", "worker")
        for kind, marks in (("labels", labels), ("annotations", annotations))
    }
