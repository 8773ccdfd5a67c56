"""The index that pip is set up for, spelled for uv, which does not read pip's settings."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path


def pip_settings(python: str) -> dict[str, str]:
    """pip's settings from its files and environment, by plain name ("index-url"); empty without pip."""
    command = [python, "-m", "pip", "config", "list"]
    try:
        told = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    except OSError:
        return {}
    settings: dict[str, str] = {}
    from_environment: dict[str, str] = {}
    for line in told.stdout.splitlines() if told.returncode == 0 else []:
        key, _, value = line.partition("=")
        scope, _, name = key.rpartition(".")
        try:
            words = shlex.split(value)
        except ValueError:
            continue
        (from_environment if scope == ":env:" else settings)[name.replace("_", "-")] = " ".join(words)
    return {**settings, **from_environment}


def uv_environment(python: str, cache: Path, base: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment in which uv uses the same index, certificates and proxy as pip; uv's own settings win."""
    environment = dict(os.environ if base is None else base)
    settings = pip_settings(python)
    links = [path for path in settings.get("find-links", "").split() if "://" in path or os.path.isdir(path)]
    mapped = {
        "UV_DEFAULT_INDEX": settings.get("index-url", ""),
        "UV_INDEX": settings.get("extra-index-url", ""),
        "UV_FIND_LINKS": ",".join(links),
        "UV_INSECURE_HOST": settings.get("trusted-host", ""),
        "UV_HTTP_TIMEOUT": settings.get("timeout", ""),
        "UV_NO_INDEX": "true" if settings.get("no-index", "").lower() in ("1", "true", "yes") else "",
        "SSL_CERT_FILE": settings.get("cert", ""),
        "HTTPS_PROXY": settings.get("proxy", ""),
        "UV_CACHE_DIR": str(cache / "uv-cache"),
    }
    older = {"UV_DEFAULT_INDEX": "UV_INDEX_URL", "UV_INDEX": "UV_EXTRA_INDEX_URL", "HTTPS_PROXY": "https_proxy"}
    for name, value in mapped.items():
        if value and name not in environment and older.get(name) not in environment:
            environment[name] = value
    for name in ("VIRTUAL_ENV", "UV_PYTHON", "PYTHONPATH", "PYTHONHOME", "UV_PROJECT_ENVIRONMENT"):
        environment.pop(name, None)
    return environment
