"""A store: named bytes in a folder or an S3 bucket, with the two conditional writes everything rests on.

``put_new`` writes only where nothing is yet; ``swap`` replaces only what was read. With these, commits and
publications need no lock. Keys are ``/``-separated paths; nothing here knows what the bytes mean.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Protocol

from agenda import settings
from agenda.errors import ConfigurationError, Unavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class Stored:
    """One object as a listing shows it. ``version`` changes when the bytes may have."""

    key: str
    size: int
    version: str
    modified: datetime


class Store(Protocol):
    """What a folder and a bucket both do. A missing key raises `KeyError`, a failing store `Unavailable`."""

    url: str

    def get(self, key: str) -> bytes: ...
    def put(self, key: str, content: bytes) -> None: ...
    def put_new(self, key: str, content: bytes) -> bool:
        """Write unless the key exists; say whether it was written."""
        ...

    def read(self, key: str) -> tuple[bytes, str] | None:
        """The bytes and their tag for `swap`, or None where there is no such key."""
        ...

    def swap(self, key: str, content: bytes, tag: str | None) -> bool:
        """Write if the key still has this tag (None: still doesn't exist); say whether it was written."""
        ...

    def list(self, prefix: str) -> Iterator[Stored]:
        """Every object whose key starts with ``prefix``, in the order of keys."""
        ...

    def exists(self, key: str) -> bool: ...
    def delete(self, key: str) -> None: ...


def open_store(address: str, base: Path) -> FolderStore | BucketStore:
    """The store at ``address``: ``s3://bucket/prefix``, or a path relative to ``base``."""
    if address.startswith("s3://"):
        return BucketStore(address)
    if "://" in address:
        raise ConfigurationError(f"{address!r} is no store; give a folder or s3://bucket/prefix")
    return FolderStore((base / address).resolve())


def checked_key(key: str) -> str:
    """``key``, once it is certain that it stays inside its store."""
    path = PurePosixPath(key)
    if not key or path.is_absolute() or ".." in path.parts or "\0" in key or "\\" in key:
        raise ConfigurationError(f"{key!r} is no key: keys are relative paths without '..'")
    return key


class FolderStore:
    """A store in a folder. Writes appear whole (a rename) or not at all."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.url = path.as_uri()

    def local(self, key: str) -> Path:
        return self.path / checked_key(key)

    def get(self, key: str) -> bytes:
        with self._explained(key):
            return self.local(key).read_bytes()

    def put(self, key: str, content: bytes) -> None:
        with self._explained(key), self._temporary(key, content) as temporary:
            os.replace(temporary, self.local(key))

    def put_new(self, key: str, content: bytes) -> bool:
        with self._explained(key), self._temporary(key, content) as temporary:
            try:
                os.link(temporary, self.local(key))  # unlike a rename, a link never replaces
            except FileExistsError:
                return False
            return True

    def read(self, key: str) -> tuple[bytes, str] | None:
        try:
            content = self.get(key)
        except KeyError:
            return None
        return content, hashlib.sha256(content).hexdigest()

    def swap(self, key: str, content: bytes, tag: str | None) -> bool:
        if tag is None:
            return self.put_new(key, content)
        with self._explained(key), (self.path / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # let go by itself when the process ends, however it ends
            current = self.read(key)
            if current is None or current[1] != tag:
                return False
            self.put(key, content)
            return True

    def list(self, prefix: str) -> Iterator[Stored]:
        folder = self.path / prefix.rpartition("/")[0]
        found = []
        for directory, _, names in os.walk(folder):
            for name in names:
                path = Path(directory, name)
                key = path.relative_to(self.path).as_posix()
                if key.startswith(prefix) and not name.startswith("."):
                    found.append((key, path))
        for key, path in sorted(found):
            with contextlib.suppress(FileNotFoundError):
                stat = path.stat()
                modified = datetime.fromtimestamp(stat.st_mtime, UTC)
                yield Stored(key, stat.st_size, f"{stat.st_mtime_ns}-{stat.st_size}", modified)

    def exists(self, key: str) -> bool:
        return self.local(key).is_file()

    def delete(self, key: str) -> None:
        self.local(key).unlink(missing_ok=True)

    @contextlib.contextmanager
    def _temporary(self, key: str, content: bytes) -> Iterator[Path]:
        target = self.local(key)
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".new-", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
            os.chmod(name, 0o644)
            yield Path(name)
        finally:
            Path(name).unlink(missing_ok=True)

    @contextlib.contextmanager
    def _explained(self, key: str) -> Iterator[None]:
        try:
            yield
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
            raise KeyError(key) from error
        except OSError as error:
            raise Unavailable(f"{self.path / key}: {error.strerror or error}") from error


class BucketStore:
    """A store below a prefix of an S3 bucket; credentials and endpoint as boto3 finds them."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self.bucket, _, prefix = self.url.removeprefix("s3://").partition("/")
        self.prefix = f"{prefix}/" if prefix else ""
        self._client: S3Client | None = None

    @property
    def client(self) -> S3Client:
        if self._client is None:
            import boto3  # imported late: a folder store should not pay for it

            self._client = boto3.client("s3", endpoint_url=settings.s3_endpoint())
        return self._client

    def get(self, key: str) -> bytes:
        found = self.read(key)
        if found is None:
            raise KeyError(key)
        return found[0]

    def put(self, key: str, content: bytes) -> None:
        with self._explained(key):
            self.client.put_object(Bucket=self.bucket, Key=self._at(key), Body=content, ContentType=media_type(key))

    def put_new(self, key: str, content: bytes) -> bool:
        return self.swap(key, content, None)

    def read(self, key: str) -> tuple[bytes, str] | None:
        with self._explained(key):
            try:
                answer = self.client.get_object(Bucket=self.bucket, Key=self._at(key))
            except self.client.exceptions.NoSuchKey:
                return None
            return answer["Body"].read(), answer["ETag"]

    def swap(self, key: str, content: bytes, tag: str | None) -> bool:
        from botocore.exceptions import ClientError

        condition = {"IfNoneMatch": "*"} if tag is None else {"IfMatch": tag}
        with self._explained(key):
            try:
                self.client.put_object(
                    Bucket=self.bucket, Key=self._at(key), Body=content, ContentType=media_type(key), **condition
                )
            except ClientError as error:
                if error.response["ResponseMetadata"]["HTTPStatusCode"] in (409, 412):
                    return False
                raise
            return True

    def list(self, prefix: str) -> Iterator[Stored]:
        with self._explained(prefix):
            pages = self.client.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket, Prefix=self.prefix + prefix
            )
            for page in pages:
                for item in page.get("Contents", ()):
                    key = item["Key"].removeprefix(self.prefix)
                    modified = item["LastModified"].astimezone(UTC)
                    version = f"{item['ETag'].strip(chr(34))}-{modified:%Y%m%dT%H%M%SZ}"
                    yield Stored(key, item["Size"], version, modified)

    def exists(self, key: str) -> bool:
        from botocore.exceptions import ClientError

        with self._explained(key):
            try:
                self.client.head_object(Bucket=self.bucket, Key=self._at(key))
            except ClientError as error:
                if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                    return False
                raise
            return True

    def delete(self, key: str) -> None:
        with self._explained(key):
            self.client.delete_object(Bucket=self.bucket, Key=self._at(key))

    def _at(self, key: str) -> str:
        return self.prefix + checked_key(key)

    @contextlib.contextmanager
    def _explained(self, key: str) -> Iterator[None]:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            yield
        except (BotoCoreError, ClientError) as error:
            raise Unavailable(f"s3://{self.bucket}/{self.prefix}{key}: {error}") from error


def media_type(key: str) -> str:
    """The Content-Type an object is served with."""
    import mimetypes

    extra = {".parquet": "application/vnd.apache.parquet", ".woff2": "font/woff2", ".qmd": "text/markdown"}
    kind = extra.get(PurePosixPath(key).suffix) or mimetypes.guess_type(key)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") or kind.endswith(("json", "xml")) else kind
