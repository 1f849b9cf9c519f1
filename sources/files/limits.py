"""Limits of what is opened, each with its reason; ``CAIRN_LIMIT_<NAME>`` in the environment sets another one.

Whatever goes beyond one is refused with a finding that names it. What must be unpacked or parsed is also read
in a process of its own (`sources.files.children`), to which the limits of time and memory are set by the system.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache

from agenda.errors import ConfigurationError
from agenda.settings import variable
from sources.files.readers import Unreadable
from sources.letters.findings import finding

MB = 2**20


@dataclass(frozen=True)
class Limits:
    """The defaults hold a hundred times what partners were seen to send, and fit a machine with 4 GB."""

    file_mb: int = 256
    """The file as it comes. It is held in memory, more than once; ten million rows of numbers have about 400 MB."""
    unpacked_mb: int = 1024
    """All that one file unpacks to: what a reader can still hold within `memory_mb`."""
    ratio: int = 200
    """Unpacked over packed bytes, from 16 MB on. Tables reach 10 to 60, one repeated row 120; bombs 1000."""
    members: int = 2000
    """Files within a zip or a workbook. A workbook has some ten, and a few for each sheet and picture."""
    layers: int = 2
    """A packed file within a packed file: some programs do that once, nobody means to do it twice."""
    sheets: int = 200
    """Of a workbook. All the visible ones are opened where a layout names none."""
    columns: int = 16_384
    """What a spreadsheet can have."""
    cells: int = 20_000_000
    """Of a document: as many rows as a spreadsheet can have, in twenty columns."""
    cell_characters: int = 1_000_000
    """A spreadsheet takes 32,767 into a cell; an address list in JSON may be longer, a number never is."""
    depth: int = 20
    """Lists and records within one another, in JSON. Answers of APIs have two to six."""
    seconds: int = 60
    """For one file. The largest that the other limits let through takes about half of that on a slow machine."""
    memory_mb: int = 2048
    """For one file, beyond what the reading process needs for itself. Each processor reads one file at a time."""


@cache
def limits() -> Limits:
    """The limits that are set. Raises `ConfigurationError` where one is no positive whole number."""
    found = {}
    for field in fields(Limits):
        name = f"CAIRN_LIMIT_{field.name.upper()}"
        text = variable(name)
        if text is not None:
            if not text.isdecimal() or not int(text):
                raise ConfigurationError(f"{name} is {text!r}; write a whole number above zero")
            found[field.name] = int(text)
    return Limits(**found)


def beyond(name: str, limits: Limits) -> Unreadable:
    """The refusal of a file that is beyond the limit ``name``."""
    return Unreadable(finding(f"limit_{name}", limit=getattr(limits, name)))


def check(name: str, found: int, limits: Limits) -> None:
    """Raises `Unreadable` where ``found`` is beyond the limit ``name``."""
    if found > getattr(limits, name):
        raise beyond(name, limits)
