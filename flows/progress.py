"""What is going on, for the person who waits: a line per step, a count where it takes longer.

Nothing is said until somebody listens; the command line does (`listen`), a deployment's log does by itself.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from logging import getLogger

from agenda import settings

Listener = Callable[[str, bool], None]
_listener: Listener | None = None
SILENT_SECONDS = 1.0
"""Counts appear only for what takes longer than a moment, and then no oftener than this."""


def listen(listener: Listener | None) -> None:
    """Send what is said to ``listener(text, passing)``; ``passing`` lines may be overwritten by the next."""
    global _listener
    _listener = listener


def say(text: str) -> None:
    """A step has begun or ended."""
    getLogger("prefect.flow_runs.cairn").info(text)
    if _listener is not None:
        _listener(text, False)


def counting(what: str) -> Callable[..., None]:
    """A function to call with ``(done, total, …)`` as often as one likes."""
    last = time.monotonic()

    def count(done: int, total: int, *_: object) -> None:
        nonlocal last
        now = time.monotonic()
        if _listener is not None and now - last >= SILENT_SECONDS and done < total:
            last = now
            _listener(f"{done:,} of {total:,} {what}", True)

    return count


def to_terminal(text: str, passing: bool) -> None:
    """A listener that writes to standard error; passing lines only where a person watches."""
    if not settings.is_terminal():
        if not passing:
            print(text, file=sys.stderr, flush=True)
        return
    print(f"\r\033[K{'  ' if passing else ''}{text}", end="" if passing else "\n", file=sys.stderr, flush=True)
