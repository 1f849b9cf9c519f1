"""The manner of opening a file: what of its layout matters before any cell is understood.

Nothing else of a layout goes to the processes that open files, nor the library that its model is made with.
"""

from __future__ import annotations

from dataclasses import dataclass

UNCLEAR = r"^[-+]?[1-9]\d{0,2}\.\d{3}$"
"""What is a number where a number stands, and thousands in a text, where the decimal sign is a comma."""


@dataclass(frozen=True)
class Manner:
    """What a layout says; the defaults are for a file that has none, and are told from the file itself."""

    encoding: str | None = None
    delimiter: str | None = None
    header_row: int | None = None  # from 1
    sheet: str | None = None
    has_commas: bool = False  # the sender's decimal sign is a comma
