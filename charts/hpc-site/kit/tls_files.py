"""tls_files.py: has the site's servers read its certificate again when the files change. A program of a site's base.

Whoever renews certificates only has to write the files; nothing is done with a pair that nobody would accept.
"""

from __future__ import annotations

import json
import os
import ssl
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

if (beside := str(Path(__file__).resolve().parent)) not in sys.path:
    sys.path.insert(0, beside)

from faults import SiteFault
from layout import Layout
from supervision import Supervisor

ROUND_SECONDS = 10.0
SERVERS = ("nginx", "s3")


def require_pair(tls: Mapping[str, Any]) -> None:
    """Tries the certificate as a client would: whether it fits its key, is of the site's name, and is valid today.

    Whether clients know its authority is theirs to say.

    :raises SiteFault: with the reason.
    """
    certificate, key, host = tls["certificate"], tls["key"], tls["host"]
    try:
        server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        server.load_cert_chain(certificate, key, password=_no_passphrase)
        client.load_verify_locations(cafile=certificate)
        client.verify_flags = ssl.VERIFY_X509_PARTIAL_CHAIN
        _shake_hands(server, client, host)
    except ssl.SSLCertVerificationError as error:
        raise SiteFault(f"`tls.certificate` {certificate} is not for https://{host}: {error.verify_message}") from None
    except ssl.SSLError as error:
        reason = (error.reason or str(error)).replace("_", " ").lower()
        raise SiteFault(f"`tls.certificate` {certificate} and `tls.key` {key} are no pair: {reason}") from None
    except OSError as error:
        raise SiteFault(f"`tls` names {certificate} and {key}: {error.strerror or error}") from None


def _no_passphrase() -> str:
    raise OSError("the key has a passphrase, which nobody could type")


def _shake_hands(server: ssl.SSLContext, client: ssl.SSLContext, host: str) -> None:
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    asked = client.wrap_bio(to_client, to_server, server_hostname=host)
    asking = server.wrap_bio(to_server, to_client, server_side=True)
    waiting = [asked, asking]
    while waiting:
        for end in list(waiting):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
            waiting.remove(end)


def stamp_of(tls: Mapping[str, Any]) -> tuple[tuple[int, int, int], ...] | None:
    """Changes when a file is written or replaced; None while one is missing."""
    try:
        stats = [os.stat(tls[name]) for name in ("certificate", "key")]
    except OSError:
        return None
    return tuple((status.st_ino, status.st_mtime_ns, status.st_size) for status in stats)


def look(tls: Mapping[str, Any], seen: object, layout: Layout) -> object:
    """Has the servers read the files again if they are others than `seen`; returns what was seen now."""
    now = stamp_of(tls)
    if now is None or now == seen:
        return seen
    try:
        require_pair(tls)
        supervisor = Supervisor(layout)
        for name in SERVERS:
            supervisor.signal(name, "HUP")
        print("the certificate has changed: it is in use now", flush=True)
    except SiteFault as fault:
        print(f"the certificate has changed, and the one before stays in use: {fault}", flush=True)
    return now


def main() -> None:
    """Looks every ten seconds."""
    site = json.loads((Path(os.environ["ISTHMUS_BUNDLE"]) / "site.json").read_text("utf-8"))
    layout = Layout(Path(os.environ["ISTHMUS_SITE_ROOT"]))
    seen: object = stamp_of(site["tls"])
    while True:
        time.sleep(ROUND_SECONDS)
        seen = look(site["tls"], seen, layout)


if __name__ == "__main__":
    main()
