"""The interpreters and installers that builds use: Python, Node with its npm, uv, Go."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from functools import lru_cache
from pathlib import Path

from cache import build_once, run_logged
from faults import SiteFault
from progress import step

PYTHONS = ((3, 11), (3, 12), (3, 13))
OLDEST_UV = (0, 5)
OLDEST_GO = (1, 25)
OLDEST_NODE = 20


@lru_cache(maxsize=1)
def python() -> tuple[str, str]:
    """The interpreter that environments are made with and its version, "3.11": $ISTHMUS_PYTHON, else this one."""
    explicit = os.environ.get("ISTHMUS_PYTHON")
    own = getattr(sys, "_base_executable", None) or sys.executable
    if not explicit or os.path.realpath(explicit) in (os.path.realpath(own), os.path.realpath(sys.executable)):
        executable, version = own, tuple(sys.version_info[:2])
    else:
        code = "import sys; print(sys._base_executable); print(*sys.version_info[:2])"
        told = _output([explicit, "-I", "-c", code], "ISTHMUS_PYTHON").splitlines()
        executable, version = told[0], tuple(int(part) for part in told[1].split())
    if version not in PYTHONS:
        found = ".".join(str(part) for part in version)
        raise SiteFault(f"a site needs Python 3.11, 3.12 or 3.13; {executable} is {found}: set ISTHMUS_PYTHON")
    return executable, f"{version[0]}.{version[1]}"


@lru_cache(maxsize=1)
def node() -> str:
    """The Node that runs the hubs' proxies: $ISTHMUS_NODE, else the one on PATH."""
    found = os.environ.get("ISTHMUS_NODE") or shutil.which("node")
    if not found:
        raise SiteFault(f"Node >= {OLDEST_NODE} is needed for the hubs' proxy: put it on PATH or set ISTHMUS_NODE")
    return os.path.abspath(found)


def npm(executable: str) -> list[str]:
    """The npm that belongs to a Node, else the one on PATH."""
    version = _output([executable, "--version"], "Node")
    if int(version.lstrip("v").split(".")[0]) < OLDEST_NODE:
        raise SiteFault(f"Node >= {OLDEST_NODE} is needed for the hubs' proxy; {version} is too old: set ISTHMUS_NODE")
    home = Path(os.path.realpath(executable)).parent.parent
    for place in ("lib/node_modules/npm", "share/nodejs/npm", "node_modules/npm"):
        script = home / place / "bin" / "npm-cli.js"
        if script.exists():
            return [executable, str(script)]
    found = shutil.which("npm")
    if not found:
        raise SiteFault(f"npm is needed once, to fetch the hubs' proxy: {executable} has none; install npm")
    return [found]


def uv(cache: Path, lock: Path, log: Path) -> str:
    """An uv: $ISTHMUS_UV, else the one on PATH if new enough, else its wheel, fetched by pip and checked by hash."""
    explicit = os.environ.get("ISTHMUS_UV")
    if explicit:
        return explicit
    found = shutil.which("uv")
    if found and _version([found, "--version"]) >= OLDEST_UV:
        return found
    match = re.search(r"^uv==([0-9.]+)", lock.read_text("utf-8"), re.M)
    if not match:
        raise SiteFault(f"{lock} locks no uv")
    directory = cache / "uv" / match.group(1)

    def fetch(into: Path) -> None:
        with step(f"fetching uv {match.group(1)}"):
            _download(lock, into, log)
            wheel = next(into.glob("uv-*.whl"))
            with zipfile.ZipFile(wheel) as archive:
                name = next(name for name in archive.namelist() if name.endswith(".data/scripts/uv"))
                (into / "uv").write_bytes(archive.read(name))
            (into / "uv").chmod(0o755)
            wheel.unlink()

    return str(build_once(directory, fetch) / "uv")


def go_on_path() -> str | None:
    """A Go that is new enough for the S3 gateway, if one is on PATH."""
    found = shutil.which("go")
    return found if found and _version([found, "env", "GOVERSION"]) >= OLDEST_GO else None


def short_digest(*parts: str) -> str:
    """Twelve hexadecimal digits that name a build by what goes into it."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


def _download(lock: Path, into: Path, log: Path) -> None:
    command = [python()[0], "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
    command += ["--only-binary", ":all:", "--dest", str(into), "-r", str(lock)]
    run_logged(command, log, "fetching uv with pip (set ISTHMUS_UV to an uv of yours to do without)")


def _version(command: list[str]) -> tuple[int, ...]:
    try:
        told = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False).stdout
    except OSError:
        return ()
    match = re.search(r"(\d+)\.(\d+)", told)
    return (int(match.group(1)), int(match.group(2))) if match else ()


def _output(command: list[str], what: str) -> str:
    try:
        told = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise SiteFault(f"{what} does not run: {command[0]} ({error})") from None
    return told.stdout.strip()
