"""as_user.py URL USER PASSWORD [--profile ID] [--code FILE]: what a person does at a hub, over HTTP and a WebSocket.

Signs in, starts the server, runs the code in a kernel, prints one JSON object: what the kernel printed and the cookies.
Run by the site's user environment, which has the two clients it needs.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import uuid
from typing import Any
from urllib.parse import urlsplit

import requests
import websocket

DEADLINE_SECONDS = 180.0


class Person:
    """One browser's worth of cookies at one hub."""

    def __init__(self, url: str, user: str, session: requests.Session | None = None) -> None:
        self.url = url.rstrip("/")
        self.user = user
        self.session = session or requests.Session()

    def sign_in(self, password: str) -> int:
        """Fills in the login form; returns the status of the answer."""
        page = f"{self.url}/hub/login"
        self.session.get(page)
        form = {"username": self.user, "password": password, "_xsrf": self.xsrf("/hub/")}
        return self.session.post(page, data=form, allow_redirects=False).status_code

    def xsrf(self, below: str) -> str:
        """The anti-forgery cookie of a part of the site."""
        path = urlsplit(self.url).path + below
        return next((c.value or "" for c in self.session.cookies if c.name == "_xsrf" and c.path == path), "")

    def start(self, profile: str | None) -> None:
        """Starts the server and waits until it is ready."""
        options = {"profile": profile} if profile else {}
        headers = {"X-XSRFToken": self.xsrf("/hub/"), "Referer": f"{self.url}/hub/spawn"}
        api = f"{self.url}/hub/api/users/{self.user}"
        answer = self.session.post(f"{api}/server", json=options, headers=headers)
        if answer.status_code not in (201, 202, 400) or (answer.status_code == 400 and "running" not in answer.text):
            raise SystemExit(f"the hub answers {answer.status_code}: {answer.text[:500]}")
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not (told := self.session.get(api, headers=headers).json()).get("server"):
            if time.monotonic() > deadline:
                raise SystemExit(f"no server in time: {told}")
            time.sleep(0.1)

    def run(self, code: str) -> str:
        """Runs code in a new kernel; returns what it printed, or its error."""
        base = f"{self.url}/user/{self.user}"
        self.session.get(f"{base}/lab")
        headers = {"X-XSRFToken": self.xsrf(f"/user/{self.user}/")}
        kernel = self.session.post(f"{base}/api/kernels", json={"name": "python3"}, headers=headers).json()["id"]
        cookies = "; ".join(f"{c.name}={c.value}" for c in self.session.cookies if base.endswith(c.path.rstrip("/")))
        at = f"ws{base.removeprefix('http')}/api/kernels/{kernel}/channels"
        connection = websocket.create_connection(at, cookie=cookies, timeout=DEADLINE_SECONDS)
        try:
            return self._execute(connection, code)
        finally:
            connection.close()
            self.session.delete(f"{base}/api/kernels/{kernel}", headers=headers)

    def _execute(self, connection: websocket.WebSocket, code: str) -> str:
        identity = uuid.uuid4().hex
        header = {"msg_id": identity, "msg_type": "execute_request", "username": self.user, "session": identity}
        content = {"code": code, "silent": False, "store_history": False, "allow_stdin": False}
        message = {"header": {**header, "version": "5.4"}, "parent_header": {}, "metadata": {}, "channel": "shell"}
        connection.send(json.dumps({**message, "content": content}))
        printed = ""
        while True:
            told: dict[str, Any] = json.loads(connection.recv())
            if told.get("parent_header", {}).get("msg_id") != identity:
                continue
            kind, body = told["msg_type"], told["content"]
            if kind == "stream" and body["name"] == "stdout":
                printed += body["text"]
            elif kind == "error":
                raise SystemExit("\n".join(body["traceback"]))
            elif kind == "status" and body["execution_state"] == "idle":
                return printed


def main() -> None:
    """One visit."""
    parser = argparse.ArgumentParser()
    for name in ("url", "user", "password"):
        parser.add_argument(name)
    parser.add_argument("--profile")
    parser.add_argument("--code", help="a file, or - for standard input")
    arguments = parser.parse_args()
    person = Person(arguments.url, arguments.user)
    told: dict[str, Any] = {"signIn": person.sign_in(arguments.password)}
    if arguments.code and told["signIn"] == 302:
        person.start(arguments.profile)
        code = sys.stdin.read() if arguments.code == "-" else open(arguments.code, encoding="utf-8").read()
        told["printed"] = person.run(code)
    told["cookies"] = sorted({f"{c.name} {c.path}" for c in person.session.cookies})
    print(json.dumps(told))


if __name__ == "__main__":
    main()
