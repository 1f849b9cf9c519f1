"""A store: named bytes in a folder or an S3 bucket, with the two conditional writes everything rests on.

``put_new`` writes only where nothing is yet; ``swap`` replaces only what was read. With these, commits and
publications need no lock. Keys are ``/``-separated paths; nothing here knows what the bytes mean.

A write is whole or absent, however its process ends. A listing leaves out names that begin with a dot
(editors and copy programs leave such files lying about), and keys that `checked_key` would refuse.
"""

from __future__ import annotations

from pathlib import Path

from agenda.errors import ConfigurationError
from agenda.store.bucket import BucketStore as BucketStore
from agenda.store.bucket import media_type as media_type
from agenda.store.folder import FolderStore as FolderStore
from agenda.store.protocol import Store as Store
from agenda.store.protocol import Stored as Stored


def open_store(address: str, base: Path) -> FolderStore | BucketStore:
    """The store at ``address``: ``s3://bucket/prefix``, or a path relative to ``base``."""
    if address.startswith("s3://"):
        return BucketStore(address)
    if "://" in address:
        raise ConfigurationError(f"{address!r} is no store; give a folder or s3://bucket/prefix")
    return FolderStore(base / address)
