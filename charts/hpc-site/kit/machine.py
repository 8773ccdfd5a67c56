"""What only the machine knows and the front needs to reach other stores: name servers, and whom to believe over TLS."""

from __future__ import annotations

import os
import re
import ssl
from pathlib import Path

RESOLV_CONF = Path("/etc/resolv.conf")
# Debian and its kin, Red Hat and its kin, SUSE.
BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
)


def nameservers(text: str) -> list[str]:
    """The name servers of a resolv.conf, as nginx writes them; without one, this machine's own."""
    found = re.findall(r"^\s*nameserver\s+([0-9A-Fa-f.:]+)\s*$", text, re.MULTILINE)
    return [f"[{server}]" if ":" in server else server for server in found] or ["127.0.0.1"]


def trusted() -> str | None:
    """The file of certificate authorities that this machine trusts."""
    told = [os.environ.get("SSL_CERT_FILE"), ssl.get_default_verify_paths().cafile, *BUNDLES]
    return next((path for path in told if path and Path(path).is_file()), None)


def front_conf() -> str:
    """Lines for the front's `http` block. Names are asked for again after half a minute: stores' addresses change."""
    text = RESOLV_CONF.read_text("utf-8", "replace") if RESOLV_CONF.exists() else ""
    authorities = trusted()
    verify = f'proxy_ssl_trusted_certificate "{authorities}";\n' if authorities else ""
    return f"resolver {' '.join(nameservers(text))} valid=30s;\n{verify}"
