"""A small S3 client for the site's own endpoint: requests signed with AWS Signature Version 4."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import time
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from faults import SiteFault
from health import connection_to


@dataclass(frozen=True)
class Endpoint:
    """An S3 endpoint with the account that speaks to it."""

    url: str
    region: str
    access_key: str
    secret_key: str
    here: str | None = None
    """Where it listens on this machine, if not as its URL says."""


def signed_headers(at: Endpoint, method: str, path: str, query: str, body: bytes, stamp: str) -> dict[str, str]:
    """The headers that sign a request; `stamp` is the time as 20260131T120000Z."""
    payload = hashlib.sha256(body).hexdigest()
    headers = {"host": urlsplit(at.url).netloc, "x-amz-content-sha256": payload, "x-amz-date": stamp}
    names = ";".join(sorted(headers))
    listed = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    canonical = "\n".join([method, quote(path), query, listed, names, payload])
    scope = f"{stamp[:8]}/{at.region}/s3/aws4_request"
    told = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"AWS4{at.secret_key}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, told.encode(), hashlib.sha256).hexdigest()
    authorization = f"AWS4-HMAC-SHA256 Credential={at.access_key}/{scope}, SignedHeaders={names}, Signature={signature}"
    return {**headers, "Authorization": authorization}


def request(at: Endpoint, method: str, path: str, query: str = "", body: bytes = b"") -> tuple[int, bytes]:
    """One request; returns status and body.

    :raises SiteFault: where the endpoint does not answer.
    """
    url = urlsplit(at.here or at.url)
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    connection = connection_to(url, 30)
    try:
        headers = signed_headers(at, method, path, query, body, stamp)
        connection.request(method, quote(path) + (f"?{query}" if query else ""), body, headers)
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, http.client.HTTPException) as error:
        raise SiteFault(f"the S3 endpoint at {at.url} does not answer: {error}") from None
    finally:
        connection.close()
