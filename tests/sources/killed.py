"""A collect in a process that is killed at a point of one's choice, and what a store holds afterwards.

Points are counted: the nth time that the process is about to change the store, or has just done so. They are not
named, so a step that is added to the collect is tried without anybody thinking of it.
"""

from __future__ import annotations

import fcntl
import hashlib
import multiprocessing
import os
import re
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import duckdb

from agenda.lint import read
from agenda.store import BucketStore, FolderStore, open_store
from sources import collect as collecting
from sources.lake import SCHEMAS, Lake

Store = FolderStore | BucketStore
MOMENTS = re.compile(r"\d{8}T\d{12}-[0-9a-f]{8}")
MOMENTS_INSIDE = re.compile(rb"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+]00:00)")
"""When a decision was taken or a file put aside: names and times of the clock, not of what was delivered."""
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.sources.killed", "dlt.destinations", "pandera.backends.polars.builtin_checks"])
WRITING = {"open", "os.link", "os.rename", "os.remove", "os.truncate", "shutil.copyfile"}
"""What Python tells its audit hooks of (``os.replace`` is told as ``os.rename``)."""


class Run:
    """A collect in a process of its own. At one of its points it is killed; or waits until it may go on, at the first
    one from there where nobody has to wait for it."""

    def __init__(self, path: Path, received_at: datetime, *, kill_at: int | None = None, wait_at: int | None = None):
        self._points, self._waits, self._may_go = PROCESSES.SimpleQueue(), PROCESSES.Event(), PROCESSES.Event()
        self._process = PROCESSES.Process(
            target=_child,
            args=(path, dict(os.environ), received_at, kill_at, wait_at, self._points, self._waits, self._may_go),
        )
        self._process.start()

    def until_it_waits(self) -> None:
        assert self._waits.wait(60)

    def go_on(self) -> None:
        self._may_go.set()

    def code(self) -> int:
        """How it ended."""
        self._process.join(300)
        assert self._process.exitcode is not None, "it doesn't end"
        return self._process.exitcode

    def points(self) -> int:
        """How many points it passed; only one that ended by itself can tell."""
        assert self.code() == 0
        found: int = self._points.get()
        return found


def _child(
    path: Path, environment: dict[str, str], received_at: datetime, kill_at: int | None, wait_at: int | None,
    points: Any, waits: Any, may_go: Any,
) -> None:  # fmt: skip
    os.environ.update(environment)  # the process that it was forked from has that of its own start
    folder = read(path)
    store = open_store(folder.initiative.store, path)
    passed, last = count(1), 0

    def point() -> None:
        nonlocal last
        last = next(passed)
        if last == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        if wait_at is not None and last >= wait_at and not waits.is_set() and not _is_locked(path / "store"):
            waits.set()
            may_go.wait()

    (_watch_folder if isinstance(store, FolderStore) else _watch_bucket)(store, point)
    collecting.BATCH_FILES = 4  # so that there is something between two batches
    collecting.collect(folder, store, received_at=received_at)
    points.put(last)


def _is_locked(folder: Path) -> bool:
    """Whether this process keeps others waiting: who stood still then would wait for them, and they for it."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def _watch_folder(store: Store, point: Callable[[], None]) -> None:
    """A point before each change of the store's folder: made half-way, none of Cairn's changes is whole."""
    root = str(store.path) if isinstance(store, FolderStore) else ""

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event in WRITING and any(str(one).startswith(root) for one in arguments[:2]):
            mode, flags = (arguments[1], arguments[2]) if event == "open" else ("w", 0)
            if any(c in mode for c in "wax+") if isinstance(mode, str) else flags & (os.O_WRONLY | os.O_RDWR):
                point()

    sys.addaudithook(hook)


def _watch_bucket(store: Store, point: Callable[[], None]) -> None:
    """A point before and after each request that changes the bucket, by boto3 or by dlt."""
    from aiobotocore.httpsession import AIOHTTPSession
    from botocore.httpsession import URLLib3Session

    send, send_async = URLLib3Session.send, AIOHTTPSession.send

    def sending(self: Any, request: Any) -> Any:
        if request.method not in ("GET", "HEAD"):
            point()
        answer = send(self, request)
        if request.method not in ("GET", "HEAD"):
            point()
        return answer

    async def sending_async(self: Any, request: Any) -> Any:
        if request.method not in ("GET", "HEAD"):
            point()
        answer = await send_async(self, request)
        if request.method not in ("GET", "HEAD"):
            point()
        return answer

    URLLib3Session.send = sending  # type: ignore[method-assign]
    AIOHTTPSession.send = sending_async  # type: ignore[method-assign]


def result(store: Store) -> dict[str, Any]:
    """What counts in a store: the lake's tables by its readers' rules, and every other object byte for byte."""
    lake = Lake(store)
    first: dict[str, str] = {}
    for manifest in lake.manifests():
        for reading in manifest.readings:
            first.setdefault(reading, manifest.batch)
    found: dict[str, Any] = {
        name: [row for manifest in lake.manifests() for row in _rows(lake, name, manifest, first)]
        for name, schema in SCHEMAS.items()
        if "reading" in schema.names and name != "deliveries"
    }
    found = {name: sorted(rows, key=str) for name, rows in found.items()}
    found["deliveries"] = lake.deliveries()
    found["agenda"] = lake.agenda()
    found["objects"] = {
        MOMENTS.sub("…", stored.key): hashlib.sha256(MOMENTS_INSIDE.sub(b"...", store.get(stored.key))).hexdigest()
        for stored in store.list("")
        if not stored.key.startswith("lake/")
    }
    return found


def _rows(lake: Lake, table: str, manifest: Any, first: dict[str, str]) -> list[tuple[Any, ...]]:
    files = [str(path) for path in lake.files(table, [manifest])]
    if not files:
        return []
    counting = [reading for reading, batch in first.items() if batch == manifest.batch]
    return duckdb.execute(
        "select * from read_parquet($1) where list_contains($2, reading)", [files, counting]
    ).fetchall()
