"""Fixtures every room's tests may use: the real servers, each started once and only when asked for."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from agenda.store import BucketStore
from infra.servers import S3Server, prefect_server, s3_server

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


ROOMS_TOGETHER = ("real", "example", "dbt")
"""Rooms whose tests share fixtures that take long, or a folder: one process runs all of a room's."""
LONG_FIRST = (*ROOMS_TOGETHER, "test_killed.py", "flows", "disclosure", "bench")
"""So that at the end no process waits for another one's long room, or file."""


@pytest.hookimpl(tryfirst=True)  # before xdist reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Who runs what, where several processes share the tests: each file's go to one of them, in order."""
    for item in items:
        path = item.path.relative_to(Path(__file__).parent)
        group = path.parts[0] if path.parts[0] in ROOMS_TOGETHER else path.as_posix()
        item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=lambda item: _turn(item.path))


def _turn(path: Path) -> int:
    """When a file's tests begin: the long ones first."""
    return min(
        (LONG_FIRST.index(name) for name in (path.parent.name, path.name) if name in LONG_FIRST),
        default=len(LONG_FIRST),
    )


@pytest.fixture(scope="session")
def s3() -> Iterator[S3Server]:
    """A real S3 server with one bucket, shared by the whole run; a test works below a prefix of its own."""
    with s3_server() as server:
        yield server


@pytest.fixture
def s3_environment(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> S3Server:
    """The same server, with the environment set so that boto3, dlt and DuckDB use it."""
    for name, value in s3.environment().items():
        monkeypatch.setenv(name, value)
    return s3


@pytest.fixture(scope="session")
def s3_clients() -> list[S3Client]:
    """The client that all of `bucket_store`'s stores share, once there is one: making one takes a quarter second."""
    return []


@pytest.fixture
def bucket_store(s3_environment: S3Server, s3_clients: list[S3Client]) -> Callable[[], BucketStore]:
    """Makes a store below a prefix nothing else uses."""

    def make() -> BucketStore:
        store = BucketStore(f"s3://{s3_environment.bucket}/{secrets.token_hex(6)}")
        if not s3_clients:
            s3_clients.append(store.client)
        store._client = s3_clients[0]
        return store

    return make


@pytest.fixture(scope="session")
def prefect_api() -> Iterator[str]:
    """The ``PREFECT_API_URL`` of a real Prefect server with an empty database (10 to 30 seconds to start)."""
    with prefect_server() as api:
        yield api
