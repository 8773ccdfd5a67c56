"""What a dataset is copied from: a public bucket of an S3 store, which anybody lists and reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

Answer = TypeVar("Answer")

BLOCK_BYTES = 1 << 20
# A connection that breaks in the middle of an object, which the client does not mend by itself.
ATTEMPTS = 3
GONE = ("NoSuchKey", "404", "412", "PreconditionFailed")


class CopyFault(Exception):
    """Why a copy cannot go on, in a line for the site's operator."""


class ChangedMeanwhile(Exception):
    """An object is not there any more as it was listed."""


@dataclass(frozen=True)
class Listed:
    """An object as its store lists it."""

    key: str
    size: int
    etag: str
    """Without quotes; empty where the store has none."""
    written: float

    @property
    def version(self) -> str:
        """Changes when the object is written again."""
        return self.etag or f"written {self.written:.3f}"


class Source(Protocol):
    """Where a dataset is copied from."""

    def objects(self, prefix: str) -> Iterator[Listed]:
        """Every object below a prefix, in the order of their keys' bytes.

        :raises CopyFault: where they cannot be listed to the last one.
        """
        ...

    def read(self, listed: Listed, into: Callable[[bytes], object], again: Callable[[], object]) -> None:
        """Hands an object on in blocks, as it was listed; `again` is called before it starts anew.

        :raises ChangedMeanwhile: where it is another one by now.
        :raises CopyFault: where it cannot be read.
        """
        ...


class S3Source:
    """A bucket by the S3 protocol, asked without keys."""

    def __init__(self, place: Mapping[str, Any], at_once: int) -> None:
        # Only a site that copies has the client: the rules above are tried without it.
        import botocore.session
        from botocore import UNSIGNED
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

        config = Config(
            signature_version=UNSIGNED,
            s3={"addressing_style": "path" if place["pathStyle"] else "virtual"},
            retries={"max_attempts": 5, "mode": "standard"},
            # Stores that are not AWS's need not know its checksums.
            response_checksum_validation="when_required",
            **{"connect_timeout": 15, "read_timeout": 60, "max_pool_connections": at_once},
        )
        session = botocore.session.get_session()
        self.client = session.create_client(
            "s3", region_name=place["region"], endpoint_url=place["endpoint"], config=config
        )
        self.bucket = place["bucket"]
        self.where = f"{place['endpoint']}, bucket {self.bucket}"
        self.refused, self.broken, self.cut = ClientError, BotoCoreError, HTTPClientError

    def objects(self, prefix: str) -> Iterator[Listed]:
        """A thousand a request; see `Source`."""
        pages = iter(self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix))
        while (page := self._asked(lambda: next(pages, None))) is not None:
            for item in page.get("Contents", []):
                etag = item.get("ETag", "").strip('"')
                yield Listed(item["Key"], item["Size"], etag, item["LastModified"].timestamp())

    def read(self, listed: Listed, into: Callable[[bytes], object], again: Callable[[], object]) -> None:
        """See `Source`."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                self._read(listed, into)
                return
            except self.cut as error:
                if attempt == ATTEMPTS:
                    raise CopyFault(f"{self.where}: {listed.key} broke off: {error}") from None
                again()

    def _read(self, listed: Listed, into: Callable[[bytes], object]) -> None:
        unchanged = {"IfMatch": f'"{listed.etag}"'} if listed.etag else {}
        answer = self._asked(lambda: self.client.get_object(Bucket=self.bucket, Key=listed.key, **unchanged))
        if answer["ContentLength"] != listed.size:
            raise ChangedMeanwhile(listed.key)
        for block in answer["Body"].iter_chunks(BLOCK_BYTES):
            into(block)

    def _asked(self, ask: Callable[[], Answer]) -> Answer:
        try:
            return ask()
        except self.refused as error:
            code = error.response.get("Error", {}).get("Code", "")
            if code in GONE:
                raise ChangedMeanwhile(code) from None
            raise CopyFault(f"{self.where}: {error}") from None
        except self.broken as error:
            raise CopyFault(f"{self.where}: {error}") from None
