"""Asks a SQL database for the rows of a table, or of a query, with dlt's ``sql_database``. It is only ever read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from agenda import settings
from agenda.errors import CairnError, Unavailable
from agenda.ways_in import Database
from sources.ways import patience
from sources.ways.records import Answer, Record, Since, causes, in_one_line, newer, whole
from sources.ways.secrets import Secrets

DRIVERS = {"postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg"}
"""What SQLAlchemy needs to hear where an address leaves the driver open."""
NO_DRIVER = "needs a driver that is not installed; with pip, install what SQLAlchemy's page on this database names"


def name_of(source: Database) -> str:
    """The name under which the rows are known; a layout's ``files`` fits it."""
    plain = re.sub(r"\W+", "_", source.table or "query")
    return source.name or plain


def answers(source: Database, secrets: Secrets, since: Since) -> Iterator[Answer]:
    """All rows, or those that are new since they were last delivered.

    Raises `Unavailable`, saying what failed and what to do.
    """
    filled, name = secrets.fill(source), name_of(source)
    engine = None
    try:
        engine = _engine(filled)
        if filled.cursor is None:
            yield whole(name, _rows(engine, filled, None))
        else:
            last = since(name)
            rows = _rows(engine, filled, last.at if last else None)
            answer = newer(name, ((row[filled.cursor], row) for row in rows), last)
            if answer is not None:
                yield answer
    except Exception as error:
        raise Unavailable(f"{_place(filled)}: {_explained(error)}") from None
    finally:
        if engine is not None:
            engine.dispose()


def _engine(source: Database) -> sa.Engine:
    """An engine that waits no longer than it may, and that can't write."""
    url = sa.make_url(source.url)
    url = url.set(drivername=DRIVERS.get(url.drivername, url.drivername))
    given: dict[str, Any] = {}
    if url.get_backend_name() == "postgresql":
        options = f"-c statement_timeout={source.timeout * 1000} -c default_transaction_read_only=on"
        given = {"connect_timeout": int(patience.CONNECT), "options": options}
    elif url.get_backend_name() == "sqlite":
        if url.database and url.database != ":memory:" and not url.database.startswith("file:"):
            # opened for reading: where there is no such file, SQLite would make an empty one
            url = url.set(database=f"file:{url.database}").update_query_dict({"mode": "ro", "uri": "true"})
        given = {"timeout": source.timeout}
    return sa.create_engine(url, connect_args=given, hide_parameters=True, poolclass=sa.pool.NullPool)


def _rows(engine: sa.Engine, source: Database, start: Any) -> Iterator[Record]:
    settings.no_telemetry()
    import dlt  # imported late: most commands ask nobody
    from dlt.sources.sql_database import sql_table

    metadata = sa.MetaData(schema=source.schema_)
    if source.query is not None:
        sa.Table("query", metadata)  # there is none to look up
    table = source.table or "query"
    incremental = None
    if source.cursor is not None:
        column = sa.Table(table, metadata, autoload_with=engine).columns[source.cursor]
        incremental = dlt.sources.incremental(source.cursor, initial_value=_typed(start, column, engine))

    def select(query: Any, table: sa.Table, *_: Any) -> Any:
        if source.query is not None:
            return sa.text(source.query)
        return query.order_by(None).order_by(*table.primary_key.columns) if table.primary_key.columns else query

    resource = sql_table(
        engine,
        table,
        metadata=metadata,
        backend="sqlalchemy",
        reflection_level="minimal",
        incremental=incremental,
        query_adapter_callback=select,
    )
    for row in resource:
        yield dict(row)


def _typed(start: Any, column: sa.Column[Any], engine: sa.Engine) -> Any:
    """A bookmark, which is JSON, as the column's own type."""
    kind = column.type.python_type
    if not isinstance(start, str) or kind not in (date, datetime):
        return start
    if kind is date:
        return date.fromisoformat(start)
    # SQLite compares times as texts, and 08:00 comes before 08:00.000000; what is known already is left out later
    return datetime.fromisoformat(start) - timedelta(seconds=engine.dialect.name == "sqlite")


def _place(source: Database) -> str:
    """Which database, without who asks it."""
    try:
        url = sa.make_url(source.url)
    except sa.exc.ArgumentError:
        return "the database"
    return f"{url.get_backend_name()} database {url.host or ''}/{url.database or ''}".replace(" /", " ")


def _explained(error: BaseException) -> str:
    for found in causes(error):
        if isinstance(found, CairnError):
            return str(found)
        if isinstance(found, sa.exc.NoSuchTableError):
            return f"there is no table {found}; look at 'table' and 'schema', and whether the user may see it"
        if isinstance(found, KeyError):
            return f"there is no column {found}; look at 'cursor'"
        if isinstance(found, sa.exc.NoSuchModuleError | ModuleNotFoundError):
            return NO_DRIVER
        if isinstance(found, sa.exc.ArgumentError):
            return "its address is none that SQLAlchemy understands; look at 'url'"
        if isinstance(found, sa.exc.DBAPIError):
            said = " ".join(str(found.orig).split())[:300]
            return f"it answers: {said}; look at 'url', 'query' and the user's rights, or wait until it is up"
    return f"asking it failed ({in_one_line(error)})"
