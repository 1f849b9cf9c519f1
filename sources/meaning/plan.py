"""A layout matched to a header: which column holds what, and which cells hold numbers."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, NamedTuple

from agenda.model import From, Layout, Value
from sources.letters.findings import Finding, finding
from sources.meaning.vocabulary import Vocabulary, plain


@dataclass(frozen=True)
class Cell:
    """One value of a layout with its pattern filled in: ``num_{age_group}`` is one cell per age group."""

    value: Value
    column: str | None
    members: dict[str, From | str]

    @property
    def per(self) -> tuple[str, ...]:
        """Columns that tell the units apart; counting distinct things takes each thing as a unit of one."""
        distinct = self.value.count not in (None, "rows")
        return (*self.value.per, str(self.value.count)) if distinct else self.value.per

    @property
    def is_keyed(self) -> bool:
        """Whether it counts people by keyed hashes."""
        return self.value.consent is not None

    @property
    def take(self) -> str:
        """How the rows of one unit fall together."""
        return "max" if self.value.count not in (None, "rows") else self.value.take


Fit = Literal["name", "alias", "mapping", "unused"]


@dataclass(frozen=True)
class Plan:
    """A layout matched to a header: where each column stands, and which cells hold numbers.

    ``lacking`` are the columns that the header has not, ``missing`` those of them that a file must have. ``how`` says
    for each heading which column it is, if it is one, and what tells so.
    """

    layout: Layout
    columns: dict[str, int]
    cells: tuple[Cell, ...]
    lacking: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    how: tuple[tuple[str | None, Fit], ...] = ()

    @property
    def number_positions(self) -> set[int]:
        """Columns that hold numbers; all others that are read hold words."""
        return {self.columns[plain(cell.column)] for cell in self.cells if cell.column}

    @property
    def read_positions(self) -> list[int]:
        """Columns that are read at all, from the left."""
        needed = map(plain, _needed(self.layout, self.cells))
        return sorted({self.columns[name] for name in needed if name in self.columns})

    @property
    def unit_positions(self) -> list[int]:
        """Columns that tell the units of records apart, from the left."""
        return sorted({at for cell in self.cells for name in cell.per if (at := self.position(name)) is not None})

    @property
    def name_positions(self) -> list[int]:
        """Columns that may say what a row is called, from the left: before the first number, and with nothing else to
        say to the layout."""
        end = min(self.number_positions, default=len(self.how))
        taken = {*self.read_positions} - {*self.unit_positions}
        return [at for at in range(end) if at not in taken]

    def position(self, name: str | None) -> int | None:
        return None if name is None else self.columns.get(plain(name))


NO_MAPPING: Mapping[str, str] = MappingProxyType({})


def match(
    layout: Layout, header: Sequence[str], vocabulary: Vocabulary, mapped: Mapping[str, str] = NO_MAPPING
) -> tuple[Plan, list[Finding]]:
    """The plan for sheets with this header, and a finding for each column that stands there twice.

    A heading is read by its name, or by an alias of the layout, or, where neither is there, by what was confirmed of
    it: ``mapped``, from headings in plain spelling to columns.
    """
    spelled = [plain(text) for text in header]
    aliases = {plain(alias): plain(name) for name, names in layout.aliases.items() for alias in names}
    known = {*spelled, *(aliases[text] for text in spelled if text in aliases)}
    known |= {plain(mapped[text]) for text in spelled if text in mapped}
    cells = tuple(cell for value in layout.values for cell in _cells(value, vocabulary, known))
    needed = {plain(name): name for name in _needed(layout, cells)}
    columns: dict[str, int] = {}
    how: list[tuple[str | None, Fit]] = [(None, "unused")] * len(header)
    found: list[Finding] = []
    for position, text in enumerate(spelled):
        name = aliases.get(text, text)
        if name in columns and name in needed:
            found.append(finding("column_twice", column=header[position]))
        columns.setdefault(name, position)
        if name in needed:
            how[position] = (needed[name], "name" if text == name else "alias")
        elif layout.sql is not None and text and header[position].strip().casefold() in layout.sql.casefold():
            how[position] = (header[position], "name")
    for name in _twins(layout, vocabulary, columns, needed):
        found.append(finding("column_twice", column=header[columns[name]]))
    for position, text in enumerate(spelled):
        name = plain(mapped.get(text, ""))
        if name in needed and name not in columns and how[position][0] is None:
            columns[name], how[position] = position, (needed[name], "mapping")
    lacking = tuple(written for name, written in needed.items() if name not in columns)
    present = tuple(cell for cell in cells if not cell.column or plain(cell.column) in columns)
    optional = {plain(name) for name in layout.optional}
    if not present:  # a file without any number has left out too much
        optional -= {plain(cell.column or "") for cell in cells}
    missing = tuple(name for name in lacking if plain(name) not in optional)
    return Plan(layout, columns, present, lacking, missing, tuple(how)), found


def _cells(value: Value, vocabulary: Vocabulary, known: set[str]) -> list[Cell]:
    """The value's cells; a pattern's columns go by any spelling of the member that is ``known`` from the header.

    One that is missing goes by the member's id where others do, else by its name, as people know it.
    """
    cells, patterned = [], list(_patterned(value, vocabulary))
    usual = 0 if any(plain(columns[0]) in known for _, _, columns in patterned) else 1
    for dimension, member, columns in patterned:
        column = next((column for column in columns if plain(column) in known), columns[usual])
        cells.append(Cell(value, column, {**value.members, dimension: member}))
    return cells or [Cell(value, value.column, dict(value.members))]


def _patterned(value: Value, vocabulary: Vocabulary) -> Iterator[tuple[str, str, list[str]]]:
    """Dimension, member and all its spellings as columns, for each member of a pattern; nothing without one."""
    pattern = re.search(r"\{(\w+)\}", value.column or "")
    if pattern is not None and value.column is not None:
        for member, spellings in vocabulary.members[pattern[1]].items():
            yield pattern[1], member, [value.column.replace(pattern[0], spelling) for spelling in spellings]


def _twins(layout: Layout, vocabulary: Vocabulary, columns: Collection[str], needed: Collection[str]) -> Iterator[str]:
    """Columns of a pattern that nothing reads, as their member stands there in another spelling already."""
    for value in layout.values:
        for _, _, names in _patterned(value, vocabulary):
            here = [name for name in dict.fromkeys(map(plain, names)) if name in columns]
            yield from (name for name in here[1:] if name not in needed)


def _needed(layout: Layout, cells: Sequence[Cell]) -> list[str]:
    """Every column that the layout names, in the order it names them."""
    names: list[str] = []

    def of(found: From | str | None) -> None:
        if isinstance(found, From):
            names.extend(found.read)

    of(layout.period)
    of(layout.place)
    of(layout.status)
    names.extend(layout.where)
    for cell in cells:
        names.extend([cell.column] if cell.column else [])
        of(cell.value.measure if isinstance(cell.value.measure, From) else None)
        for found in cell.members.values():
            of(found)
        names.extend(cell.value.where)
        names.extend(cell.value.consent if isinstance(cell.value.consent, dict) else ())
        names.extend(cell.per)
    return list(dict.fromkeys(names))


class Headings(NamedTuple):
    """Texts in plain spelling that may head a column of a layout: any it needs, and of these the keyed hashes."""

    expected: frozenset[str]
    keys: frozenset[str]


NO_HEADINGS = Headings(frozenset(), frozenset())


def headings(layout: Layout, vocabulary: Vocabulary, mapped: Mapping[str, str]) -> Headings:
    """What may head the layout's columns: their names, the aliases of these, each spelling of the members in a pattern,
    and what was ``mapped`` to them as in `match`."""
    cells = [cell for value in layout.values for cell in _cells(value, vocabulary, set())]
    names = {plain(name) for name in _needed(layout, cells)}
    for value in layout.values:
        for pattern in value.patterns:
            spellings = (text for member in vocabulary.members[pattern].values() for text in member)
            names |= {plain(str(value.column).replace(f"{{{pattern}}}", text)) for text in spellings}
    aliases = {plain(alias): plain(name) for name, spelled in layout.aliases.items() for alias in spelled}
    others = aliases | {heading: plain(column) for heading, column in mapped.items()}
    keys = {plain(name) for name in layout.hashed}
    keys |= {heading for heading, name in others.items() if name in keys}
    return Headings(frozenset(names | others.keys()), frozenset(keys))
