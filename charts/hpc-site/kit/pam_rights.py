"""Whether a hub that is not root can ask PAM about people's passwords."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from faults import SiteFault
from layout import Layout
from sockets import user_name

SHADOW = Path("/etc/shadow")
PLACES = (Path("/etc/pam.d"), Path("/usr/lib/pam.d"))
# These know no passwords, or only those of /etc/shadow, which pam_unix reads for root and for the file's group.
LOCAL = frozenset(
    [
        *("pam_access", "pam_cap", "pam_deny", "pam_env", "pam_faildelay", "pam_faillock", "pam_group", "pam_issue"),
        *("pam_keyinit", "pam_listfile", "pam_localuser", "pam_motd", "pam_nologin", "pam_permit", "pam_rootok"),
        *("pam_securetty", "pam_selinux", "pam_shells", "pam_succeed_if", "pam_systemd", "pam_time", "pam_unix"),
        *("pam_usertype", "pam_warn", "pam_wheel"),
    ]
)
LINE = re.compile(r"^-?auth\s+(?:\[[^\]]*\]|(?P<control>\w+))\s+(?P<what>\S+)")


def auth_modules(service: str, places: tuple[Path, ...] = PLACES, within: tuple[str, ...] = ()) -> Iterator[str]:
    """Names of the modules that a PAM service asks for a password, those that it includes too."""
    if service in within:
        return
    found = next((place / service for place in places if (place / service).is_file()), None)
    if found is None:
        if service != "other":  # what PAM asks for services that have no file
            yield from auth_modules("other", places, (*within, service))
        return
    for line in found.read_text("utf-8", "replace").replace("\\\n", " ").splitlines():
        words = line.split("#")[0].split()
        if words[:1] == ["@include"] and len(words) > 1:
            yield from auth_modules(words[1], places, (*within, service))
        elif match := LINE.match(line):
            if match["control"] in ("include", "substack"):
                yield from auth_modules(match["what"], places, (*within, service))
            else:
                yield os.path.basename(match["what"]).removesuffix(".so")


def require(layout: Layout, service: str) -> None:
    """Refuses a hub whose people could never sign in.

    :raises SiteFault: where their passwords lie in a file that this account may not read, and nowhere else.
    """
    if os.geteuid() == 0 or not LOCAL.issuperset(auth_modules(service)):
        return
    account = user_name(os.geteuid())
    if not os.access(SHADOW, os.R_OK):
        raise SiteFault(
            f"{account} cannot ask PAM about people's passwords: service {service} looks in {SHADOW} alone, which only "
            f"root and the file's group read. Let {account} into that group (usermod -aG shadow {account}), or name a "
            "service that asks a directory (pam_sss, pam_ldap, pam_krb5) as the `service` of `auth`, or of its `link`"
        )
    if SHADOW.stat().st_gid not in (os.getegid(), *supervisors_groups(layout)):
        raise SiteFault(
            f"{account} is in the group of {SHADOW}, but the site's programs were started before and are not: "
            "end them with isthmus down (data stays), then run isthmus up again"
        )


def supervisors_groups(layout: Layout) -> Sequence[int]:
    """The groups of the site's supervisor, which all its programs have; those of this program where none runs."""
    try:
        told = Path(f"/proc/{layout.supervisor_pid.read_text().strip()}/status").read_text("utf-8")
    except OSError:
        return os.getgroups()
    groups = re.search(r"^Groups:(.*)$", told, re.MULTILINE)
    return [int(number) for number in groups[1].split()] if groups else []
