"""Databases: SQLite and a real PostgreSQL, read only, in exact numbers, whole or only what is new."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agenda.errors import Unavailable
from agenda.ways_in import Database
from sources.ways import database
from sources.ways.records import Answer, Bookmark
from sources.ways.secrets import Secrets
from tests.servers.others import postgres, postgres_table, sqlite_table

ROWS = [{"quarter": "2026Q1", "children": 12}, {"quarter": "2026Q2", "children": 20}]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with postgres(tmp_path_factory.mktemp("postgres")) as address:
        yield address


@pytest.fixture(autouse=True)
def _password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PG_PASSWORD", "sesame-postgres")


def ask(url: str, last: Answer | None = None, **more: Any) -> list[Answer]:
    mark = Bookmark.read(last.version) if last else None
    source = Database.model_validate({"kind": "database", "url": url, **more})
    return list(database.answers(source, Secrets(), lambda name: mark))


def records(answer: Answer) -> list[dict[str, Any]]:
    return [json.loads(line) for line in answer.content.splitlines()]


def lite(path: Path) -> str:
    return f"sqlite:///{path}"


def test_a_table_of_sqlite_comes_in_the_order_of_its_key(tmp_path: Path) -> None:
    (found,) = ask(lite(sqlite_table(tmp_path / "a.db", ROWS)), table="numbers")
    assert found.name == "numbers.ndjson"
    assert records(found) == [{"id": i + 1, **row} for i, row in enumerate(ROWS)]


def test_a_query_says_what_no_table_does(tmp_path: Path) -> None:
    path = sqlite_table(tmp_path / "a.db", ROWS)
    query = "select quarter as period, sum(children) as n from numbers group by 1 order by 1 desc"
    (found,) = ask(lite(path), query=query, name="totals")
    assert found.name == "totals.ndjson"
    assert records(found) == [{"period": "2026Q2", "n": 20}, {"period": "2026Q1", "n": 12}]


def test_the_same_rows_in_another_order_are_nothing_new(tmp_path: Path) -> None:
    path = sqlite_table(tmp_path / "a.db", ROWS)
    up, down = (ask(lite(path), query=f"select * from numbers order by id {way}")[0] for way in ("asc", "desc"))
    assert up.content != down.content
    assert up.version == down.version


def test_a_database_is_only_read(tmp_path: Path, server: str) -> None:
    path = sqlite_table(tmp_path / "a.db", ROWS)
    for query in ("insert into numbers (quarter) values ('x')", "drop table numbers"):
        with pytest.raises(Unavailable, match="attempt to write a readonly database"):
            ask(lite(path), query=query)
    assert len(records(ask(lite(path), table="numbers")[0])) == 2
    postgres_table(server, ["create sequence counter"])
    with pytest.raises(Unavailable, match="in a read-only transaction"):
        ask(server, query="select nextval('counter')")


def test_only_new_rows_are_asked_for_and_nothing_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with contextlib.closing(sqlite3.connect(path)) as made, made:
        made.execute("create table numbers (id integer primary key, n integer, at timestamp)")
        made.execute("insert into numbers (n, at) values (1, '2026-07-01 08:00:00'), (2, '2026-07-02 08:00:00')")
    (first,) = ask(lite(path), table="numbers", cursor="at")
    assert first.name == "numbers-2026-07-02T08-00-00.ndjson"
    assert ask(lite(path), first, table="numbers", cursor="at") == []
    with contextlib.closing(sqlite3.connect(path)) as made, made:
        made.execute("insert into numbers (n, at) values (3, '2026-07-02 08:00:00')")  # of the same second
    (second,) = ask(lite(path), first, table="numbers", cursor="at")
    assert {row["n"] for row in records(second)} == {2, 3}
    assert ask(lite(path), second, table="numbers", cursor="at") == []


def test_postgresql_with_types_of_its_own(server: str) -> None:
    postgres_table(
        server,
        [
            "drop table if exists numbers",
            "create table numbers (id int primary key, d date, t timestamptz, n numeric(20, 6), j jsonb, b boolean, u uuid)",
            "insert into numbers values (2, '2026-07-01', '2026-07-01 10:00+02', 12345678901234.000001, '{\"a\": 1}', true, "
            "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'), (1, null, '2026-07-01 08:00Z', 0.1, null, false, null)",
        ],
    )
    (found,) = ask(server, table="numbers", schema="public")
    first, second = records(found)
    assert (first["id"], first["d"], first["n"], first["b"]) == (1, None, 0.1, False)
    assert (second["d"], second["n"], second["j"], second["u"][:8]) == (
        "2026-07-01",
        "12345678901234.000001",
        {"a": 1},
        "a0eebc99",
    )
    (new,) = ask(server, table="numbers", cursor="t")
    assert ask(server, new, table="numbers", cursor="t") == []
    postgres_table(server, ["insert into numbers (id, t) values (3, '2026-07-01 08:00:00.000001Z')"])
    (newer,) = ask(server, new, table="numbers", cursor="t")
    assert [row["id"] for row in records(newer)] == [3]


def test_a_statement_that_takes_too_long_is_ended(server: str) -> None:
    with pytest.raises(Unavailable, match="statement timeout"):
        ask(server, query="select pg_sleep(20)", timeout=1)


def test_what_fails_says_what_to_do_and_no_password(
    tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = lite(sqlite_table(tmp_path / "a.db", ROWS))
    cases = [
        (lite(tmp_path / "none.db"), {"table": "numbers"}, "unable to open database file"),
        (path, {"table": "nmbers"}, "there is no table nmbers; look at 'table' and 'schema'"),
        (path, {"table": "numbers", "cursor": "at"}, "there is no column 'at'; look at 'cursor'"),
        (path, {"query": "selec 1"}, "syntax error"),
        ("mysql://x/y", {"table": "numbers"}, "needs a driver that is not installed"),
        ("postgresql://ada:${PG_PASSWORD}@127.0.0.1:1/x", {"table": "numbers"}, "postgresql database 127.0.0.1/x: it answers"),
    ]  # fmt: skip
    for url, more, words in cases:
        with pytest.raises(Unavailable) as raised:
            ask(url, **more)
        assert words in str(raised.value)
        assert "sesame" not in str(raised.value)
    monkeypatch.setenv("PG_PASSWORD", "sesame-wrong")
    with pytest.raises(Unavailable, match="password authentication failed") as raised:
        ask(server, table="numbers")
    assert "sesame" not in str(raised.value)
    assert not (tmp_path / "none.db").exists()
