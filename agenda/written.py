"""One of an initiative's files as read: its data, and the line on which each entry stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from agenda.errors import Problem

Path_ = tuple[str | int, ...]
"""Where an entry stands in its file: keys and list positions from the top."""


@dataclass(frozen=True)
class Source:
    """One file as read: its data, and the line on which each entry stands."""

    name: str
    data: Any
    marks: Mapping[Path_, tuple[str, int]]  # file and line of each entry

    def problem(self, path: Path_, message: str) -> Problem:
        """A problem at ``path``, or at the nearest entry above it that has a line."""
        at = path
        while at and at not in self.marks:
            at = at[:-1]
        file, line = self.marks.get(at, (self.name, 1))
        return Problem(file, line, ".".join(map(str, path)), message)


def leaves(data: Any, path: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    """Whatever holds no keys of its own, with its path."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from leaves(value, (*path, key))
    else:
        yield path, data
