"""launch.py NAME -- COMMAND…: ends what an earlier, crashed run of this program left behind, then becomes COMMAND.

A killed nginx leaves workers that hold its port, so that a new one could never bind. Run with -I -S: it starts in a few
milliseconds and imports nothing of the kit. The program's environment file gives it its settings and its own secrets.
"""

from __future__ import annotations

import os
import signal
import sys
import time


def boot_id() -> str:
    """Differs after each boot."""
    with open("/proc/sys/kernel/random/boot_id") as stream:
        return stream.read().strip()


def group_members(group: int) -> list[int]:
    """Living processes of a process group, without this one."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit() and int(entry) != os.getpid():
            try:
                with open(f"/proc/{entry}/stat") as stream:
                    fields = stream.read().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[2]) == group and fields[0] not in "ZX":
                found.append(int(entry))
    return found


def is_ours(pid: int, root: str, tree: str) -> bool:
    """Whether a process is this site's: by its environment; nginx writes its title over that, so by what and where."""
    try:
        with open(f"/proc/{pid}/environ", "rb") as stream:
            if f"ISTHMUS_SITE_ROOT={root}".encode() in stream.read().split(b"\0"):
                return True
        executable, directory = os.readlink(f"/proc/{pid}/exe"), os.readlink(f"/proc/{pid}/cwd")
    except OSError:
        return False
    executable = executable.removesuffix(" (deleted)")  # its environment was built anew meanwhile
    is_front = executable.startswith(tree + "/") and os.path.basename(executable) == "nginx"
    return is_front and directory == os.path.realpath(root)


def end_earlier(record: str, root: str, tree: str) -> None:
    """Kills the rest of the process group that `record` names, if it is of this boot, and waits until it is gone."""
    try:
        with open(record) as stream:
            group, boot = stream.read().split()
    except (OSError, ValueError):
        return
    if boot != boot_id() or int(group) == os.getpid():
        return
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        left = [pid for pid in group_members(int(group)) if is_ours(pid, root, tree)]
        if not left:
            return
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                continue
        time.sleep(0.01)


def remember(record: str) -> None:
    """Writes down this process group, over what is there and as long: a full disk keeps no program from starting."""
    try:
        descriptor = os.open(record, os.O_WRONLY | os.O_CREAT, 0o644)
        os.write(descriptor, f"{os.getpgrp():<10} {boot_id()}\n".encode())
        os.close(descriptor)
    except OSError as error:
        print(f"{record} cannot be written: {error}", file=sys.stderr, flush=True)


def write_to(log: str) -> None:
    """Sends output to the log itself: the supervisor's pipe would end with it, and then whoever writes next."""
    try:
        descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    except OSError as error:
        print(f"{log} cannot be written: {error}", file=sys.stderr, flush=True)
        return
    for output in (1, 2):
        os.dup2(descriptor, output)
    os.close(descriptor)


def read_environment(path: str) -> dict[str, str]:
    """`NAME=value` lines."""
    with open(path, encoding="utf-8") as stream:
        return dict(line.rstrip("\n").split("=", 1) for line in stream if "=" in line)


def main(arguments: list[str]) -> None:
    """Never returns: the process becomes the command."""
    name, command = arguments[0], arguments[2:]
    root = os.environ["ISTHMUS_SITE_ROOT"]
    write_to(f"{root}/log/{name}.log")
    record = f"{root}/run/{name}.pgid"
    environments = os.path.realpath(os.path.join(os.path.dirname(command[0]), "..", ".."))
    end_earlier(record, root, environments)
    remember(record)
    bundle = f"{root}/current/{os.environ['ISTHMUS_ID']}"
    own = read_environment(f"{root}/secrets/{name}.env")
    os.execve(command[0], command, {**os.environ, "ISTHMUS_BUNDLE": bundle, **own})


if __name__ == "__main__":
    main(sys.argv[1:])
