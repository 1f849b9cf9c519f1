"""Processes that open files for this one, so that what a file does to its reader is done to nobody else.

As many as there are processors, started when the first file asks for one, and kept. One that dies, or takes longer
than it may, has cost its own file only; another takes its place. A file whose reader died is given to a new one
once more: what was read before it may have been at fault.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import IO, Any, cast

from sources.files.child import decoded
from sources.files.limits import Limits, beyond
from sources.files.manner import Manner
from sources.files.readers import Sheet, Unreadable

GRACE = 5
"""Seconds beyond those of work: to be started, and to wait for a processor that others use too."""


START = """
import sys
sys.path[:] = {path!r}
from sources.files.child import serve
serve(sys.stdin.buffer, sys.stdout.buffer)
"""


class Died(Exception):
    """The process is gone. ``is_late``: because its time was over."""

    def __init__(self, is_late: bool) -> None:
        super().__init__(is_late)
        self.is_late = is_late


class Child:
    """One process, asked and answering in turns."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-B", "-c", START.format(path=sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"ARROW_DEFAULT_MEMORY_POOL": "system"},  # the others take address space for a rainy day
        )

    def ask(self, request: dict[str, Any], content: bytes, seconds: float) -> Sheet | Unreadable:
        """The answer to one request. Raises `Died`."""
        asked, answers = cast(IO[bytes], self._process.stdin), cast(IO[bytes], self._process.stdout)
        late = threading.Event()

        def end() -> None:
            late.set()
            self._process.kill()

        timer = threading.Timer(seconds, end)
        timer.start()
        try:
            asked.write(json.dumps(request).encode() + b"\n")
            asked.write(content)
            asked.flush()
            said = json.loads(answers.readline())
            body = answers.read(said.pop("size"))
            return decoded(said, body)
        except (OSError, ValueError, KeyError) as error:  # a pipe that ended, or half of an answer
            self.close()
            raise Died(late.is_set() or self._process.returncode == -signal.SIGXCPU) from error
        finally:
            timer.cancel()

    def close(self) -> None:
        """End the process, and wait until it is gone."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                cast(IO[bytes], pipe).close()


class Children:
    """The processes that this one keeps: as many as there are processors, lent out one by one."""

    def __init__(self, count: int) -> None:
        self._places: queue.LifoQueue[Child | None] = queue.LifoQueue()
        for _ in range(count):
            self._places.put(None)

    def open(
        self, name: str, content: bytes, manner: Manner, headings: frozenset[str], limits: Limits
    ) -> Sheet | Unreadable:
        """The sheet of a file, as `sources.files.child.open_file` reads it, or why there is none."""
        request = {
            "name": name,
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

    def close(self) -> None:
        """End those that wait; called when this process ends."""
        with contextlib.suppress(queue.Empty):
            while True:
                if child := self._places.get_nowait():
                    child.close()


CHILDREN = Children(os.cpu_count() or 1)
atexit.register(CHILDREN.close)
