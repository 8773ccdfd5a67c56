"""notebook_authority.py PLACE -- COMMAND...: makes the authority of a hub's notebooks if need be, becomes COMMAND.

Notebooks are on nodes that only the batch system knows: each makes a key there, and asks its hub for a certificate for
that node, which the hub and its proxy believe and nobody else does.
"""

from __future__ import annotations

import fcntl
import ipaddress
import os
import ssl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes as PublicKey
from tornado.httpclient import AsyncHTTPClient

# Last: the kit has modules that are called as some of a hub's configuration.
if (kit := str(Path(__file__).resolve().parents[1] / "kit")) not in sys.path:
    sys.path.append(kit)

from whole_file import write_whole

# Longer than jobs run; the authority is as old as the site, and a proxy reads it once.
NOTEBOOK_DAYS, AUTHORITY_DAYS = 90, 20 * 365
# Clocks of nodes differ a little.
EARLIER = timedelta(minutes=10)
# It signs certificates and nothing else (RFC 5280, 4.2.1.3).
SIGNS = x509.KeyUsage(
    **{name: name == "key_cert_sign" for name in ("key_cert_sign", "crl_sign", "digital_signature", "key_agreement")},
    **{name: False for name in ("content_commitment", "key_encipherment", "data_encipherment")},
    encipher_only=False,
    decipher_only=False,
)


class NotSigned(Exception):
    """What is no request of a certificate."""


class NotebookAuthority:
    """The authority of one hub, whose key never leaves the hub's state."""

    def __init__(self, place: Path) -> None:
        """In a directory that the site's account alone reads."""
        self.certificate, self._key, self._lock = (place / f"notebooks.{kind}" for kind in ("crt", "key", "lock"))

    def ensure(self) -> None:
        """Makes it where there is none: proxy and hub may both be the first to ask."""
        with self._turn():
            if self.certificate.exists() and self._key.exists():
                return
            key = ec.generate_private_key(ec.SECP256R1())
            name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Isthmus: notebooks of one hub")])
            public = key.public_key()
            made = (
                _builder(name, name, public, AUTHORITY_DAYS)
                .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
                .add_extension(SIGNS, critical=True)
                .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            )
            pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
            write_whole(self._key, key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain).decode(), 0o600)
            write_whole(self.certificate, made.sign(key, hashes.SHA256()).public_bytes(pem).decode(), 0o600)

    def sign(self, request: str, host: str) -> str:
        """A certificate for a node, of the key in a request; nothing else of the request counts. In PEM.

        :raises NotSigned: for what is no request, or not by the key in it.
        """
        try:
            asked = x509.load_pem_x509_csr(request.encode())
        except ValueError as error:
            raise NotSigned(f"no request of a certificate: {error}") from None
        if not asked.is_signature_valid:
            raise NotSigned("a request of a certificate that its own key has not signed")
        ours = x509.load_pem_x509_certificate(self.certificate.read_bytes())
        key = serialization.load_pem_private_key(self._key.read_bytes(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        made = (
            _builder(x509.Name([]), ours.subject, asked.public_key(), NOTEBOOK_DAYS)
            .add_extension(x509.SubjectAlternativeName([_name(host)]), critical=True)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        )
        return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()

    def trust(self) -> None:
        """Has this program believe it, beside the authorities of the machine, in all that it asks by tornado."""
        context = ssl.create_default_context()
        context.load_verify_locations(cafile=self.certificate)
        AsyncHTTPClient.configure(None, defaults={"ssl_options": context})

    @contextmanager
    def _turn(self) -> Iterator[None]:
        with os.fdopen(os.open(self._lock, os.O_WRONLY | os.O_CREAT, 0o600), "w") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            yield


def _builder(subject: x509.Name, issuer: x509.Name, key: PublicKey, days: int) -> x509.CertificateBuilder:
    begins = datetime.now(UTC) - EARLIER
    number = x509.random_serial_number()
    return x509.CertificateBuilder(issuer, subject, key, number, begins, begins + timedelta(days))


def _name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def main(arguments: list[str]) -> None:
    """Never returns: the process becomes the command."""
    place, _, *command = arguments
    NotebookAuthority(Path(place)).ensure()
    os.execv(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
