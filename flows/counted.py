"""Numbers with what they count, as terminals say them."""

from __future__ import annotations


def counted(number: int, what: str) -> str:
    """``1 partner``, ``1,204 partners``."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
