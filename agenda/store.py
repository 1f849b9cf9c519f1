"""A store: named bytes in a folder or an S3 bucket, with the two conditional writes everything rests on.

``put_new`` writes only where nothing is yet; ``swap`` replaces only what was read. With these, commits and
publications need no lock. Keys are ``/``-separated paths; nothing here knows what the bytes mean.

A write is whole or absent, however its process ends. A listing leaves out names that begin with a dot
(editors and copy programs leave such files lying about), and keys that `checked_key` would refuse.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import mimetypes
import os
import secrets
import stat
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Protocol

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
    def get_version(self, key: str, version: str) -> bytes | None:
        """The bytes, if they are still the version that a listing showed; None where they have changed since."""
        ...

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
    def alias(self, name: str, target: str, files: Sequence[str]) -> None:
        """Have ``name/…`` show the ``files`` that lie below ``target/…``, and nothing else.

        In a folder all at once; in a bucket one after the other, in the order given.
        """
        ...


def open_store(address: str, base: Path) -> FolderStore | BucketStore:
    """The store at ``address``: ``s3://bucket/prefix``, or a path relative to ``base``."""
    if address.startswith("s3://"):
        return BucketStore(address)
    if "://" in address:
        raise ConfigurationError(f"{address!r} is no store; give a folder or s3://bucket/prefix")
    return FolderStore(base / address)


def checked_key(key: str) -> str:
    """``key``, once it is certain that it stays inside its store and means the same in a folder and a bucket."""
    if any(part in ("", ".", "..") for part in key.split("/")) or "\0" in key or "\\" in key:
        raise ConfigurationError(f"{key!r} is no key: keys are relative paths of plain names")
    return key


def _is_listed(key: str) -> bool:
    """Whether a listing shows ``key``; see the top of this module."""
    with contextlib.suppress(ConfigurationError, UnicodeEncodeError):
        key.encode()  # a name that is no text can't be named anywhere else
        return not checked_key(key).rpartition("/")[2].startswith(".")
    return False


class FolderStore:
    """A store in a folder. Symlinks that lie in it are not followed."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.url = self.path.as_uri()

    def local(self, key: str) -> Path:
        """Where ``key`` lies on the disk."""
        return self.path / checked_key(key)

    def get(self, key: str) -> bytes:
        return self._got(key)[0]

    def get_version(self, key: str, version: str) -> bytes | None:
        content, found = self._got(key)
        return content if found == version else None

    def _got(self, key: str) -> tuple[bytes, str]:
        """The bytes, and the version the file had once they were read: whoever writes meanwhile moves its time."""
        with self._explained(key):
            try:
                handle = os.open(self.local(key), os.O_RDONLY | os.O_NOFOLLOW)
                with open(handle, "rb") as stream:
                    return stream.read(), _file_version(os.fstat(handle))
            except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
                raise KeyError(key) from error

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
        with self._alone(key):
            current = self.read(key)
            if current is None or current[1] != tag:
                return False
            self.put(key, content)
            return True

    def list(self, prefix: str) -> Iterator[Stored]:
        found = []
        for directory, _, names in os.walk(self.path / prefix.rpartition("/")[0]):
            for name in names:
                path = Path(directory, name)
                key = path.relative_to(self.path).as_posix()
                if key.startswith(prefix) and _is_listed(key):
                    found.append((key, path))
        for key, path in sorted(found):
            with contextlib.suppress(FileNotFoundError):
                status = path.lstat()
                if stat.S_ISREG(status.st_mode):  # neither a link nor a pipe that would never end
                    modified = datetime.fromtimestamp(status.st_mtime, UTC)
                    yield Stored(key, status.st_size, _file_version(status), modified)

    def exists(self, key: str) -> bool:
        return self.local(key).is_file()

    def delete(self, key: str) -> None:
        with self._explained(key), contextlib.suppress(FileNotFoundError):
            self.local(key).unlink()

    def alias(self, name: str, target: str, files: Sequence[str]) -> None:
        if (link := self.local(name)).is_dir() and not link.is_symlink():
            raise Unavailable(f"{link} is a folder where a link belongs (was it copied here?); move it away, run again")
        temporary = link.with_name(f".new-{secrets.token_hex(8)}")
        with self._explained(name):
            link.parent.mkdir(parents=True, exist_ok=True)
            temporary.symlink_to(os.path.relpath(self.local(target), link.parent))
            try:
                os.replace(temporary, link)
            finally:
                temporary.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _alone(self, key: str) -> Iterator[None]:
        """Keeps other swaps in this folder waiting; the kernel lets go when the process ends, however it ends."""
        with self._explained(key):
            self.path.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.path, os.O_RDONLY)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX)
                yield
            finally:
                os.close(handle)

    @contextlib.contextmanager
    def _temporary(self, key: str, content: bytes) -> Iterator[str]:
        """The bytes in a file of its own, in the folder that the key lies in; gone afterwards, if it wasn't renamed."""
        folder = self.local(key).parent
        folder.mkdir(parents=True, exist_ok=True)
        name = f"{folder}/.new-{secrets.token_hex(8)}"
        try:
            with open(name, "xb") as stream:
                stream.write(content)
                os.fchmod(stream.fileno(), 0o644)
            yield name
        finally:
            Path(name).unlink(missing_ok=True)

    @contextlib.contextmanager
    def _explained(self, key: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise Unavailable(f"{self.path / key}: {error.strerror or error}") from error


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
            if _is_listed(key):
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


def _file_version(status: os.stat_result) -> str:
    return f"{status.st_mtime_ns}-{status.st_size}"


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
