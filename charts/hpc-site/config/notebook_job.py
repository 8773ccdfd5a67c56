"""notebook_job.py FIRST-LAST|any -- COMMAND...: in a job, finds a free port, tells it to the hub, becomes COMMAND.

Where the home cannot be written to, it tells the hub why instead. Run by the notebooks' environment on a compute node;
needs nothing but the standard library.
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
from urllib.parse import urlsplit, urlunsplit

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


def with_port(url: str, port: int) -> str:
    """A URL with another port."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{parts.hostname}:{port}"))


def tell(api: str, token: str, what: Mapping[str, object]) -> None:
    """Tells the hub something, again and again while the hub does not answer: it may be restarting.

    :raises SystemExit: where the hub refuses, as it does once it has given this server up.
    """
    url = urlsplit(api)
    deadline = time.monotonic() + HUB_SECONDS
    while True:
        connection = http.client.HTTPConnection(url.hostname or "", url.port or 80, timeout=30)
        try:
            headers = {"Authorization": f"token {token}", "Content-Type": "application/json"}
            connection.request("POST", f"{url.path.rstrip('/')}/notebook-port", json.dumps(what), headers)
            answer = connection.getresponse()
            said = answer.read().decode("utf-8", "replace")
        except (OSError, http.client.HTTPException) as error:
            answer, said = None, str(error)
        finally:
            connection.close()
        if answer is not None and answer.status == 204:
            return
        if answer is not None and 400 <= answer.status < 500:
            sys.exit(f"the hub does not wait for this server any more: {answer.status} {said}")
        if time.monotonic() > deadline:
            sys.exit(f"the hub at {api} does not answer: {said}")
        time.sleep(1)


def main(arguments: list[str]) -> None:
    """Never returns: the process becomes the command."""
    choice, command = arguments[0], arguments[2:]
    api, token = os.environ["JUPYTERHUB_API_URL"], os.environ["JUPYTERHUB_API_TOKEN"]
    if why := refusal(os.environ["HOME"], HOME_BYTES):
        tell(api, token, {"refused": why})
        sys.exit(why)
    port = free_port(choice)
    os.environ["JUPYTERHUB_SERVICE_URL"] = with_port(os.environ["JUPYTERHUB_SERVICE_URL"], port)
    tell(api, token, {"port": port})
    os.execv(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
