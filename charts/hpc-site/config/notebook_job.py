"""notebook_job.py FIRST-LAST|any http|https -- COMMAND...: in a job, finds a port, tells the hub, becomes COMMAND.

Where the home cannot be written to, it tells the hub why instead. Run by the notebooks' environment on a compute node;
needs nothing but the standard library, and cryptography where the server speaks TLS.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import socket
import sys
import time
from collections.abc import Iterable, Mapping
from urllib.parse import SplitResult, urlsplit, urlunsplit

# Python may be told (PYTHONSAFEPATH) not to look beside its script.
if (beside := os.path.dirname(os.path.realpath(__file__))) not in sys.path:
    sys.path.insert(0, beside)

from home_room import HOME_BYTES, refusal

HUB_SECONDS = 120.0


def free_port(choice: str) -> int:
    """A port of a range, or of any, that nothing listens on.

    :raises OSError: where all of the range are taken.
    """
    candidates: Iterable[int] = (0,)
    if choice != "any":
        first, last = map(int, choice.split("-"))
        candidates = random.sample(range(first, last + 1), last - first + 1)
    for port in candidates:
        with socket.socket() as probe:
            try:
                probe.bind(("", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError(f"every port of {choice} is taken on {socket.gethostname()}")


def with_port(url: str, port: int, scheme: str = "http") -> str:
    """A URL with another port, and scheme."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(scheme=scheme, netloc=f"{parts.hostname}:{port}"))


def new_key() -> tuple[bytes, str]:
    """A key of this server's own, which never leaves the node, and the request of a certificate for it; both in PEM."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(key, hashes.SHA256())
    return key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain), request.public_bytes(pem).decode()


def in_memory(name: str, content: bytes) -> str:
    """The path of a file that is on no disk, and gone with this process; the command that it becomes finds it there."""
    descriptor = os.memfd_create(name, 0)  # kept across exec
    with os.fdopen(os.dup(descriptor), "wb") as stream:
        stream.write(content)
    return f"/proc/self/fd/{descriptor}"


def connection_to(url: SplitResult) -> http.client.HTTPConnection:
    """To the hub, which the machine's authorities vouch for where it speaks TLS."""
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    return kind(url.hostname or "", url.port, timeout=30)


def tell(api: str, token: str, what: Mapping[str, object]) -> str:
    """Tells the hub something, again and again while the hub does not answer: it may be restarting. Returns its answer.

    :raises SystemExit: where the hub refuses, as it does once it has given this server up.
    """
    url = urlsplit(api)
    deadline = time.monotonic() + HUB_SECONDS
    while True:
        connection = connection_to(url)
        try:
            headers = {"Authorization": f"token {token}", "Content-Type": "application/json"}
            connection.request("POST", f"{url.path.rstrip('/')}/notebook-port", json.dumps(what), headers)
            answer = connection.getresponse()
            said = answer.read().decode("utf-8", "replace")
        except (OSError, http.client.HTTPException) as error:
            answer, said = None, str(error)
        finally:
            connection.close()
        if answer is not None and answer.status in (200, 204):
            return said
        if answer is not None and 400 <= answer.status < 500:
            sys.exit(f"the hub does not wait for this server any more: {answer.status} {said}")
        if time.monotonic() > deadline:
            sys.exit(f"the hub at {api} does not answer: {said}")
        time.sleep(1)


def main(arguments: list[str]) -> None:
    """Never returns: the process becomes the command."""
    choice, scheme, _, *command = arguments
    if scheme not in ("http", "https"):
        sys.exit("this job was submitted before an upgrade of the site: start the server again")
    api, token = os.environ["JUPYTERHUB_API_URL"], os.environ["JUPYTERHUB_API_TOKEN"]
    if why := refusal(os.environ["HOME"], HOME_BYTES):
        tell(api, token, {"refused": why})
        sys.exit(why)
    port = free_port(choice)
    os.environ["JUPYTERHUB_SERVICE_URL"] = with_port(os.environ["JUPYTERHUB_SERVICE_URL"], port, scheme)
    if scheme == "http":
        tell(api, token, {"port": port})
    else:
        key, request = new_key()
        certificate = json.loads(tell(api, token, {"port": port, "request": request}))["certificate"]
        os.environ["JUPYTERHUB_SSL_KEYFILE"] = in_memory("notebook-key", key)
        os.environ["JUPYTERHUB_SSL_CERTFILE"] = in_memory("notebook-certificate", certificate.encode())
    os.execv(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
