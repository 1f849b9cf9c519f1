"""A store in a bucket: the server's conditional PUTs are its conditional writes."""

from __future__ import annotations

import contextlib
import mimetypes
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from agenda import settings
from agenda.errors import ConfigurationError, Unavailable
from agenda.store.protocol import Stored, checked_key, is_listed

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class BucketStore:
    """A store below a prefix of an S3 bucket; credentials and endpoint as boto3 finds them.

    The server must answer conditional PUTs (``If-None-Match``, ``If-Match``), as AWS and SeaweedFS do.
    """

    def __init__(self, url: str) -> None:
        self.bucket, _, prefix = url.removeprefix("s3://").rstrip("/").partition("/")
        if not self.bucket:
            raise ConfigurationError(f"{url!r} names no bucket; write s3://bucket/prefix")
        self.prefix = f"{checked_key(prefix)}/" if prefix else ""
        self.url = f"s3://{self.bucket}/{self.prefix}".rstrip("/")
        self._client: S3Client | None = None

    @property
    def client(self) -> S3Client:
        if self._client is None:
            import boto3  # imported late: a folder store should not pay for it
            from botocore.config import Config

            config = Config(connect_timeout=10, read_timeout=60, retries={"mode": "standard", "max_attempts": 4})
            session = boto3.session.Session()  # its own: the default one may not be shared between threads
            self._client = session.client("s3", endpoint_url=settings.s3_endpoint(), config=config)
        return self._client

    def get(self, key: str) -> bytes:
        return self._got(key)[0]

    def get_version(self, key: str, version: str) -> bytes | None:
        content, tag, modified = self._got(key)
        return content if _object_version(tag, modified) == version else None

    def put(self, key: str, content: bytes) -> None:
        with self._explained(key):
            self._put(key, content)

    def put_new(self, key: str, content: bytes) -> bool:
        return self.swap(key, content, None)

    def read(self, key: str) -> tuple[bytes, str] | None:
        with contextlib.suppress(KeyError):
            return self._got(key)[:2]
        return None

    def _got(self, key: str) -> tuple[bytes, str, datetime]:
        """The bytes, their tag and when they were written, all from one answer."""
        from botocore.exceptions import ClientError

        with self._explained(key):
            try:
                answer = self.client.get_object(Bucket=self.bucket, Key=self._at(key))
            except ClientError as error:
                if error.response["Error"]["Code"] == "NoSuchKey":
                    raise KeyError(key) from error
                raise
            return answer["Body"].read(), answer["ETag"], answer["LastModified"]

    def swap(self, key: str, content: bytes, tag: str | None) -> bool:
        from botocore.exceptions import ClientError

        condition = {"IfNoneMatch": "*"} if tag is None else {"IfMatch": tag}
        pauses = [1.0, 0.3, 0.1]
        with self._explained(key):
            while True:
                try:
                    self._put(key, content, **condition)
                    return True
                except ClientError as error:
                    status = _status(error)
                    if status == 409 and pauses:  # AWS: another write is under way; ask again
                        time.sleep(pauses.pop())
                    elif status == 412:
                        # a request that was sent twice may have met its own first write
                        sent_twice = error.response["ResponseMetadata"].get("RetryAttempts", 0) > 0
                        return sent_twice and self.get(key) == content
                    elif status == 404 and tag is not None:  # what was read is gone
                        return False
                    else:
                        raise

    def list(self, prefix: str) -> Iterator[Stored]:
        with self._explained(prefix):
            pages = self.client.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket, Prefix=self.prefix + prefix
            )
            items = {item["Key"].removeprefix(self.prefix): item for page in pages for item in page.get("Contents", ())}
        for key, item in sorted(items.items()):  # SeaweedFS sorts folder by folder, AWS by whole keys
            if is_listed(key):
                modified = item["LastModified"].astimezone(UTC)
                yield Stored(key, item["Size"], _object_version(item["ETag"], modified), modified)

    def exists(self, key: str) -> bool:
        return self._head(key) is not None

    def delete(self, key: str) -> None:
        with self._explained(key):
            self.client.delete_object(Bucket=self.bucket, Key=self._at(key))

    def alias(self, name: str, target: str, files: Sequence[str]) -> None:
        """Copies within the bucket, each saying in its metadata what it is a copy of.

        What is too much goes before the last copy is made, so the last one tells whether all is done.
        """
        metadata = {"alias-of": target}
        done = self._head(f"{name}/{files[-1]}")
        if done is not None and done["Metadata"] == metadata:
            return
        wanted = {f"{name}/{file}" for file in files}
        surplus = [stored.key for stored in self.list(f"{name}/") if stored.key not in wanted]
        for file in files:
            if file == files[-1]:
                for key in surplus:
                    self.delete(key)
            with self._explained(f"{name}/{file}"):
                self.client.copy_object(
                    Bucket=self.bucket,
                    Key=self._at(f"{name}/{file}"),
                    CopySource={"Bucket": self.bucket, "Key": self._at(f"{target}/{file}")},
                    ContentType=media_type(file),
                    Metadata=metadata,
                    MetadataDirective="REPLACE",
                )

    def _put(self, key: str, content: bytes, **condition: Any) -> None:
        self.client.put_object(
            Bucket=self.bucket, Key=self._at(key), Body=content, ContentType=media_type(key), **condition
        )

    def _head(self, key: str) -> Any | None:
        from botocore.exceptions import ClientError

        with self._explained(key):
            try:
                return self.client.head_object(Bucket=self.bucket, Key=self._at(key))
            except ClientError as error:
                if _status(error) == 404:
                    return None
                raise

    def _at(self, key: str) -> str:
        return self.prefix + checked_key(key)

    @contextlib.contextmanager
    def _explained(self, key: str) -> Iterator[None]:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            yield
        except (BotoCoreError, ClientError) as error:
            raise Unavailable(f"s3://{self.bucket}/{self.prefix}{key}: {error}") from error


def _object_version(tag: str, modified: datetime) -> str:
    return f"{tag.strip(chr(34))}-{modified.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _status(error: Any) -> Any:
    """The HTTP status S3 answered with, a number; None where it gave no answer."""
    return error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")


_MEDIA_TYPES = {".atom": "application/atom+xml", ".parquet": "application/vnd.apache.parquet", ".woff2": "font/woff2"}


def media_type(key: str) -> str:
    """The Content-Type an object is served with."""
    kind = _MEDIA_TYPES.get(PurePosixPath(key).suffix) or mimetypes.guess_type(key)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") or kind.endswith(("json", "xml")) else kind
