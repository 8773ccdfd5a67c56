"""The local AWS API of the tests: moto, which also refuses what S3 refuses and moto does not.

Usage: fake_aws.py PORT; the account is MOTO_ACCOUNT_ID. Prints its URL once it answers.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from fake_bucket_aspects import BucketAspects
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.responses import BaseResponse
from moto.iam.access_control import PermissionResult
from moto.iam.models import get_account_id_from, iam_backends
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.s3.exceptions import S3ClientError
from moto.s3.models import FakeBucket, S3Backend, s3_backends
from werkzeug.serving import make_server

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

put_bucket_policy = S3Backend.put_bucket_policy


class Refused(S3ClientError):
    def __init__(self, status: int, code: str, message: str) -> None:
        self.code = status
        super().__init__(code, message)


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def principals(statement: dict[str, Any]) -> list[str]:
    """The AWS principals that a statement names."""
    principal = statement["Principal"]
    return listed(principal if isinstance(principal, str) else principal.get("AWS", []))


def exists(principal: str) -> bool:
    """Whether S3 would know it: anybody, an account as a whole, or a user or role that is there."""
    if principal == "*" or re.fullmatch(r"\d{12}|arn:aws:iam::\d{12}:root", principal):
        return True
    match = re.fullmatch(r"arn:aws:iam::(\d{12}):(?:role|user)/.+", principal)
    if match is None:
        return False
    backend = iam_backends[match.group(1)]["aws"]
    return any(one.arn == principal for one in [*backend.roles.values(), *backend.users.values()])


def grants(statement: dict[str, Any], action: str, resource: str) -> bool:
    """Whether a statement allows something to anybody."""
    return (
        statement["Effect"] == "Allow"
        and "*" in principals(statement)
        and any(fnmatchcase(action, one) for one in listed(statement["Action"]))
        and any(fnmatchcase(resource, one) for one in listed(statement["Resource"]))
    )


def checked_policy(self: S3Backend, bucket_name: str, policy: bytes) -> None:
    """A policy that names nobody who is not there, and is public only where the bucket's block was lifted before."""
    block = self.get_bucket(bucket_name).public_access_block
    for statement in json.loads(policy)["Statement"]:
        for principal in principals(statement):
            if not exists(principal):
                raise S3ClientError("MalformedPolicy", f"Invalid principal in policy: {principal}")
        open_to_all = statement["Effect"] == "Allow" and "*" in principals(statement)
        # a new bucket is blocked
        if open_to_all and (block is None or block.block_public_policy):
            raise S3ClientError("AccessDenied", "public policies are blocked by BlockPublicPolicy")
    put_bucket_policy(self, bucket_name, policy)


def seen_by_anybody(method: str, path: str) -> bool:
    """Whether a request without a signature may be answered: reads that the bucket's policy allows to anybody."""
    name, _, key = path.strip("/").partition("/")
    bucket = all_buckets().get(name)
    if method not in ("GET", "HEAD") or bucket is None or bucket.policy is None:
        return False
    action = "s3:GetObject" if key else "s3:ListBucket"
    resource = f"arn:aws:s3:::{name}/{key}" if key else f"arn:aws:s3:::{name}"
    return any(grants(one, action, resource) for one in json.loads(bucket.policy)["Statement"])


def all_buckets() -> dict[str, FakeBucket]:
    return {name: bucket for account in s3_backends.values() for name, bucket in account["aws"].buckets.items()}


def guarded(app: WSGIApplication) -> WSGIApplication:
    def answer(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        signed = "HTTP_AUTHORIZATION" in environ
        if signed or seen_by_anybody(environ["REQUEST_METHOD"], environ["PATH_INFO"]):
            return app(environ, start)
        start("403 Forbidden", [("content-type", "text/plain")])
        return [b"AccessDenied"]

    return answer


def permitted(_bucket: FakeBucket, _action: str, _resource: str) -> PermissionResult:
    """Moto knows no conditions, so that a policy which wants TLS would deny everything; `guarded` asks it."""
    return PermissionResult.PERMITTED


def account(self: BaseResponse) -> str:
    """The account of whose credentials a request is signed with; moto takes MOTO_ACCOUNT_ID for everybody's."""
    found: str = get_account_id_from(self.get_access_key())
    return os.environ["MOTO_ACCOUNT_ID"] if found == DEFAULT_ACCOUNT_ID else found


def main() -> None:
    BaseResponse.get_current_account = account  # type: ignore[method-assign]
    S3Backend.put_bucket_policy = checked_policy  # type: ignore[method-assign]
    FakeBucket.get_permission = permitted  # type: ignore[method-assign]
    app = BucketAspects(DomainDispatcherApplication(create_backend_app), all_buckets)
    server = make_server("127.0.0.1", int(sys.argv[1]), guarded(app), threaded=True)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
