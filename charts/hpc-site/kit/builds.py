"""What a bundle's programs run from: Python environments, the hub proxy's Node packages, the S3 gateway's binary."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import toolchain
from bundle import Bundle
from cache import build_once, end_builds, is_built, remove_tree, run_logged
from faults import SiteFault
from layout import Layout, cache_directory, require_space
from pip_settings import uv_environment
from progress import step

# What a build takes on disk while it goes on, in MB, with a margin; environments with uv's cache of wheels.
SPACE = {"env.hub": 500, "env.copies": 120, "env.acme": 80, "env.user": 2500, "tool.chp": 50, "tool.versitygw": 2500}
VERSITYGW = "github.com/versity/versitygw/cmd/versitygw"


def environments_directory(bundle: Bundle, layout: Layout) -> Path:
    """Where Python environments lie: in the cache, but below the site where its users' jobs run from them."""
    return (layout.root if bundle.unix_users else cache_directory()) / "env"


def paths_of(bundle: Bundle, layout: Layout) -> dict[str, Path]:
    """Where the bundle's environments and tools lie (or will lie), by placeholder."""
    cache = cache_directory()
    environments = environments_directory(bundle, layout)
    version = toolchain.python()[1]
    paths = {}
    for name, lock in bundle.environments.items():
        digest = toolchain.short_digest((bundle.directory / lock).read_text("utf-8"), version)
        paths[f"env.{name}"] = environments / f"{name}-{digest}"
    if "chp" in bundle.tools:
        packages = bundle.directory / bundle.tools["chp"] / "package-lock.json"
        paths["tool.chp"] = cache / "chp" / toolchain.short_digest(packages.read_text("utf-8"))
    if "versitygw" in bundle.tools:
        paths["tool.versitygw"] = cache / "versitygw" / bundle.tools["versitygw"]
    return paths


def values_for(bundle: Bundle, layout: Layout) -> dict[str, str]:
    """What the placeholders of a bundle's commands stand for on this machine."""
    values = {name: str(path) for name, path in paths_of(bundle, layout).items()}
    if "tool.versitygw" in values:
        values["tool.versitygw"] += "/versitygw"
    if "tool.chp" in values:
        values["tool.chp"] += "/node_modules/configurable-http-proxy/bin/configurable-http-proxy"
        values["node"] = toolchain.node()
    # As root, nginx would run its workers as "nobody", which may not read what the site's other programs write.
    values["nginx.globals"] = "user root root;" if os.geteuid() == 0 else ""
    return {**values, "root": str(layout.root), "bundle": str(layout.link(bundle.id))}


def all_built(bundle: Bundle, layout: Layout) -> bool:
    """Whether nothing needs to be built, and no environment's interpreter has gone since."""
    return all(
        is_built(path) and (not name.startswith("env.") or (path / "bin" / "python").exists())
        for name, path in paths_of(bundle, layout).items()
    )


def build_all(bundle: Bundle, layout: Layout) -> None:
    """Builds what is missing, independent things side by side.

    :raises SiteFault: the first failure, after the others have ended.
    """
    paths = paths_of(bundle, layout)
    missing = {name: path for name, path in paths.items() if not is_built(path)}
    for name, path in paths.items():
        if name.startswith("env.") and is_built(path) and not (path / "bin" / "python").exists():
            remove_tree(path)  # the Python that it was made with is gone
            missing[name] = path
    if not missing:
        return
    cache = cache_directory()
    environments = {name: path for name, path in missing.items() if name.startswith("env.")}
    elsewhere = " or set ISTHMUS_CACHE to a directory on a larger disk"
    require_space(cache, _space(missing), " and ".join(sorted(missing)), elsewhere)
    if environments and bundle.unix_users and not _same_disk(cache, layout.root):
        # Its users' environments lie with the site, and are copies of what the cache has.
        require_space(layout.root, _space(environments), " and ".join(sorted(environments)))
    jobs: list[Callable[[], None]] = []
    if environments:
        jobs.append(lambda: _environments(bundle, environments, cache))
    if "tool.chp" in missing:
        jobs.append(lambda: _chp(bundle, missing["tool.chp"], cache))
    if "tool.versitygw" in missing:
        jobs.append(lambda: _versitygw(bundle, missing["tool.versitygw"], cache))
    with ThreadPoolExecutor(len(jobs)) as pool:
        running = [pool.submit(job) for job in jobs]
        try:
            wait(running)
        except KeyboardInterrupt:
            end_builds()
            raise
    failures = [error for future in running if (error := future.exception())]
    if failures:
        raise failures[0]


def _space(names: Iterable[str]) -> int:
    return sum(SPACE.get(name, 500) for name in names)


def _same_disk(one: Path, other: Path) -> bool:
    """Whether two directories lie on one file system; the other is made where it is not there."""
    other.mkdir(mode=0o700, parents=True, exist_ok=True)
    return one.stat().st_dev == other.stat().st_dev


def _log(cache: Path, name: str) -> Path:
    return cache / "log" / f"{name}.log"


def _uv(bundle: Bundle, cache: Path) -> str:
    return toolchain.uv(cache, bundle.directory / bundle.tools["uv"], _log(cache, "uv"))


def _environments(bundle: Bundle, environments: dict[str, Path], cache: Path) -> None:
    uv = _uv(bundle, cache)
    executable, _ = toolchain.python()
    settings = uv_environment(executable, cache)
    for name, path in environments.items():
        lock = bundle.directory / bundle.environments[name.removeprefix("env.")]
        build_once(path, partial(_environment, uv, executable, lock, settings, cache, compiled=bundle.unix_users))


def _environment(
    uv: str, executable: str, lock: Path, settings: dict[str, str], cache: Path, into: Path, *, compiled: bool = False
) -> None:
    """Makes an environment of exactly what a lock names; `compiled` where its users may not write what Python compiles,
    and would compile it at every start of a notebook or a worker."""
    log = _log(cache, into.name)
    what = f"making the Python environment {lock.stem}"
    with step(what):
        quiet = [uv, "--no-progress", "--color", "never"]
        venv = ["venv", "--allow-existing", "--no-project", "--python", executable, str(into)]
        run_logged([*quiet, *venv], log, what, settings)
        install = ["pip", "install", "--no-deps", "--require-hashes", "--only-binary", ":all:"]
        install += ["--compile-bytecode"] if compiled else []
        run_logged([*quiet, *install, "--python", f"{into}/bin/python", "-r", str(lock)], log, what, settings)


def _chp(bundle: Bundle, path: Path, cache: Path) -> None:
    def fetch(into: Path) -> None:
        what = "fetching the hubs' proxy with npm"
        for name in ("package.json", "package-lock.json"):
            (into / name).write_bytes((bundle.directory / bundle.tools["chp"] / name).read_bytes())
        with step(what):
            command = toolchain.npm(toolchain.node())
            command += ["ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]
            run_logged(command, _log(cache, f"chp-{into.name}"), what, cwd=str(into))

    build_once(path, fetch)


def _versitygw(bundle: Bundle, path: Path, cache: Path) -> None:
    version = bundle.tools["versitygw"]

    def build(into: Path) -> None:
        what = f"building the S3 gateway (versitygw {version}), once for this machine; a minute or two"
        log = _log(cache, f"versitygw-{version}")
        scratch = into.with_name(f".{into.name}.scratch")
        with step(what), _emptied(scratch):
            environment = dict(os.environ, CGO_ENABLED="0", GOBIN=str(into), GOTOOLCHAIN="local", GOWORK="off")
            go = toolchain.go_on_path()
            if not go:
                go = _go_from_index(bundle, scratch, cache)
                environment |= {f"GO{name}": f"{scratch}/{name}" for name in ("PATH", "CACHE", "MODCACHE")}
            command = [go, "install", "-trimpath", "-ldflags=-s -w", "-modcacherw", f"{VERSITYGW}@v{version}"]
            run_logged(command, log, f"building versitygw {version}", environment)
        if not (into / "versitygw").exists():
            raise SiteFault(f"building versitygw {version} left no binary", log)

    build_once(path, build)


@contextmanager
def _emptied(directory: Path) -> Iterator[None]:
    """An empty directory for a build that holds its lock, and none afterwards; what a killed one left goes too."""
    remove_tree(directory)
    directory.mkdir()
    try:
        yield
    finally:
        remove_tree(directory)


def _go_from_index(bundle: Bundle, scratch: Path, cache: Path) -> str:
    uv = _uv(bundle, cache)
    executable, _ = toolchain.python()
    lock = bundle.directory / bundle.tools["go"]
    _environment(uv, executable, lock, uv_environment(executable, cache), cache, scratch / "venv")
    return str(scratch / "venv" / "bin" / "go")
