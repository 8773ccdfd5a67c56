"""Things that are expensive to build, built once for a machine: under a lock, marked complete last."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from faults import SiteFault, telling_line

COMPLETE = ".complete"
RUNNING: list[subprocess.Popen[bytes]] = []


def is_built(directory: Path) -> bool:
    """Whether a build of the cache was finished."""
    return (directory / COMPLETE).exists()


def build_once(directory: Path, build: Callable[[Path], None]) -> Path:
    """Builds `directory` unless that is done; another process that builds it meanwhile is waited for.

    An unfinished build of a process that died is removed first. Environments hold their own path, so the build goes on
    in place and the marker comes last.
    """
    if is_built(directory):
        return directory
    directory.parent.mkdir(parents=True, exist_ok=True)
    with (directory.parent / f".{directory.name}.lock").open("a") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        if is_built(directory):
            return directory
        remove_tree(directory)
        directory.mkdir(parents=True)
        try:
            build(directory)
        except BaseException:
            remove_tree(directory)
            raise
        (directory / COMPLETE).touch()
    return directory


def remove_tree(directory: Path) -> None:
    """Removes a directory, read-only parts of it included."""

    def writable(function: Callable[[str], object], path: str, _: object) -> None:
        os.chmod(os.path.dirname(path), 0o700)
        if os.path.isdir(path):
            os.chmod(path, 0o700)
        function(path)

    if directory.exists():
        shutil.rmtree(directory, onerror=writable)


def run_logged(
    command: list[str], log: Path, what: str, environment: Mapping[str, str] | None = None, cwd: str | None = None
) -> None:
    """Runs a build command with its output in a log; a failure becomes one line of that log.

    :raises SiteFault: where the command fails or is not there.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as stream:
        try:
            child = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream, env=environment, cwd=cwd
            )
        except FileNotFoundError:
            raise SiteFault(f"{what}: {command[0]} is not there") from None
        RUNNING.append(child)
        code = child.wait()
        RUNNING.remove(child)
    if code != 0:
        raise SiteFault(f"{what} failed: {telling_line(log, f'exit code {code}')}", log)


def end_builds() -> None:
    """Ends the build commands that run now; each then fails as if by itself, and cleans up."""
    for child in list(RUNNING):
        child.terminate()
