"""Reading files side by side. Whatever is wrong with one of them, the others are read.

Regular text is read here, by Arrow, at the speed of memory. Everything else is opened in a process that may die of
it (`sources.files.children`).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from agenda.model import Layout
from sources.files import text
from sources.files.children import CHILDREN
from sources.files.kinds import kind_of
from sources.files.limits import MB, Limits, beyond, limits
from sources.files.manner import Manner
from sources.files.readers import Sheet, Unreadable
from sources.letters.findings import finding

TEXT = (".csv", ".tsv", ".txt")
"""Endings of what is most likely text; what a file is, its bytes say."""


@dataclass(frozen=True)
class File:
    """A file to read. ``headings`` are all texts, in plain spelling, that may head a column that is needed."""

    name: str
    content: bytes
    manner: Manner
    headings: frozenset[str]


def get_ready(names: Iterable[str]) -> None:
    """Have the processes ready that files of these names are most likely opened in; text needs none."""
    if not all(name.casefold().endswith(TEXT) for name in names):
        CHILDREN.start()


def manner_of(layout: Layout) -> Manner:
    """How the files of a layout are opened. What its SQL makes of the cells is its own."""
    has_commas = layout.decimal == "," and layout.sql is None
    return Manner(layout.encoding, layout.delimiter, layout.header_row, layout.sheet, has_commas)


def read_files(files: Sequence[File], within: Limits | None = None) -> list[Sheet | Unreadable]:
    """The sheet of each file, in their order, or why there is none. Limits are those that are set, or ``within``."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # Arrow lets go of Python's lock, and so does waiting
        return list(pool.map(partial(_read, within=within or limits()), files))


def _read(file: File, within: Limits) -> Sheet | Unreadable:
    try:
        if len(file.content) > within.file_mb * MB:
            return beyond("file_mb", within)
        sheet = _regular(file, within)
        return sheet or CHILDREN.open(file.content, file.manner, file.headings, within)
    except Unreadable as error:
        return error
    except Exception as error:  # whatever it is, it must not cost the other partners their turn
        return Unreadable(finding("file_defect", reason=in_short(error)))


def _regular(file: File, within: Limits) -> Sheet | None:
    """The sheet of regular text; None for all that is to be opened elsewhere. Raises `Unreadable`."""
    if file.content.startswith(b"PK") or kind_of(file.content) != "text":
        return None
    return text.read_regular(file.content, file.manner, file.headings, within)


def in_short(error: Exception) -> str:
    """What went wrong, in one line."""
    return f"{type(error).__name__}: {error}".split("\n")[0][:300]
