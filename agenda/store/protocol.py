"""What a folder and a bucket both do, and which keys both can hold."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from agenda.errors import ConfigurationError


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


def checked_key(key: str) -> str:
    """``key``, once it is certain that it stays inside its store and means the same in a folder and a bucket."""
    if any(part in ("", ".", "..") for part in key.split("/")) or "\0" in key or "\\" in key:
        raise ConfigurationError(f"{key!r} is no key: keys are relative paths of plain names")
    return key


def is_listed(key: str) -> bool:
    """Whether a listing shows ``key``; see the top of this package."""
    with contextlib.suppress(ConfigurationError, UnicodeEncodeError):
        key.encode()  # a name that is no text can't be named anywhere else
        return not checked_key(key).rpartition("/")[2].startswith(".")
    return False
