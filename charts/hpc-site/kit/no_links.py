"""no_links.py DIRECTORY... -- COMMAND...: becomes COMMAND, for which symbolic links below the directories lead nowhere.

Of what reads files for others, at paths that they name, the kernel itself must refuse to follow the links of those who
may write there: each directory is mounted over itself without links (Linux 5.10), in mounts that nobody else
sees. Mounts of later are not seen by COMMAND either: in place of what was made sure of they would have links again.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

# Python is told (-I) not to look beside its script.
if (beside := str(Path(__file__).resolve().parent)) not in sys.path:
    sys.path.insert(0, beside)

from file_systems import mounted_below

CLONE_NEWNS, CLONE_NEWUSER = 0x20000, 0x10000000
MS_REMOUNT, MS_NOSYMFOLLOW, MS_BIND, MS_REC, MS_PRIVATE = 0x20, 0x100, 0x1000, 0x4000, 0x40000
ST_NOSYMFOLLOW = 0x2000
# Of the mount that is there, and who has a namespace of users may not leave them out.
KEPT_FLAGS = os.ST_RDONLY | os.ST_NOSUID | os.ST_NODEV | os.ST_NOEXEC  # the same numbers as MS_...
REMEDY = "leave `path` out of these buckets"
REMEDY_OF_USERS = f"have user namespaces allowed to this account (sysctl user.max_user_namespaces), or {REMEDY}"


def _mount(source: str | None, target: str, flags: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(source.encode() if source else None, target.encode(), None, ctypes.c_ulong(flags), None) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), target)


def _unshare_mounts() -> None:
    """Gives this process mounts of its own: to who is not root in a namespace of users, with that one user in it."""
    user, group = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNS | (0 if user == 0 else CLONE_NEWUSER)) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    if user != 0:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    _mount("none", "/", MS_REC | MS_PRIVATE)


def forbid(directories: Sequence[str]) -> None:
    """Leaves this process without links in these directories.

    :raises OSError: where the machine does not let it.
    """
    places = [os.path.realpath(directory) for directory in directories]
    for place in places:
        os.stat(f"{place}/.")  # what is mounted on demand is mounted now
    _unshare_mounts()
    for place in places:
        _mount(place, place, MS_BIND)
        _mount(None, place, MS_BIND | MS_REMOUNT | MS_NOSYMFOLLOW | os.statvfs(place).f_flag & KEPT_FLAGS)
        if not os.statvfs(place).f_flag & ST_NOSYMFOLLOW:  # an old kernel passes over what it does not know
            raise OSError(f"{place}: this kernel ({os.uname().release}) cannot; Linux 5.10 can")


def refusal(directories: Sequence[str]) -> str:
    """Why this machine does not let it; empty where it does. Nothing of this process changes."""
    if not directories:
        return ""
    command = [sys.executable, "-I", str(Path(__file__).resolve()), *directories, "--", sys.executable, "-c", ""]
    tried = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    return tried.stderr.strip() if tried.returncode else ""


def main(arguments: Sequence[str]) -> None:
    """Never returns: the process becomes the command."""
    end = arguments.index("--")
    for place in arguments[:end]:
        # What is mounted there would not be seen, and a missing chunk is read as a fill value.
        if below := mounted_below(os.path.realpath(place)):
            sys.exit(f"{below[0]} is mounted within {place}, where S3 would not see it; give it a bucket of its own")
    try:
        forbid(arguments[:end])
    except OSError as error:
        what = error.args[0] if len(error.args) == 1 else f"{error.filename or 'mounts'}: {error.strerror}"
        places = ", ".join(arguments[:end])
        remedy = REMEDY if os.geteuid() == 0 else REMEDY_OF_USERS
        sys.exit(f"the S3 endpoint would follow others' symbolic links in {places}: {what}; {remedy}")
    os.execv(arguments[end + 1], arguments[end + 1 :])


if __name__ == "__main__":
    main(sys.argv[1:])
