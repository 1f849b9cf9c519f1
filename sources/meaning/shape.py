"""From a sheet of text to candidates: one row for each number that a layout finds in it.

Every kind of layout (long, wide, record-level, SQL) becomes a `select` over the sheets that share it, run by
DuckDB; a candidate still holds the partner's own words. Whether they mean anything is `sources.meaning.contract`'s.

Candidate columns: ``file`` (which of the sheets), ``row`` (as the spreadsheet numbers it), ``value_no``
(which of the layout's values), ``measure_raw``, ``period_raw``, ``place_raw``, ``members_raw``,
``value_raw``, ``status_raw`` (what a column of its own says of the number), ``per_key``, ``is_foot`` (the row says that
it adds others up), and, where people are counted by keyed hashes, ``person_raw`` (the hash of who may be linked).
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from agenda.model import Condition, From, Layout, Value
from sources.files.readers import Sheet
from sources.letters.findings import Finding, finding
from sources.meaning.totals import rows_of_totals
from sources.meaning.vocabulary import JOIN, SPLIT, Vocabulary, plain

PART = 122_880
"""Rows that are worth a thread of their own: DuckDB's own measure, a row group."""


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
    keys = {plain(name) for name in layout.keys}
    keys |= {heading for heading, name in others.items() if name in keys}
    return Headings(frozenset(names | others.keys()), frozenset(keys))


def stack(plan: Plan, sheets: Sequence[Sheet]) -> pa.Table:
    """Sheets with one header as one table: the columns that the plan reads, and ``file``, ``row`` and ``is_foot``.

    Columns of words become dictionaries, so that a word that stands in a million rows is trimmed and compared once.
    """
    numbers, needed = plan.number_positions, plan.read_positions
    names, units = ([f"c{at}" for at in positions] for positions in (plan.name_positions, plan.unit_positions))
    tables = []
    for number, sheet in enumerate(sheets):
        file = pa.repeat(pa.scalar(number, pa.int32()), sheet.table.num_rows)
        columns = sheet.table.select([f"c{position}" for position in needed])
        feet = rows_of_totals(sheet.table, names, units)
        own = {"file": file, "row": sheet.rows, "is_foot": feet}
        for name, column in own.items():
            columns = columns.append_column(name, column)
        tables.append(columns)
    table = pa.concat_tables(tables)
    for position in needed:
        if position not in numbers:
            at = table.column_names.index(f"c{position}")
            coded = table[at].combine_chunks().dictionary_encode()
            words = pc.utf8_trim_whitespace(coded.dictionary)
            words = pc.replace_substring_regex(words, f"[{SPLIT}{JOIN}]", "")  # should a cell hold our own signs
            table = table.set_column(at, f"c{position}", pa.DictionaryArray.from_arrays(coded.indices, words))
    # DuckDB works on as many parts at once as there are, and reads the dictionaries of each part anew.
    part = max(PART, table.num_rows // (os.cpu_count() or 1) + 1)
    return pa.Table.from_batches(table.combine_chunks().to_batches(max_chunksize=part), table.schema)


# -- declared layouts ---------------------------------------------------------------------------------


def select(plan: Plan) -> str:
    """The query that finds the candidates in the tables ``submission`` (`stack`) and ``files`` (`path_texts`)."""
    return "\nunion all\n".join(_select_cell(plan, number, cell) for number, cell in enumerate(plan.cells))


def path_texts(plan: Plan, keys: Sequence[str], places: Sequence[str | None]) -> pa.Table:
    """Per sheet, what its object key says: columns ``file``, ``period_path``, ``place_path``, ``own_place``."""
    return pa.table(
        {
            "file": pa.array(range(len(keys)), pa.int32()),
            "period_path": pa.array([_from_path(plan.layout.period, key) for key in keys], pa.string()),
            "place_path": pa.array([_from_path(plan.layout.place, key) for key in keys], pa.string()),
            "own_place": pa.array(list(places), pa.string()),
        }
    )


def _from_path(found: From | None, key: str) -> str | None:
    if found is None or found.path is None:
        return None
    matched = re.search(found.path, key)
    return " ".join(group for group in matched.groups() if group) if matched else key


def _select_cell(plan: Plan, number: int, cell: Cell) -> str:
    value = cell.value
    conditions, own = _conditions(plan, plan.layout.where), _conditions(plan, value.where)
    number_text = _text(plan, cell.column) if cell.column else "'1'"
    counted = cell.column or (value.count if value.count != "rows" else None)
    given = [_given(plan, _text(plan, counted))] if counted and not cell.is_keyed else []
    if own and plan.layout.rows == "records" and cell.take != "min":
        # Records of which none is of the kind that counts make a zero, not a gap.
        number_text = f"case when {' and '.join(own)} then {number_text} else '0' end"
        conditions += [f"({' and '.join(own)} and {' and '.join(given)} or not ({' and '.join(own)}))"] if given else []
    else:
        if given and plan.layout.status:  # an empty cell of which it is said why it is empty
            given = [f"({given[0]} or {_found(plan, plan.layout.status, 'status')} <> '')"]
        conditions += own + given
    members = [
        f"'{dimension}{SPLIT}' || {_found(plan, found, 'members')}" for dimension, found in sorted(cell.members.items())
    ]
    if len(cell.members) == 1:  # as it stands: to put a name before it would cost more than all the rest
        members = [_found(plan, found, "members") for found in cell.members.values()]
    # What is squared is a record by itself, unless it says of which unit it is a part.
    per = [_text(plan, name) for name in cell.per] or (["row::varchar"] if cell.take == "squares" else [])
    person = ""
    if any(one.is_keyed for one in plan.cells):
        person, per = _person(plan, cell, own, per)
    return f"""select file, row, {number} as value_no,
    {_found(plan, value.measure, "measure")} as measure_raw,
    {_found(plan, plan.layout.period, "period")} as period_raw,
    {_found(plan, plan.layout.place, "place") if plan.layout.place else "own_place"} as place_raw,
    {f" || '{JOIN}' || ".join(members) or "''"} as members_raw,
    {number_text} as value_raw, {_found(plan, plan.layout.status, "status")} as status_raw,
    {f" || '{JOIN}' || ".join(per) or "''"} as per_key{person}, is_foot
from submission join files using (file){" where " + " and ".join(conditions) if conditions else ""}"""


def _person(plan: Plan, cell: Cell, own: Sequence[str], per: list[str]) -> tuple[str, list[str]]:
    """The SQL of whom a record is linked by, and of what tells people apart: who has no hash is another each time."""
    if not cell.is_keyed:
        return ", '' as person_raw", per
    (key,) = per
    consent = cell.value.consent
    agreed = [*own, _given(plan, key), *(_conditions(plan, consent) if isinstance(consent, dict) else ())]
    person = f", case when {' and '.join(agreed)} then lower({key}) else '' end as person_raw"
    return person, [f"case when {_given(plan, key)} then lower({key}) else row::varchar end"]


def _found(plan: Plan, found: From | str | None, kind: str) -> str:
    """The SQL of a period, place, measure or member as the file writes it."""
    if found is None or isinstance(found, str):
        return quoted(found or "")
    if found.constant is not None:
        return quoted(found.constant)
    if found.path is not None:
        return f"{kind}_path"
    texts = [_text(plan, name) for name in found.read]
    if found.first:
        filled = [f"nullif({text}, '')" for text in texts]
        return f"coalesce({', '.join(filled)}, '')"
    # A year without its month is not the year.
    lacking = " or ".join(f"{text} = ''" for text in texts)
    return f"case when {lacking} then '' else concat_ws(' ', {', '.join(texts)}) end" if len(texts) > 1 else texts[0]


def _text(plan: Plan, name: str) -> str:
    position = plan.columns.get(plain(name))
    if position is None:  # an optional column that this file has not
        return "''"
    return f"trim(c{position})" if position in plan.number_positions else f"c{position}"


def _given(plan: Plan, text: str) -> str:
    missing = ", ".join(quoted(token) for token in ("", *plan.layout.missing))
    return f"{text} not in ({missing})"


def _conditions(plan: Plan, where: dict[str, Condition]) -> list[str]:
    found = []
    for name, condition in where.items():
        text = _text(plan, name)
        if condition.given:
            found.append(_given(plan, text))
        for values, word in ((condition.is_, "in"), (condition.not_, "not in")):
            if values is not None:
                found.append(f"{text} {word} ({', '.join(map(quoted, values))})")
    return found


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
