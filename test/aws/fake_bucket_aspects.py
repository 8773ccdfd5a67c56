"""Who pays for reads of a bucket, and where S3 copies what is in it.

Moto has no word of the one, and answers the other with less than it was told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from moto.s3.models import FakeBucket

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

XML = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'

OWNER_PAYS = f"<RequestPaymentConfiguration {XML}><Payer>BucketOwner</Payer></RequestPaymentConfiguration>"


def refusal(code: str, message: str) -> bytes:
    return f"<Error><Code>{code}</Code><Message>{message}</Message></Error>".encode()


class BucketAspects:
    """Answers `?requestPayment` and `?replication` by what was put; what S3 would refuse is refused."""

    def __init__(self, app: WSGIApplication, buckets: Callable[[], dict[str, FakeBucket]]) -> None:
        self.app = app
        self.buckets = buckets
        self.told: dict[tuple[str, str], bytes] = {}

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        name, _, key = environ["PATH_INFO"].strip("/").partition("/")
        aspect = environ["QUERY_STRING"].split("=")[0]
        method = environ["REQUEST_METHOD"]
        if key or name not in self.buckets() or aspect not in ("requestPayment", "replication"):
            if method == "DELETE" and not key and not environ["QUERY_STRING"]:
                self.told = {place: text for place, text in self.told.items() if place[0] != name}
            return self.app(environ, start)
        status, body = self.answer(method, name, aspect, environ)
        start(status, [("content-type", "application/xml"), ("content-length", str(len(body)))])
        return [body]

    def answer(self, method: str, name: str, aspect: str, environ: WSGIEnvironment) -> tuple[str, bytes]:
        place = (name, aspect)
        if method == "PUT":
            body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            refused = self.unfit(name, body) if aspect == "replication" else None
            if refused is not None:
                return "400 Bad Request", refused
            self.told[place] = body
            return "200 OK", b""
        if method == "DELETE":
            self.told.pop(place, None)
            return "204 No Content", b""
        if place in self.told:
            return "200 OK", self.told[place]
        if aspect == "requestPayment":
            return "200 OK", OWNER_PAYS.encode()
        return "404 Not Found", refusal("ReplicationConfigurationNotFoundError", "there is none")

    def unfit(self, name: str, body: bytes) -> bytes | None:
        """Copies go from and to buckets that are there and keep versions."""
        if not self.buckets()[name].is_versioned:
            return refusal(
                "InvalidRequest", "Versioning must be 'Enabled' on the bucket to apply a replication configuration"
            )
        for target in re.findall(r"<Bucket>arn:aws:s3:::([^<]+)</Bucket>", body.decode()):
            bucket = self.buckets().get(target)
            if bucket is None:
                return refusal("InvalidRequest", "Destination bucket must exist.")
            if not bucket.is_versioned:
                return refusal("InvalidRequest", "Destination bucket must have versioning enabled.")
        return None
