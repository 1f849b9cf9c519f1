"""How Python itself works while a collect takes in what arrived: set for the time, and set back after it."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

TURN = 0.001
"""Seconds after which a thread that computes lets another have Python's lock, instead of 0.005. Who opens files needs
it a few times for each of them, and opening a small one takes no longer than five milliseconds."""

USUAL = sys.getswitchinterval()


@contextmanager
def at_pace() -> Iterator[None]:
    """In short turns; and without looking for garbage, again and again, in all that was there before: mostly what was
    imported, 160,000 objects."""
    sys.setswitchinterval(TURN)
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
        sys.setswitchinterval(USUAL)
