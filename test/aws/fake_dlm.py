"""Amazon Data Lifecycle Manager, which neither MiniStack nor moto has: policies are kept, and no snapshot is made."""

from __future__ import annotations

import json
import os
import re
import uuid
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs, unquote

Body = dict[str, Any]
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Body]]
Send = Callable[[Body], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

policies: dict[str, Body] = {}


def created(body: Body, region: str) -> Body:
    policy_id = f"policy-{uuid.uuid4().hex[:17]}"
    arn = f"arn:aws:dlm:{region}:{os.environ['MINISTACK_ACCOUNT_ID']}:policy/{policy_id}"
    # what AWS adds to each
    details = {"PolicyType": "EBS_SNAPSHOT_MANAGEMENT", "ResourceLocations": ["CLOUD"], **body["PolicyDetails"]}
    policies[policy_id] = {
        "Tags": {},
        **body,
        "PolicyDetails": details,
        "PolicyId": policy_id,
        "PolicyArn": arn,
    }
    return {"PolicyId": policy_id}


def summaries() -> Body:
    fields = ("PolicyId", "Description", "State", "Tags")
    return {"Policies": [{field: one[field] for field in fields} for one in policies.values()]}


def on_policy(method: str, policy: Body, body: Body) -> Body:
    if method == "GET":
        return {"Policy": policy}
    if method == "DELETE":
        del policies[policy["PolicyId"]]
    else:
        policy["PolicyDetails"].update(body.pop("PolicyDetails", {}))
        policy.update(body)
    return {}


def on_tags(method: str, policy: Body, body: Body, query: str) -> Body:
    if method == "POST":
        policy["Tags"].update(body["Tags"])
    for key in parse_qs(query).get("tagKeys", []):
        policy["Tags"].pop(key, None)
    return {"Tags": policy["Tags"]}


def answer(method: str, path: str, query: str, body: Body, region: str) -> tuple[int, Body]:
    if path == "/policies":
        return 200, created(body, region) if method == "POST" else summaries()
    match = re.fullmatch(r"/(policies|tags)/(?:arn:.*/)?(policy-\w+)", unquote(path))
    policy = policies.get(match[2]) if match else None
    if match is None or policy is None:
        return 404, {"Code": "ResourceNotFoundException", "Message": f"there is no {path}"}
    return 200, on_tags(method, policy, body, query) if match[1] == "tags" else on_policy(method, policy, body)


async def whole(receive: Receive) -> bytes:
    parts, more = [], True
    while more:
        event = await receive()
        parts.append(event.get("body", b""))
        more = event.get("more_body", False)
    return b"".join(parts)


def with_dlm(app: Application) -> Application:
    """The application, with requests that are signed for this service answered here."""

    async def both(scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope.get("headers", []))
        signed = re.search(rb"/([^/]+)/dlm/aws4_request", headers.get(b"authorization", b""))
        if signed is None:
            return await app(scope, receive, send)
        body = json.loads(await whole(receive) or b"{}")
        query = scope["query_string"].decode()
        status, result = answer(scope["method"], scope["path"], query, body, signed[1].decode())
        kind = [(b"content-type", b"application/json")]
        if status != 200:
            kind.append((b"x-amzn-errortype", result["Code"].encode()))
        await send({"type": "http.response.start", "status": status, "headers": kind})
        await send({"type": "http.response.body", "body": json.dumps(result).encode()})

    return both
