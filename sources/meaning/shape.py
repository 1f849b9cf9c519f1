"""From a sheet of text to candidates: one row for each number that a layout finds in it.

Every kind of layout (long, wide, record-level, SQL) becomes a `select` over the sheets that share it, run by
DuckDB; a candidate still holds the partner's own words. What they mean, `sources.meaning.resolve` says.

Candidate columns: ``file`` (which of the sheets), ``row`` (as the spreadsheet numbers it), ``value_no``
(which of the layout's values), ``measure_raw``, ``period_raw``, ``place_raw``, ``members_raw``,
``value_raw``, ``status_raw`` (what a column of its own says of the number), ``per_key``, ``is_foot`` (the row says that
it adds others up), and, where people are counted by keyed hashes, ``person_raw`` (the hash of who may be linked).
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from agenda.model import Condition, From
from agenda.sql import LOCKED_DOWN
from sources.files.readers import Sheet
from sources.meaning.plan import Cell, Plan
from sources.meaning.totals import rows_of_totals
from sources.meaning.vocabulary import JOIN, SPLIT, Vocabulary, plain

PART = 122_880
"""Rows that are worth a thread of their own: DuckDB's own measure, a row group."""


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


# -- the SQL layout -----------------------------------------------------------------------------------


def select_sql(sql: str, sheet: Sheet, place: str | None, vocabulary: Vocabulary) -> pa.Table:
    """Candidates of one sheet by the layout's own query, in a DuckDB that reaches neither disk nor network.

    The query is one ``select`` over ``submission``: the sheet's columns as text under their own names, and
    ``row``. It gives ``measure``, ``period``, ``value``, one column per dimension it splits by, and, where it
    has them, ``place`` and ``row``. Raises `duckdb.Error` where it can't be run.
    """
    names = _unique_names(sheet.header)
    table = sheet.table.rename_columns(names).append_column("row", sheet.rows)
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register("arrived", table)
        connection.execute("create table submission as select * from arrived")
        connection.unregister("arrived")
        connection.execute(LOCKED_DOWN)
        statements = connection.extract_statements(sql)
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            raise duckdb.InvalidInputException("a layout's sql is exactly one select")
        answer = connection.execute(statements[0]).to_arrow_table()
        connection.register("answer", answer)
        given = set(answer.column_names)
        if lacking := {"measure", "period", "value"} - given:
            raise duckdb.InvalidInputException(f"the query gives no column {sorted(lacking)[0]}")
        splits = sorted(given & set(vocabulary.members))
        texts = {name: f"coalesce(cast(\"{name}\" as varchar), '')" for name in splits}
        members = [f"'{name}{SPLIT}' || translate({text}, '{SPLIT}{JOIN}', '')" for name, text in texts.items()]
        own = quoted(place or "")
        return connection.execute(
            f"""select 0::int as file, {"row" if "row" in given else "null"}::bigint as row, 0 as value_no,
                coalesce(measure::varchar, '') as measure_raw, coalesce(period::varchar, '') as period_raw,
                {"coalesce(place::varchar, " + own + ")" if "place" in given else own} as place_raw,
                {f" || '{JOIN}' || ".join(members) or "''"} as members_raw,
                value::varchar as value_raw, '' as status_raw, '' as per_key, false as is_foot
            from answer where value is not null"""
        ).to_arrow_table()


def _unique_names(header: Sequence[str]) -> list[str]:
    """Column names for SQL: the header's own, an empty or repeated one replaced by its letter-free position."""
    names: list[str] = []
    for position, text in enumerate(header):
        name = text.strip()
        names.append(name if name and name.lower() not in {n.lower() for n in names} else f"column_{position + 1}")
    return names
