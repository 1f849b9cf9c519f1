"""A partner's datasette, its PostgreSQL, and KoboToolbox and DHIS2 as their documents describe them."""

from __future__ import annotations

import contextlib
import glob
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from infra.servers import _answers, _die_with_parent, _free_ports, _running
from tests.servers.web import Request, Response, Web, web_server

Rows = Sequence[Mapping[str, Any]]


def sqlite_table(path: Path, rows: Rows, table: str = "numbers") -> Path:
    """A SQLite database with the rows in a table, numbered."""
    columns = list(rows[0])
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute(f"create table {table} (id integer primary key, {', '.join(columns)})")
        marks = ", ".join("?" * len(columns))
        database.executemany(
            f"insert into {table} ({', '.join(columns)}) values ({marks})", [tuple(row.values()) for row in rows]
        )
    return path


@contextlib.contextmanager
def datasette(database: Path) -> Iterator[str]:
    """A real datasette over a SQLite database; yields its address."""
    (port,) = _free_ports(1)
    command = [
        sys.executable, "-m", "datasette", "serve", str(database), "--port", str(port), "--setting", "default_page_size",
        "2",
    ]  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    with _running(command, database.parent, {}, lambda: _answers(f"{address}/-/versions.json", (200,))):
        yield address


@contextlib.contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """A real PostgreSQL with a database of its own, for ``reader`` with a password; yields an address without it."""
    programs = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
    if not programs:
        pytest.skip("no PostgreSQL here (Debian's package: postgresql)")
    owner = {"user": "postgres", "group": "postgres"} if os.getuid() == 0 else {}
    (port,) = _free_ports(1)
    home = folder / "postgres"
    home.mkdir()
    if owner:
        shutil.chown(home, "postgres", "postgres")
        for parent in home.parents:  # a folder of a test is closed to others
            if parent.is_relative_to("/tmp") and parent != Path("/tmp"):
                parent.chmod(parent.stat().st_mode | 0o011)
    (folder / "password").write_text("sesame-postgres")
    (folder / "password").chmod(0o644)
    data = home / "data"
    made = subprocess.run(
        [f"{programs[-1]}/initdb", "-D", data, "-U", "reader", "-A", "scram-sha-256", f"--pwfile={folder}/password",
         "-E", "UTF8", "--no-sync"],
        check=False, capture_output=True, text=True, cwd=home, **owner,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    process = subprocess.Popen(
        [f"{programs[-1]}/postgres", "-D", data, "-p", str(port), "-k", home, "-h", "127.0.0.1", "-c", "fsync=off"],
        cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=_die_with_parent, **owner,
    )  # fmt: skip
    try:
        import psycopg

        for _ in range(600):
            with contextlib.suppress(psycopg.OperationalError):
                psycopg.connect(_dsn(port), connect_timeout=2).close()
                break
            time.sleep(0.05)
        yield f"postgresql://reader:${{PG_PASSWORD}}@127.0.0.1:{port}/postgres"
    finally:
        process.send_signal(signal.SIGQUIT)  # at once
        process.wait(30)


def _dsn(port: int | str) -> str:
    return f"postgresql://reader:sesame-postgres@127.0.0.1:{port}/postgres"


def postgres_table(address: str, statements: Sequence[str], rows: Rows = (), table: str = "numbers") -> None:
    import psycopg

    with psycopg.connect(address.replace("${PG_PASSWORD}", "sesame-postgres")) as database:
        for statement in statements:
            database.execute(statement)  # type: ignore[call-overload]
        for row in rows:
            marks = ", ".join(["%s"] * len(row))
            database.execute(f"insert into {table} ({', '.join(row)}) values ({marks})", list(row.values()))  # type: ignore[call-overload]


@dataclass
class Forms:
    """KoboToolbox's data endpoint and DHIS2's dataValueSets, over what a test puts in."""

    web: Web = field(init=False)
    submissions: list[dict[str, Any]] = field(default_factory=list)
    values: list[dict[str, Any]] = field(default_factory=list)

    def answer(self, request: Request) -> Response:
        if request.path == "/api/v2/assets/aForm/data/":
            return self._kobo(request)
        if request.path == "/api/dataValueSets":
            return self._dhis2(request)
        return Response(b'{"detail": "Not found."}', 404)

    def _kobo(self, request: Request) -> Response:
        if request.headers.get("authorization") != "Token sesame-kobo":
            return Response(b'{"detail": "Invalid token."}', 401)
        start, limit = int(request.one("start", "0")), min(int(request.one("limit", "100")), 1000, 2)
        asked = json.loads(request.one("query", "{}"))
        since = asked.get("_submission_time", {}).get("$gte", "")
        found = [s for s in self.submissions if s["_submission_time"] >= since]
        further = f"{self.web.address}{request.path}?format=json&limit={limit}&start={start + limit}"
        if asked:
            from urllib.parse import quote

            further += f"&query={quote(json.dumps(asked))}"
        has_more = start + limit < len(found)
        page = {"count": len(found), "next": further if has_more else None, "previous": None}
        return Response(json.dumps({**page, "results": found[start : start + limit]}).encode())

    def _dhis2(self, request: Request) -> Response:
        if request.headers.get("authorization") != "ApiToken sesame-dhis2":
            return Response(b'{"httpStatus": "Unauthorized", "httpStatusCode": 401}', 401)
        periods, since = request.query.get("period"), request.one("lastUpdated")
        found = [
            value
            for value in self.values
            if (periods is None or value["period"] in periods) and value["lastUpdated"] >= since
        ]
        said = {"dataValues": found} if found else {}
        return Response(json.dumps(said).encode())


@contextlib.contextmanager
def forms() -> Iterator[Forms]:
    server = Forms()
    with web_server(server.answer) as server.web:
        yield server
