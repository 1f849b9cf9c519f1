"""Processes that open files for this one, so that what a file does to its reader is done to nobody else.

As many as there are processors, started when the first file asks for one (or before, by `Children.start`), and kept.
One that dies, or takes longer than it may, has cost its own file only; another takes its place. A file whose reader
died is given to a new one once more: what was read before it may have been at fault.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import queue
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from sources.files.child import SIZES, decoded
from sources.files.limits import Limits, beyond
from sources.files.manner import Manner
from sources.files.readers import Sheet, Unreadable

GRACE = 5
"""Seconds beyond those of work: to be started, and to wait for a processor that others use too."""


START = """
import sys
sys.path[:] = {path!r}
sys.modules["numpy"] = None  # Arrow does without; it takes as long to load as thirty workbooks
from sources.files.child import serve
serve(sys.stdin.buffer, sys.stdout.buffer)
"""


class Died(Exception):
    """The process is gone. ``is_late``: because its time was over."""

    def __init__(self, is_late: bool) -> None:
        super().__init__(is_late)
        self.is_late = is_late


class Child:
    """One process, asked and answering in turns, over a socket of which it is the other end.

    A socket, as it waits no longer than it is told and takes a whole answer in one go: for every other step a thread
    would have to wait until those that compute let go of Python's lock, which takes as long as opening a small file.
    """

    def __init__(self) -> None:
        self._socket, other = socket.socketpair()
        with other:
            self._process = subprocess.Popen(
                [sys.executable, "-B", "-c", START.format(path=sys.path)],
                stdin=other.fileno(),
                stdout=other.fileno(),
                stderr=subprocess.DEVNULL,
                env={"ARROW_DEFAULT_MEMORY_POOL": "system"},  # the others take address space for a rainy day
            )

    def ask(self, request: dict[str, Any], content: bytes, seconds: int) -> Sheet | Unreadable:
        """The answer to one request. Raises `Died`."""
        try:
            for way in (socket.SO_SNDTIMEO, socket.SO_RCVTIMEO):
                self._socket.setsockopt(socket.SOL_SOCKET, way, struct.pack("ll", seconds, 0))
            self._socket.sendall(json.dumps(request).encode() + b"\n")
            self._socket.sendall(content)
            lengths = SIZES.unpack(self._received(SIZES.size))
            answer = memoryview(self._received(sum(lengths)))
            return decoded(json.loads(bytes(answer[: lengths[0]])), answer[lengths[0] :])
        except (OSError, EOFError, ValueError, KeyError) as error:  # an end that is gone, or half of an answer
            self.close()
            is_late = isinstance(error, BlockingIOError) or self._process.returncode == -signal.SIGXCPU
            raise Died(is_late) from error

    def _received(self, count: int) -> bytes:
        """That many bytes. Raises `EOFError` where they end before, `BlockingIOError` where they take too long."""
        parts, missing = [], count
        while missing:  # once, unless a signal came
            part = self._socket.recv(missing, socket.MSG_WAITALL)
            if not part:
                raise EOFError
            parts.append(part)
            missing -= len(part)
        return b"".join(parts)

    def close(self) -> None:
        """End the process, and wait until it is gone."""
        self._process.kill()
        self._process.wait()
        self._socket.close()


class Children:
    """The processes that this one keeps: as many as there are processors, lent out one by one."""

    def __init__(self, count: int) -> None:
        self._places: queue.LifoQueue[Child | None] = queue.LifoQueue()
        for _ in range(count):
            self._places.put(None)

    def open(self, content: bytes, manner: Manner, headings: frozenset[str], limits: Limits) -> Sheet | Unreadable:
        """The sheet of a file, as `sources.files.child.open_file` reads it, or why there is none."""
        request = {
            "size": len(content),
            "manner": vars(manner),
            "headings": sorted(headings),
            "limits": vars(limits),
        }
        seconds = limits.seconds + GRACE
        try:
            with self._lent() as child:
                return child.ask(request, content, seconds)
        except Died as error:
            if error.is_late:
                return beyond("seconds", limits)
        try:
            with self._lent(anew=True) as child:
                return child.ask(request, content, seconds)
        except Died as error:
            return beyond("seconds" if error.is_late else "memory_mb", limits)

    @contextlib.contextmanager
    def _lent(self, anew: bool = False) -> Iterator[Child]:
        """One of the processes; its place is empty afterwards if it died."""
        kept = self._places.get()
        child: Child | None = None
        try:
            if kept is not None and anew:
                kept.close()
                kept = None
            child = kept or Child()
            yield child
        except Died:
            child = None
            raise
        finally:
            self._places.put(child)

    def start(self) -> None:
        """Start those that are not there yet: it takes them a while, in which others have other things to do."""
        waiting = []
        with contextlib.suppress(queue.Empty):
            while True:
                waiting.append(self._places.get_nowait())
        for child in waiting:
            self._places.put(child or Child())

    def close(self) -> None:
        """End those that wait; called when this process ends."""
        with contextlib.suppress(queue.Empty):
            while True:
                if child := self._places.get_nowait():
                    child.close()


CHILDREN = Children(os.cpu_count() or 1)
atexit.register(CHILDREN.close)
