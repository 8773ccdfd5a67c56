"""A bundle: the rendered files of one part of a site (its base, or one hub), with a digest over all of them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from faults import SiteFault

PLACEHOLDER = re.compile(r"\{([a-z]+(?:\.[a-zA-Z0-9]+)?)\}")
KNOWN = ("root", "bundle", "node", "nginx.globals", "env.", "tool.")


@dataclass(frozen=True)
class Program:
    """One program that the supervisor keeps running."""

    name: str
    priority: int
    command: tuple[str, ...]
    environment: Mapping[str, str]
    secrets: tuple[str, ...]
    inputs: tuple[str, ...]
    reload: str | None
    health_url: str | None
    health_status: tuple[int, ...]


@dataclass(frozen=True)
class Bundle:
    """A bundle that was read from a directory and found to be whole."""

    directory: Path
    id: str
    digest: str
    data: Mapping[str, Any]
    programs: tuple[Program, ...]

    @property
    def release(self) -> str:
        """The name of this bundle's directory under `releases/`."""
        return f"{self.id}-{self.digest[:12]}"

    @property
    def environments(self) -> dict[str, str]:
        """Python environments by name, each with the path of its lock in the bundle."""
        return dict(self.data.get("environments", {}))

    @property
    def tools(self) -> dict[str, str]:
        """Other tools by name: a version, or the path of a lock in the bundle."""
        return dict(self.data.get("tools", {}))

    @property
    def ports(self) -> list[dict[str, Any]]:
        """The ports that this bundle's programs listen on, each with its program."""
        return list(self.data.get("ports", []))

    @property
    def unix_users(self) -> bool:
        """Whether jobs of the machine's users run from it, who then may read what these need."""
        return bool(self.data.get("unixUsers"))

    @property
    def jobs(self) -> tuple[str, str] | None:
        """The batch system of its jobs and what their names start with; None where it has none."""
        jobs = self.data.get("jobs")
        return (jobs["kind"], jobs["prefix"]) if jobs else None

    @property
    def sudo(self) -> dict[str, Any] | None:
        """The sudo rules by which a service account submits its jobs; None where root does without."""
        rules: dict[str, Any] | None = self.data.get("sudo")
        return rules

    @property
    def state(self) -> str | None:
        """The directory for databases; None for the site's own root."""
        directory: str | None = self.data.get("state")
        return directory

    @property
    def expires(self) -> str | None:
        """The instant (ISO 8601) from which its programs are not started any more; None for never."""
        instant: str | None = self.data.get("expires")
        return instant

    @property
    def expired(self) -> bool:
        """Whether that instant has passed by this machine's clock."""
        return self.expires is not None and datetime.fromisoformat(self.expires) <= datetime.now(UTC)

    @cached_property
    def site(self) -> dict[str, Any]:
        """What the programs of this bundle read: its site.json."""
        site: dict[str, Any] = json.loads((self.directory / "site.json").read_text("utf-8"))
        return site

    def input_digest(self, program: Program) -> str:
        """Changes when a file changes that this program must be restarted for."""
        told = hashlib.sha256()
        for name in sorted(program.inputs):
            told.update(f"{name}\0{hashlib.sha256((self.directory / name).read_bytes()).hexdigest()}\n".encode())
        return told.hexdigest()[:16]


def bundle_files(directory: Path) -> list[str]:
    """Relative paths of a bundle's files, sorted; what Python leaves beside its sources is not part of it."""
    paths = (path for path in directory.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return sorted(path.relative_to(directory).as_posix() for path in paths)


def digest_of(directory: Path, told: str) -> str:
    """The digest over all files, bundle.json counted with an empty digest in it."""
    total = hashlib.sha256()
    for name in bundle_files(directory):
        content = (directory / name).read_bytes()
        if name == "bundle.json":
            content = content.replace(f'"digest": "{told}"'.encode(), b'"digest": ""', 1)
        total.update(f"{name}\0{hashlib.sha256(content).hexdigest()}\n".encode())
    return total.hexdigest()


def read_bundle(directory: Path, verify: bool = False) -> Bundle:
    """Reads a bundle; with `verify` also that every file is as rendered.

    :raises SiteFault: where it is no bundle, of another format, or was changed after it was rendered.
    """
    try:
        data = json.loads((directory / "bundle.json").read_text("utf-8"))
    except FileNotFoundError:
        raise SiteFault(f"no bundle at {directory}: it has no bundle.json; isthmus up writes it") from None
    except ValueError as error:
        raise SiteFault(f"{directory}/bundle.json is damaged, isthmus up writes it anew: {error}") from None
    if data.get("format") != 1:
        raise SiteFault(f"{directory} has format {data.get('format')!r}; this kit installs format 1")
    digest = data["digest"]
    if verify and digest_of(directory, digest) != digest:
        raise SiteFault(f"the bundle at {directory} is not what was rendered (its digest differs): synthesize it again")
    return Bundle(directory, data["id"], digest, data, tuple(_program(entry) for entry in data["programs"]))


def _program(entry: Mapping[str, Any]) -> Program:
    health = entry.get("health") or {}
    return Program(
        name=entry["name"],
        priority=entry["priority"],
        command=tuple(entry["command"]),
        environment=entry.get("environment", {}),
        secrets=tuple(entry.get("secrets", [])),
        inputs=tuple(entry.get("inputs", [])),
        reload=entry.get("reload"),
        health_url=health.get("url"),
        health_status=tuple(health.get("status", [200])),
    )


def fill(text: str, values: Mapping[str, str]) -> str:
    """Puts this machine's paths in the place of `{root}`, `{env.hub}` and the like; other braces stay as they are."""

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        if name in values:
            return values[name]
        if name.startswith(KNOWN):
            raise SiteFault(f"the bundle names {match.group(0)}, which it does not declare")
        return match.group(0)

    return PLACEHOLDER.sub(value, text)
