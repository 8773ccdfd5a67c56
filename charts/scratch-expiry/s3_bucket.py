"""A bucket of an S3 store, whose endpoint and keys are in the environment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import botocore.session
from botocore.config import Config

BATCH = 1000  # objects of one deletion, as S3 has it


class S3Bucket:
    """See `Store` in expire_bucket.py."""

    def __init__(self, bucket: str, style: Literal["path", "virtual"]) -> None:
        config = Config(s3={"addressing_style": style}, retries={"max_attempts": 5, "mode": "standard"})
        self.client = botocore.session.get_session().create_client("s3", config=config)
        self.bucket = bucket

    def objects(self, prefix: str) -> Iterator[tuple[str, float]]:
        """Pages of at most 1000."""
        for page in self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix):
            for item in page.get("Contents", []):
                yield item["Key"], item["LastModified"].timestamp()

    def delete(self, keys: list[str]) -> None:
        """In their order."""
        for start in range(0, len(keys), BATCH):
            objects = [{"Key": key} for key in keys[start : start + BATCH]]
            answer = self.client.delete_objects(Bucket=self.bucket, Delete={"Objects": objects, "Quiet": True})
            for error in answer.get("Errors", []):
                raise RuntimeError(f"{self.bucket}/{error.get('Key')}: {error.get('Code')} {error.get('Message')}")
