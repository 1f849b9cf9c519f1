"""How a long command is asked to end: after what it has in hand, at the second time at once."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from types import FrameType

asked = Event()
"""Set once the process was asked to end (SIGTERM, SIGINT). A collect looks at it between its batches."""


@contextmanager
def on_signals() -> Iterator[Event]:
    """While the block runs, signals set `asked`; only the main thread may call this."""

    def ask(number: int, _: FrameType | None) -> None:
        if asked.is_set():  # whoever asks twice doesn't want to wait; killed anywhere, nothing half-done counts
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        asked.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        asked.clear()
