"""Pages of long tables: nobody reads a thousand rows on the way, so a goal's page leads to them and stays light."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from reports.telling.value_tables import Table

CELLS_AT_MOST = 3_000
"""On one page: some 130 kB, which leaves fonts and style the rest of the 300 kB that a page may weigh.

Cells and not bytes are counted, so that a page has the same rows in every language and leads to itself in the others.
"""


@dataclass(frozen=True)
class Leaf:
    """A long table of an indicator, or the rows of it that fit a page; ``is_first`` where it begins."""

    indicator: str
    name: str
    table: Table
    is_first: bool = True

    @property
    def cells(self) -> int:
        return len(self.table.head) * len(self.table.rows)


@dataclass(frozen=True)
class Sheet:
    """A page of a goal's long tables, in the order of the goal's own page."""

    ident: str
    leaves: tuple[Leaf, ...]

    @property
    def sections(self) -> list[tuple[str, str, list[Leaf]]]:
        """By indicator: its id, its name and what of its tables is here."""
        return [(*of, list(leaves)) for of, leaves in groupby(self.leaves, lambda leaf: (leaf.indicator, leaf.name))]


def sheets(goal: str, leaves: Iterable[Leaf]) -> tuple[Sheet, ...]:
    """The pages for all of a goal's long tables; a table goes on where there is room, or is parted."""
    pages: list[list[Leaf]] = []
    room = 0
    for leaf in (part for one in leaves for part in _parted(one)):
        if leaf.cells > room:
            pages.append([])
            room = CELLS_AT_MOST
        pages[-1].append(leaf)
        room -= leaf.cells
    numbered = enumerate(pages, 1)
    return tuple(Sheet(f"{goal}-tables{f'-{n}' if n > 1 else ''}", tuple(page)) for n, page in numbered)


def _parted(leaf: Leaf) -> Iterator[Leaf]:
    table, rows = leaf.table, max(CELLS_AT_MOST // len(leaf.table.head), 1)
    for at in range(0, len(table.rows), rows):
        to = slice(at, at + rows)
        codes = {column: of[to] for column, of in table.codes.items()}
        part = replace(table, rows=table.rows[to], codes=codes, to=table.to[to])
        yield replace(leaf, table=part, is_first=at == 0)
