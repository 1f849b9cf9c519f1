"""The layout that is a query of the initiative's own: from a sheet to candidates as `sources.meaning.shape` makes."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import pyarrow as pa

from agenda.sql import LOCKED_DOWN
from sources.files.readers import Sheet
from sources.meaning.shape import quoted
from sources.meaning.vocabulary import JOIN, SPLIT, Vocabulary


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
