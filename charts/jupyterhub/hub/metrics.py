"""The hub's metrics on a port of their own, which network policy opens to Prometheus alone.

The hub's own path is at its public address too: it stays closed to who has no token for it.
"""

from __future__ import annotations

import asyncio
import os

from tornado.httpclient import AsyncHTTPClient
from tornado.web import Application, RequestHandler


class Metrics(RequestHandler):
    """What the hub tells this program's token, which may read metrics and nothing else."""

    def initialize(self, url: str, token: str) -> None:
        """Where the hub tells them."""
        self.url, self.token = url, token

    async def get(self) -> None:
        """All metrics. A hub that does not answer is a failure, not a hub without metrics."""
        headers = {"Authorization": f"token {self.token}"}
        # Before Prometheus gives up, which is after ten seconds.
        answer = await AsyncHTTPClient().fetch(self.url, headers=headers, request_timeout=8)
        self.set_header("Content-Type", answer.headers["Content-Type"])
        self.write(answer.body)


async def main() -> None:
    """Answers until it is ended."""
    told = {"url": f"{os.environ['JUPYTERHUB_API_URL']}/metrics", "token": os.environ["JUPYTERHUB_API_TOKEN"]}
    Application([("/metrics", Metrics, told)]).listen(int(os.environ["ISTHMUS_PORT"]), os.environ.get("POD_IP", ""))
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
