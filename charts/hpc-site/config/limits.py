"""How much Dask a user may have: caps per cluster, per user and for the whole hub, over the cores of workers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Holding:
    """What one cluster holds now."""

    user: str
    cores: float


class Refused(Exception):
    """A request beyond the caps, with the reason for the user."""


def _number(cores: float) -> str:
    return f"{cores:g}"


def free_cores(user: str, holdings: Sequence[Holding], limits: Mapping[str, Any]) -> tuple[float, str]:
    """Cores that a user may still take, and which cap says so."""
    own = sum(holding.cores for holding in holdings if holding.user == user)
    everybody = sum(holding.cores for holding in holdings)
    of_user = limits["user"]["cores"] - own
    of_hub = limits["hub"]["cores"] - everybody
    if of_user <= of_hub:
        return of_user, f"your clusters use {_number(own)} of the {_number(limits['user']['cores'])} cores you may use"
    return of_hub, f"all clusters of this hub use {_number(everybody)} of its {_number(limits['hub']['cores'])} cores"


def require_start(user: str, holdings: Sequence[Holding], limits: Mapping[str, Any], worker_cores: float) -> None:
    """Whether a user may start one more cluster.

    :raises Refused: with as many clusters as a user may have, or where not even one worker would fit.
    """
    most = limits["user"]["clusters"]
    own = sum(holding.user == user for holding in holdings)
    if own >= most:
        raise Refused(f"you have {own} of at most {most} clusters: shut one down first (Gateway().list_clusters())")
    free, why = free_cores(user, holdings, limits)
    if free < worker_cores:
        raise Refused(f"no room for a worker of {_number(worker_cores)} cores: {why}")


def most_workers(limits: Mapping[str, Any], cores: float, memory: int) -> int:
    """Workers of a size that one cluster may have.

    :raises Refused: where it may have none.
    """
    cluster = limits["cluster"]
    most = min(cluster["workers"], int(cluster["cores"] / cores + 1e-9), int(cluster["memoryBytes"] / memory))
    if most < 1:
        gib = cluster["memoryBytes"] / 2**30
        raise Refused(f"a cluster may have {_number(cluster['cores'])} cores and {gib:g} GiB: this worker is larger")
    return most


def granted(wanted: int, active: int, free: float, worker_cores: float) -> int:
    """Workers that a cluster gets of those it wants, with the cores that are free now; never fewer than it has."""
    return min(wanted, active + max(0, int(free / worker_cores + 1e-9)))
