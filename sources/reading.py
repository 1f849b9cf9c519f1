"""Reading files side by side. Whatever is wrong with one of them, the others are read."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from agenda.model import Layout
from sources.findings import finding
from sources.readers import Sheet, Unreadable, read_sheet


@dataclass(frozen=True)
class File:
    """A file to read. ``headings`` are all texts, in plain spelling, that may head a column its layout needs."""

    name: str
    content: bytes
    layout: Layout
    headings: frozenset[str]


def read_files(files: Sequence[File]) -> list[Sheet | Unreadable]:
    """The sheet of each file, in their order, or why there is none."""
    with ThreadPoolExecutor() as pool:  # reading lets go of Python's lock
        return list(pool.map(_read, files))


def _read(file: File) -> Sheet | Unreadable:
    try:
        return read_sheet(file.name, file.content, file.layout)
    except Unreadable as error:
        return error
    except Exception as error:  # whatever it is, it must not cost the other partners their turn
        return Unreadable(finding("file_defect", reason=in_short(error)))


def in_short(error: Exception) -> str:
    """What went wrong, in one line."""
    return f"{type(error).__name__}: {error}".split("\n")[0][:300]
