"""A bucket of Google Cloud Storage; who asks is who the pod is to Google."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from google.api_core.exceptions import GoogleAPIError, NotFound
from google.cloud import storage

AT_ONCE = 10  # deletions, as many as the client keeps connections: about 200 a second


class GoogleBucket:
    """See `Store` in expire_bucket.py."""

    def __init__(self, bucket: str) -> None:
        self.client = storage.Client()
        self.bucket = self.client.bucket(bucket)

    def objects(self, prefix: str) -> Iterator[tuple[str, float]]:
        """Pages of at most 1000, of only what is looked at."""
        blobs = self.client.list_blobs(self.bucket, prefix=prefix, fields="items(name,updated),nextPageToken")
        for blob in blobs:
            yield blob.name, blob.updated.timestamp()

    def delete(self, keys: list[str]) -> None:
        """Some at a time, to the last one."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for _ in pool.map(self._delete, keys):
                pass

    def _delete(self, key: str) -> None:
        try:
            self.bucket.blob(key).delete()
        except NotFound:
            return  # somebody was quicker
        except GoogleAPIError as error:
            raise RuntimeError(f"{self.bucket.name}/{key}: {error}") from error
