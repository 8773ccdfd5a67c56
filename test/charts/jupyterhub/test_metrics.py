"""The hub's metrics as Prometheus gets them."""

from __future__ import annotations

import unittest

import chart  # noqa: F401 - the program's place
from metrics import Metrics
from tornado.httpclient import AsyncHTTPClient, HTTPClientError
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application, RequestHandler

PLAIN = "text/plain; version=0.0.4; charset=utf-8"


class OfHub(RequestHandler):
    """The hub's own, for a token that may read them."""

    def get(self) -> None:
        """The metrics."""
        if self.request.headers.get("Authorization") != "token t":
            self.send_error(403)
            return
        self.set_header("Content-Type", PLAIN)
        self.write("jupyterhub_running_servers 3.0\n")


class Answers(unittest.IsolatedAsyncioTestCase):
    async def asked(self, token: str) -> tuple[bytes, str]:
        """What the program answers to somebody without a token, where the hub gave it this one."""
        socket, port = bind_unused_port()
        told = {"url": f"http://127.0.0.1:{port}/hub/api/metrics", "token": token}
        server = HTTPServer(Application([("/hub/api/metrics", OfHub), ("/metrics", Metrics, told)]))
        server.add_socket(socket)
        try:
            answer = await AsyncHTTPClient().fetch(f"http://127.0.0.1:{port}/metrics")
            return answer.body, answer.headers["Content-Type"]
        finally:
            server.stop()

    async def test_who_asks_needs_no_token(self) -> None:
        self.assertEqual(await self.asked("t"), (b"jupyterhub_running_servers 3.0\n", PLAIN))

    async def test_what_the_hub_refuses_is_a_failure(self) -> None:
        with self.assertLogs("tornado.application"), self.assertRaises(HTTPClientError) as failed:
            await self.asked("of another")
        self.assertEqual(failed.exception.code, 500)


if __name__ == "__main__":
    unittest.main()
