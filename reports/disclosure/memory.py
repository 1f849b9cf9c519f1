"""Memory, where millions of small objects are made that stay until the work is done."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def keeping() -> Iterator[None]:
    """While what is made is kept: to look for garbage among it again and again takes as long as making it."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
