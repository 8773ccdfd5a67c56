"""Certificates from an ACME authority: got by the install, renewed while the site runs, kept in the site's state.

`tls` of a site.json has `server` then. The protocol is spoken by acme/acme_client.py, in an environment of its own.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from faults import SiteFault
from layout import Layout
from machine import trusted
from private_file import require_private
from tls_pair import placed, require_pair, valid_between
from whole_file import write_whole

# Where the front answers the authority from, as nginx.conf has it.
CHALLENGES = Path("run") / "acme"
# As often as authorities want to be asked when a certificate is to be renewed, and how soon after a refusal: five of
# these in an hour are what Let's Encrypt allows.
ROUND_SECONDS, RETRY_SECONDS = 6 * 3600.0, 3600.0
CLIENT_SECONDS = 300


def is_acme(tls: Mapping[str, Any] | None) -> bool:
    """Whether a site gets its certificate from an authority itself."""
    return tls is not None and "server" in tls


def prepare(layout: Layout, tls: Mapping[str, Any], python: str, bundle: Path) -> None:
    """Makes what the front starts with where there is no certificate yet: one that nobody takes."""
    for place in (_place(layout), layout.root / CHALLENGES):
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        place.chmod(0o700)
    if not Path(placed(layout, tls)["certificate"]).exists():
        code, words = _client(layout, tls, python, bundle, "placeholder")
        if code != 0:
            raise SiteFault(f"no placeholder for the certificate of {tls['host']} could be made: {words}")


def is_held(layout: Layout, tls: Mapping[str, Any]) -> bool:
    """Whether the certificate is there as the config says, and valid."""
    kept = _record_of(layout, tls)
    if kept.get("server") != tls["server"] or kept.get("email") != tls["email"]:
        return False
    try:
        require_pair(placed(layout, tls))
    except SiteFault:
        return False
    return True


def obtain(layout: Layout, tls: Mapping[str, Any], python: str, bundle: Path) -> bool:
    """Gets the certificate that a site lacks; returns whether there is another one now. The front must run.

    :raises SiteFault: with the authority's words.
    """
    with _turn(layout):
        if is_held(layout, tls):
            return False
        kept = _record_of(layout, tls)
        try:
            require_pair(placed(layout, tls))
            same = kept.get("server") == tls["server"]
        except SiteFault:
            same = False
        if (eab := tls.get("eab")) and not _account_path(layout, tls).exists():
            key = Path(eab["hmacKeyFile"])
            require_private(key, "tls.eab.hmacKeyFile", "write the key that the authority gave into it")
        code, words = _client(layout, tls, python, bundle, "account" if same else "order")
        if code != 0:
            raise SiteFault(f"no certificate for {tls['host']} from {tls['server']}: {words}")
        require_pair(placed(layout, tls))
        _record(layout, tls, None)
        return not same


def renew(layout: Layout, tls: Mapping[str, Any], python: str, bundle: Path) -> tuple[float, str]:
    """Renews the certificate if it is time; returns the seconds until the next look, and what there is to tell."""
    with _turn(layout):
        kept = _record_of(layout, tls)
        if kept.get("server") != tls["server"]:
            return 0.0, ""  # the install gets the first one
        due, unknown = _is_due(layout, tls, python, bundle)
        if not due:
            return ROUND_SECONDS, unknown
        code, words = _client(layout, tls, python, bundle, "order")
        _record(layout, {**tls, "email": kept["email"]}, words if code != 0 else None)
    if code != 0:
        return RETRY_SECONDS, f"not renewed for {tls['host']} by {tls['server']}, tried again in an hour: {words}"
    return ROUND_SECONDS, f"renewed for {tls['host']} by {tls['server']}"


def problem_of(layout: Layout, tls: Mapping[str, Any]) -> str | None:
    """Why the last renewal failed, or why there will be none; None where all is well."""
    kept = _record_of(layout, tls)
    if kept.get("server", tls["server"]) != tls["server"]:
        # After a rollback: the certificate is there, and of whom the config no longer names.
        return f"it is from {kept['server']} and is not renewed: `isthmus up` gets one from {tls['server']}"
    problem: str | None = kept.get("problem")
    return problem


def _is_due(layout: Layout, tls: Mapping[str, Any], python: str, bundle: Path) -> tuple[bool, str]:
    """In the last third of its time, or when the authority wants it, as before it revokes; and why that is unknown."""
    try:
        begins, ends = valid_between(placed(layout, tls))
    except SiteFault:
        return True, ""
    if ends - time.time() < (ends - begins) / 3:
        return True, ""
    code, told = _client(layout, tls, python, bundle, "due")
    if code != 0:
        return False, f"{tls['server']} does not say when to renew, which the last third of its time decides: {told}"
    return told.isdigit() and int(told) < time.time(), ""


def _place(layout: Layout) -> Path:
    return layout.directory("state") / "base" / "acme"


def _account_path(layout: Layout, tls: Mapping[str, Any]) -> Path:
    """Of the site at that authority."""
    server = hashlib.sha256(tls["server"].encode()).hexdigest()[:8]
    return _place(layout) / f"account-{server}.json"


def _record_path(layout: Layout, tls: Mapping[str, Any]) -> Path:
    return _place(layout) / f"{tls['host']}.json"


def _record_of(layout: Layout, tls: Mapping[str, Any]) -> dict[str, Any]:
    """From whom the certificate is, and why its last renewal failed."""
    try:
        told: dict[str, Any] = json.loads(_record_path(layout, tls).read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return told


def _record(layout: Layout, tls: Mapping[str, Any], problem: str | None) -> None:
    told = {"server": tls["server"], "email": tls["email"], "problem": problem}
    write_whole(_record_path(layout, tls), json.dumps(told) + "\n", 0o600)


@contextmanager
def _turn(layout: Layout) -> Iterator[None]:
    """One conversation at a time: the install and the program that renews may want one at once."""
    with os.fdopen(os.open(_place(layout) / "lock", os.O_WRONLY | os.O_CREAT, 0o600), "w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def _client(layout: Layout, tls: Mapping[str, Any], python: str, bundle: Path, verb: str) -> tuple[int, str]:
    """Runs the client; its exit code and what it said. No secret is on its command line."""
    wish = {
        **{name: tls.get(name) for name in ("server", "email", "host", "httpPort", "eab")},
        "account": str(_account_path(layout, tls)),
        "certificate": placed(layout, tls)["certificate"],
        "challenges": str(layout.root / CHALLENGES),
    }
    environment = dict(os.environ)
    if authorities := trusted():
        # An authority of a centre's own is known to its machines.
        environment.setdefault("REQUESTS_CA_BUNDLE", authorities)
    command = [python, "-I", str(bundle / "acme" / "acme_client.py"), verb]
    try:
        done = subprocess.run(
            command,
            input=json.dumps(wish),
            capture_output=True,
            text=True,
            env=environment,
            timeout=CLIENT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return 1, f"it has not ended after {CLIENT_SECONDS} s"
    # What a bug or a broken environment leaves is on the other output.
    words = done.stdout.strip() or done.stderr.strip().rpartition("\n")[2]
    return done.returncode, words
