"""A site's certificate and its key: tried as a client would, before servers use them."""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from typing import Any

from faults import SiteFault
from layout import Layout


def placed(layout: Layout, tls: Mapping[str, Any]) -> dict[str, Any]:
    """The same with absolute paths: what the site keeps itself is told from its root."""
    return {**tls, **{name: str(layout.root / tls[name]) for name in ("certificate", "key")}}


def require_pair(tls: Mapping[str, Any]) -> dict[str, Any]:
    """What a certificate says, tried as a client would: it fits its key, is of the site's name, and valid today.

    Whether clients know its authority is theirs to say.

    :raises SiteFault: with the reason.
    """
    certificate, key, host = tls["certificate"], tls["key"], tls["host"]
    try:
        server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        server.load_cert_chain(certificate, key, password=_no_passphrase)
        client.load_verify_locations(cafile=certificate)
        client.verify_flags = ssl.VERIFY_X509_PARTIAL_CHAIN
        return _shake_hands(server, client, host)
    except ssl.SSLCertVerificationError as error:
        raise SiteFault(f"{_named(tls)} is not for https://{host}: {error.verify_message}") from None
    except ssl.SSLError as error:
        reason = (error.reason or str(error)).replace("_", " ").lower()
        raise SiteFault(f"`tls.certificate` {certificate} and `tls.key` {key} are no pair: {reason}") from None
    except OSError as error:
        raise SiteFault(f"`tls` names {certificate} and {key}: {error.strerror or error}") from None


def _named(tls: Mapping[str, Any]) -> str:
    return f"the certificate from {tls['server']}" if "server" in tls else f"`tls.certificate` {tls['certificate']}"


def _no_passphrase() -> str:
    raise OSError("the key has a passphrase, which nobody could type")


def _shake_hands(server: ssl.SSLContext, client: ssl.SSLContext, host: str) -> dict[str, Any]:
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
    return dict(asked.getpeercert() or {})


def valid_between(tls: Mapping[str, Any]) -> tuple[int, int]:
    """From when until when a certificate is valid, in seconds since 1970.

    :raises SiteFault: where it is not, today and for the site's name.
    """
    told = require_pair(tls)
    return ssl.cert_time_to_seconds(told["notBefore"]), ssl.cert_time_to_seconds(told["notAfter"])


def stamp_of(tls: Mapping[str, Any]) -> tuple[tuple[int, int, int], ...] | None:
    """Changes when a file is written or replaced; None while one is missing."""
    try:
        stats = [os.stat(tls[name]) for name in ("certificate", "key")]
    except OSError:
        return None
    return tuple((status.st_ino, status.st_mtime_ns, status.st_size) for status in stats)
