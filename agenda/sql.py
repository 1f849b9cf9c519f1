"""SQL that people write into an initiative's files: what it may reach, and what it may ask."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import duckdb

LOCKED_DOWN = """
set memory_limit = '2GB'; set temp_directory = ''; set python_enable_replacements = false;
set enable_external_access = false; set lock_configuration = true
"""
"""A partner's or an engineer's query can compute, and nothing else: no file, no network, no Python variable."""
_SOURCES = {"BASE_TABLE", "SUBQUERY", "JOIN", "EMPTY", "EXPRESSION_LIST", "TABLE_FUNCTION", "COLUMN_DATA"}
_ROWS_OF_NOTHING = {"range", "generate_series", "unnest"}
_OUTSIDE = {
    "getvariable", "current_setting", "current_user", "current_role", "session_user", "user", "version",
    "current_localtime", "current_localtimestamp", "localtime", "localtimestamp", "current_time", "current_timestamp",
    "current_date", "current_catalog", "current_schema", "current_database",
}  # fmt: skip
"""What says something else at another time or on another machine, though DuckDB doesn't mark it so."""

Types = Mapping[str, str]
"""Columns with their types, as DuckDB writes them."""


def columns_of(sql: str, relations: Mapping[str, Types]) -> dict[str, str]:
    """The columns that a query over ``relations`` gives, with their types. Nothing is run but on empty tables.

    Raises `ValueError`, in words, unless it is one ``select`` that reads these and nothing else, and that says the same
    wherever and whenever it is run.
    """
    with duckdb.connect(config={"threads": 1}) as connection:
        for name, types in relations.items():
            columns = ", ".join(f"{column} {type_}" for column, type_ in types.items())
            connection.execute(f"create table {name} ({columns})")
        volatile = "select function_name from duckdb_functions() where stability <> 'CONSISTENT'"
        fickle = {name for (name,) in connection.execute(volatile).fetchall()} | _OUTSIDE
        connection.execute(LOCKED_DOWN)
        for node in _nodes(_parsed(connection, sql)):
            _allowed(node, fickle)
        try:
            found = connection.execute(f"describe {sql}").fetchall()
        except duckdb.Error as error:
            raise ValueError(f"can't be run: {' '.join(str(error).split())}") from None
        return {name: type_ for name, type_, *_ in found}


def _parsed(connection: duckdb.DuckDBPyConnection, sql: str) -> Any:
    (text,) = connection.execute("select json_serialize_sql(?::varchar)", [sql]).fetchone() or ("{}",)
    said = json.loads(text)
    if said.get("error"):
        raise ValueError(f"is no plain select: {' '.join(str(said.get('error_message')).split())}")
    if len(said["statements"]) != 1:
        raise ValueError(f"is exactly one select; this has {len(said['statements'])} statements")
    return said["statements"][0]


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    if isinstance(tree, dict):
        yield tree
        for child in tree.values():
            yield from _nodes(child)
    elif isinstance(tree, list):
        for child in tree:
            yield from _nodes(child)


def _allowed(node: Mapping[str, Any], fickle: set[str]) -> None:
    source = node.get("type") if "sample" in node and "select_list" not in node else None
    if source is not None and source not in _SOURCES:
        raise ValueError(f"may read tables and subqueries only, and no {str(source).lower().replace('_', ' ')}")
    if source == "TABLE_FUNCTION" and (name := node["function"]["function_name"]) not in _ROWS_OF_NOTHING:
        raise ValueError(f"may not read from {name}(...)")
    called = node.get("function_name") or (node.get("class") == "COLUMN_REF" and node["column_names"][-1])
    if isinstance(called, str) and called.lower() in fickle:
        raise ValueError(f"may not ask for {called}, which is something else at another time or place")
