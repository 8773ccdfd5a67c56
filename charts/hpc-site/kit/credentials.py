"""Secrets of a site: generated on this machine, kept in files that only its user reads, each program given its own."""

from __future__ import annotations

import base64
import json
import os
import secrets as random
from collections.abc import Callable, Mapping
from pathlib import Path

from bundle import Bundle, Program, fill
from faults import SiteFault
from layout import Layout
from whole_file import write_whole

CONSONANTS = "bdfghjkmnprstvwz"
VOWELS = "aeiou"
ACCOUNT_SUFFIX = ".s3.json"


def passphrase(words: int) -> str:
    """Words to read aloud: each has 12.6 bits, so five are 63 bits and 24 characters."""
    sounds = (CONSONANTS, VOWELS, CONSONANTS, VOWELS)
    return "-".join("".join(random.choice(letters) for letters in sounds) for _ in range(words))


# JupyterHub wants at least 8 characters for the users' password and 32 for the admins'.
GENERATORS: Mapping[str, Callable[[], str]] = {
    "HUB_PASSWORD": lambda: passphrase(5),
    "HUB_ADMIN_PASSWORD": lambda: passphrase(7),
    "DASK_GATEWAY_ENCRYPT_KEYS": lambda: base64.urlsafe_b64encode(random.token_bytes(32)).decode(),
    "ROOT_ACCESS_KEY": lambda: f"root-{random.token_hex(4)}",
}


def _generate(name: str) -> str:
    return GENERATORS.get(name, lambda: random.token_hex(32))()


def _read_private(path: Path) -> dict[str, str]:
    try:
        status = path.stat()
    except FileNotFoundError:
        return {}
    if status.st_uid != os.geteuid():
        raise SiteFault(f"{path} belongs to another user: a site is run by the user who installed it")
    if status.st_mode & 0o077:
        path.chmod(0o600)
    values: dict[str, str] = json.loads(path.read_text("utf-8"))
    return values


def _ensure(path: Path, wanted: Mapping[str, Callable[[], str]]) -> dict[str, str]:
    kept = _read_private(path)
    made = {name: generate() for name, generate in wanted.items() if name not in kept}
    if made:
        values = {**kept, **made}
        write_whole(path, json.dumps(values, indent=1) + "\n", 0o600)
        return values
    return kept


def secret_of(entry: str) -> tuple[str, str]:
    """`ENV=SECRET` or `NAME`: the variable a program reads, and the secret it holds."""
    variable, _, secret = entry.partition("=")
    return variable, secret or variable


def _secrets_path(layout: Layout, bundle_id: str) -> Path:
    return layout.directory("secrets") / f"{bundle_id}.secrets.json"


def account_of(layout: Layout, hub: str) -> dict[str, str]:
    """A hub's account at the site's S3 endpoint, made when it is first asked for."""
    path = layout.directory("secrets") / f"{hub}{ACCOUNT_SUFFIX}"
    wanted = {"AWS_ACCESS_KEY_ID": lambda: f"hub-{hub}", "AWS_SECRET_ACCESS_KEY": lambda: random.token_hex(20)}
    return _ensure(path, wanted)


def known_secrets(layout: Layout, bundle_id: str) -> dict[str, str]:
    """The secrets that a bundle has so far; empty before its first install."""
    return _read_private(_secrets_path(layout, bundle_id))


def ensure_secrets(layout: Layout, bundle: Bundle) -> dict[str, str]:
    """Every secret that the bundle's programs name, generated where it is missing."""
    names = {secret_of(entry)[1] for program in bundle.programs for entry in program.secrets}
    account = account_of(layout, bundle.id) if any(name.startswith("AWS_") for name in names) else {}
    wanted = {name: (lambda name=name: _generate(name)) for name in sorted(names - account.keys())}
    return {**_ensure(_secrets_path(layout, bundle.id), wanted), **account}


def environment_text(program: Program, secrets: Mapping[str, str], values: Mapping[str, str]) -> str:
    """The environment file of one program: its settings and only its own secrets, `NAME=value` a line."""
    settings = {name: fill(value, values) for name, value in program.environment.items()}
    settings |= {variable: secrets[secret] for variable, secret in map(secret_of, program.secrets)}
    broken = [name for name, value in settings.items() if "\n" in value]
    if broken:
        raise SiteFault(f"{program.name}: the value of {broken[0]} has more than one line")
    return "".join(f"{name}={value}\n" for name, value in sorted(settings.items()))


def write_environments(layout: Layout, bundle: Bundle, values: Mapping[str, str]) -> None:
    """Writes the programs' environment files where they differ."""
    secrets = ensure_secrets(layout, bundle)
    for program in bundle.programs:
        path = layout.directory("secrets") / f"{program.name}.env"
        write_whole(path, environment_text(program, secrets, values), 0o600)


def sign_in(layout: Layout, bundle: Bundle) -> dict[str, object] | None:
    """How people sign in to a hub with its generated passwords; None for what is no hub with shared passwords."""
    site = bundle.site
    if site.get("auth", {}).get("kind") != "sharedPassword":
        return None
    secrets = known_secrets(layout, bundle.id)
    allow = site["allow"]
    users = "any user name" if allow.get("everyone") else " or ".join(allow.get("users", []))
    return {
        "url": site["url"].rstrip("/") + site["basePath"],
        "users": users,
        "password": secrets.get("HUB_PASSWORD"),
        "admins": site["admins"],
        "adminPassword": secrets.get("HUB_ADMIN_PASSWORD"),
    }
