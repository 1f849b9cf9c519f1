"""The same quarter by every way in, one partner's failure beside the others, and secrets that are said nowhere."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from agenda.errors import ConfigurationError
from sources.collect import Collector
from sources.ways import patience
from tests.servers.others import datasette, forms, postgres, postgres_table, sqlite_table
from tests.servers.sheets import Spreadsheet, Tab, google
from tests.servers.web import Response, web_server
from tests.sources.conftest import Coalition

ID = "1AbCdEfGhIjKlMnOpQrStUvWxYz012345678901234"
MAIL = "cairn@project.iam.gserviceaccount.com"
QUARTER: list[dict[str, Any]] = [
    {"quarter": "2026Q1", "town": "Harbor", "age": "infant", "children": 12, "price": 850.5},
    {"quarter": "2026Q1", "town": "Harbor", "age": "toddler", "children": 20, "price": None},
    {"quarter": "2026Q1", "town": "Old Mill", "age": "infant", "children": 7, "price": 0.1},
    {"quarter": "2026Q1", "town": "Old Mill", "age": "toddler", "children": 0, "price": 999.999999},
    {"quarter": "2026Q1", "town": "Nowhere", "age": "infant", "children": 3, "price": 5},  # a place nobody knows
    {"quarter": "2025Q4", "town": "Harbor", "age": "infant", "children": -1, "price": 1001},  # out of bounds
]
LAYOUT = """
layouts:
  long:
    period: quarter
    place: town
    values:
      - {column: children, measure: children, members: {age: {column: age}}}
partners:
"""


def partner(name: str, source: str) -> str:
    return f"  - {{id: {name}, name: {name.title()}, layouts: [long], source: {source}}}\n"


def as_csv(rows: Sequence[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


@contextlib.contextmanager
def everywhere(path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The quarter in a sheet (with an account, and by link), a datasette, a SQLite and a PostgreSQL; partners.yml's part."""
    path.mkdir()
    database = sqlite_table(path / "numbers.db", QUARTER)
    with google() as sheets, datasette(database) as api, postgres(path) as server:
        tab = Tab("Q1", [list(QUARTER[0]), *(list(row.values()) for row in QUARTER)])
        sheets.spreadsheets[ID] = Spreadsheet("Numbers", [tab], {MAIL}, by_link=True)
        monkeypatch.setenv("CAIRN_GOOGLE_ENDPOINT", sheets.web.address)
        monkeypatch.setenv("SHEETS_KEY", json.dumps(sheets.account()))
        monkeypatch.setenv("PG_PASSWORD", "sesame-postgres")
        columns = "id serial primary key, quarter text, town text, age text, children int, price numeric(18, 6)"
        postgres_table(server, [f"create table numbers ({columns})"], QUARTER)
        endpoint = (
            "{name: numbers, path: numbers/numbers.json, params: {_shape: objects}, data_selector: rows, "
            "paginator: {type: json_link, next_url_path: next_url}}"
        )
        yield LAYOUT + "".join(
            [
                partner("bucket", "{kind: bucket}"),
                partner("sheet", f"{{kind: sheet, spreadsheet: {ID}, credentials: '${{SHEETS_KEY}}'}}"),
                partner("link", f"{{kind: sheet, spreadsheet: 'https://docs.google.com/spreadsheets/d/{ID}/edit'}}"),
                partner("api", f"{{kind: api, base_url: '{api}', endpoints: [{endpoint}]}}"),
                partner("lite", f"{{kind: database, url: 'sqlite:///{database}', table: numbers}}"),
                partner("postgres", f"{{kind: database, url: '{server}', table: numbers}}"),
            ]
        )


def test_the_same_quarter_gives_the_same_observations_whichever_way_it_comes(
    coalition: Callable[..., Coalition], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Byte for byte, but for where they came from: partner, reading, and row, which lines of JSON count from 1."""
    with everywhere(tmp_path / "there", monkeypatch) as partners:
        made = coalition(partners)
        made.drop("bucket/q1.csv", as_csv(QUARTER))
        found = made.collect()
        assert found.failures == ()
        assert {r.outcome for r in found.receipts} == {"partial"}
        assert len(found.receipts) == 6
        again = made.collect()
        assert (again.receipts, again.failures) == ((), ())

    observed = {}
    for name in ("bucket", "sheet", "link", "api", "lite", "postgres"):
        columns = (
            "row_number, measure, period_type, period, period_start, period_end, place, members, value, obs_status"
        )
        rows = [row[2:] for row in made.rows("observations", f"partner::text, {columns}") if row[0] == name]
        observed[name] = (rows, _counts(made, name), _findings(made, name))
    assert len(observed["bucket"][0]) == 4
    for name, seen in observed.items():
        assert repr(seen) == repr(observed["bucket"]), name
    sources = dict(made.rows("deliveries", "partner, source"))
    assert sources == {
        "bucket": "bucket",
        "sheet": "sheet",
        "link": "sheet",
        "api": "api",
        "lite": "database",
        "postgres": "database",
    }


def _counts(made: Coalition, name: str) -> list[tuple[Any, ...]]:
    columns = "partner, layout, delivery_mode, outcome, rows_read, rows_accepted, rows_rejected, rows_skipped"
    return [row[1:] for row in made.rows("readings", columns) if row[0] == name]


def _findings(made: Coalition, name: str) -> list[tuple[Any, ...]]:
    """What was found, in the order of rows; not in which cell: what was asked for may have an id before it."""
    readings = {reading for reading, partner in made.rows("readings", "reading, partner") if partner == name}
    found = made.rows("findings", "reading, row_number, severity, code, column_name, value")
    return [row[2:] for row in found if row[0] in readings]


def test_one_that_fails_costs_only_itself(coalition: Callable[..., Coalition], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "BACKOFF", 0.01)
    monkeypatch.setenv("KEY", "sesame-open")
    with web_server(lambda request: Response(b"sesame-open", 500)) as broken, web_server(_slow) as slow:
        api = "{{kind: api, base_url: '{}', timeout: 1, endpoints: [{{name: a, paginator: single_page}}], auth: {{type: bearer, token: '${{{}}}'}}}}"
        made = coalition(
            LAYOUT
            + partner("broken", api.format(broken.address, "KEY"))
            + partner("slow", api.format(slow.address, "KEY"))
            + partner("unset", api.format(broken.address, "NOT_SET"))
            + partner("gone", "{kind: database, url: 'sqlite:////nowhere/at.all', table: numbers}")
            + partner("well", "{kind: bucket}")
        )
        made.drop("well/q1.csv", as_csv(QUARTER[:4]))
        monkeypatch.setattr(patience, "ATTEMPTS", 2)
        found = made.collect()
    assert [receipt.partner for receipt in found.receipts] == ["well"]
    failed = dict(found.failures)
    assert list(failed) == ["broken", "gone", "slow", "unset"]
    assert "HTTP 500: its server has a problem; the next collect asks again" in failed["broken"]
    assert "it didn't answer in time" in failed["slow"]
    assert failed["unset"] == "the environment has no NOT_SET; set it where cairn runs"
    assert "unable to open database file" in failed["gone"]
    assert "sesame" not in repr(found)


def _slow(request: object) -> Response:
    time.sleep(1.5)
    return Response(b"[]")


def test_planning_asks_nobody(coalition: Callable[..., Coalition]) -> None:
    with web_server(lambda request: Response(b"[]")) as web:
        made = coalition(
            LAYOUT
            + partner(
                "api", f"{{kind: api, base_url: '{web.address}', endpoints: [{{name: a, paginator: single_page}}]}}"
            )
        )
        made.collect()
        web.requests.clear()
        assert Collector(made.folder, made.store).has_work, "nobody knows what they hold before they are asked"
        assert not Collector(made.folder, made.store, partners=["other"]).has_work
        assert web.requests == []


def test_increments_add_up_and_a_kill_loses_none(
    coalition: Callable[..., Coalition], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed before the manifest, the lake knows nothing of the records; the next collect asks for them again."""
    monkeypatch.setenv("KOBO_TOKEN", "sesame-kobo")
    with forms() as server:
        made = coalition(
            LAYOUT.replace("long:", "long:\n    delivery: updates")
            + partner(
                "kobo",
                f"{{kind: api, preset: kobotoolbox, server: '{server.web.address}', asset: aForm, token: '${{KOBO_TOKEN}}', only_new: yes}}",
            )
        )
        server.submissions = [_submission(i, row) for i, row in enumerate(QUARTER[:2], 1)]
        made.collect()
        server.submissions += [_submission(3, QUARTER[2])]
        with monkeypatch.context() as killed:
            killed.setattr("sources.lake.Lake.commit", _killed)
            with pytest.raises(KeyboardInterrupt):
                made.collect()
        (receipt,) = made.collect().receipts
        assert receipt.counts.accepted == 1
        assert made.collect().receipts == ()
    values = made.rows("observations", "place::text, members::text, value::int")
    assert sorted(values) == [
        ("harbor", "age=infant", 12),
        ("harbor", "age=toddler", 20),
        ("old_mill", "age=infant", 7),
    ]


def _submission(number: int, answers: dict[str, Any]) -> dict[str, Any]:
    return {"_id": number, "_submission_time": f"2026-04-0{number}T08:00:00", **answers}


def _killed(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


# -- secrets ------------------------------------------------------------------------------------------


def test_a_secret_is_said_nowhere(
    coalition: Callable[..., Coalition],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(patience, "BACKOFF", 0.01)
    monkeypatch.setenv("KEY", "sesame/open+me")
    caplog.set_level("DEBUG")
    answers = [Response(json.dumps(QUARTER).encode()), Response(status=401)]
    with web_server(lambda request: answers.pop(0)) as web:
        api = "{kind: api, base_url: '%s', endpoints: [{name: a, paginator: single_page}], auth: {type: api_key, name: key, location: query, api_key: '${KEY}'}}"
        made = coalition(LAYOUT + partner("api", api % web.address))
        first, second = made.collect(), made.collect()
        assert [request.one("key") for request in web.requests] == ["sesame/open+me"] * 2
    folder = made.folder
    said = [
        repr(folder), repr(Collector(folder, made.store).asking), repr(first), repr(second), folder.digest(), caplog.text, *capfd.readouterr(),
        *(path.read_bytes().decode(errors="replace") for path in made.path.rglob("*") if path.is_file()),
    ]  # fmt: skip
    assert len(first.receipts) == len(second.failures) == 1
    assert [text for text in said if re.search(r"sesame|open(\+|%2B)me", text)] == []


# -- partners.yml -------------------------------------------------------------------------------------

API = "kind: api, base_url: 'https://a.org', endpoints: [{name: a, paginator: single_page}]"
KOBO = "kind: api, preset: kobotoolbox, asset: a, token: '${T}'"
WRONG = {
    "a kind": ("kind: sheets", "source.kind", "'sheets' is no way in that is known here; did you mean 'sheet'?"),
    "a preset": ("kind: api, preset: kobotolbox", "source.preset", "'kobotolbox' is no way in that is known here; did you mean 'kobotoolbox'?"),
    "a key": (KOBO + ", asst: b", "source.asst", "is not a key that is known here; did you mean 'asset'?"),
    "a missing key": ("kind: api, preset: kobotoolbox, asset: a", "source.token", "is missing; it must be given"),
    "a deep key": (API.replace("name: a", "name: a, parms: {}"), "source.endpoints.0.parms", "did you mean 'params'?"),
    "no paginator": (API.replace(", paginator: single_page", ""), "source.endpoints.0.paginator", "is missing"),
    "a paginator's type": (API.replace("single_page", "page_numbers"), "source.endpoints.0.paginator.type", "'page_numbers' is not one of"),
    "a paginator's key": (
        API.replace("single_page", "{type: offset, limit: 5, page_param: p}"), "source.endpoints.0.paginator", "offset takes no 'page_param'"),
    "a paginator's need": (API.replace("single_page", "json_link"), "source.endpoints.0.paginator", "json_link needs 'next_url_path'"),
    "an auth's need": (API + ", auth: {type: http_basic, username: a}", "source.auth", "http_basic needs 'password'"),
    "a secret in the file": (KOBO.replace("${T}", "sesame"), "source.token", "must not stand in the file; put it into the environment"),
    "a secret header": (API + ", headers: {X-Api-Key: sesame}", "source.headers", "'X-Api-Key' is a secret by its name"),
    "a secret parameter": (API.replace("name: a", "name: a, params: {token: sesame}"), "source.endpoints.0.params", "'token' is a secret"),
    "a password in an address": (
        "kind: database, table: t, url: 'postgresql://ada:sesame@h/d'", "source.url", "holds a password; put it into the environment"),
    "an address with a name": (API.replace("https://", "https://ada:sesame@"), "source.base_url", "say them under 'auth'"),
    "no address": (API.replace("https://a.org", "a.org"), "source.base_url", "is no web address"),
    "no database's address": ("kind: database, table: t, url: numbers.db", "source.url", "is no database's address"),
    "a table and a query": ("kind: database, table: t, query: q, url: 'sqlite:///a'", "source", "needs either 'table' or 'query'"),
    "tabs by link": (f"kind: sheet, spreadsheet: {ID}, tabs: [a]", "source", "'tabs' needs 'credentials'"),
    "no spreadsheet": ("kind: sheet, spreadsheet: 'https://a.org/x'", "source.spreadsheet", "is no spreadsheet"),
    "a text": (None, "source", "needs keys of its own, above all 'kind'"),
    "names twice": (
        API.replace("[{", "[{name: a, paginator: single_page}, {"), "source.endpoints.1", "'a' is given 2 times; keep one"),
    "new ones only, which replace": (KOBO + ", only_new: yes", "source.only_new", "layout 'long' replaces; give it delivery: updates"),
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_names_line_key_and_what_to_write(coalition: Callable[..., Coalition], wrong: str) -> None:
    source, key, message = WRONG[wrong]
    made = coalition(
        LAYOUT
        + "  - id: alpha\n    name: Alpha\n    layouts: [long]\n    source: "
        + ("here" if source is None else f"{{{source}}}")
    )
    with pytest.raises(ConfigurationError) as raised:
        made.folder  # noqa: B018
    (problem,) = raised.value.problems
    assert (problem.file, problem.line, problem.key) == ("partners.yml", 12, f"partners.0.{key}")
    assert message in problem.message
    assert "sesame" not in str(raised.value)


def test_records_that_are_added_up_can_not_come_bit_by_bit(coalition: Callable[..., Coalition]) -> None:
    layout = LAYOUT.replace("long:", "long:\n    delivery: updates\n    rows: records")
    made = coalition(layout + partner("alpha", f"{{{KOBO}, only_new: yes}}"))
    with pytest.raises(
        ConfigurationError, match="asks for new records only, but layout 'long' adds records up; take this out"
    ):
        made.folder  # noqa: B018


def test_a_folder_is_read_without_its_secrets(coalition: Callable[..., Coalition]) -> None:
    made = coalition(LAYOUT + partner("alpha", f"{{{KOBO}}}"))
    assert made.folder.partners.partners[0].source.token == "${T}"  # type: ignore[union-attr]


DOCS = Path(__file__).resolve().parents[2] / "docs/data-engineer.md"


def test_the_examples_in_the_docs_are_read_as_they_stand(coalition: Callable[..., Coalition]) -> None:
    section = DOCS.read_text("utf-8").split("\n## Ways in\n")[1].split("\n## ")[0]
    blocks = [yaml.safe_load(block) for block in re.findall(r"^```yaml\n(.*?)^```", section, re.MULTILINE | re.DOTALL)]
    sources = [source for block in blocks for source in (block if isinstance(block, list) else [block])]
    assert {(s["source"]["kind"], s["source"].get("preset")) for s in sources} >= {
        ("sheet", None), ("api", None), ("api", "kobotoolbox"), ("api", "dhis2"), ("database", None),
    }  # fmt: skip
    text = section.casefold()
    assert all(name in text for name in ("airtable", "socrata", "ckan"))
    for number, block in enumerate(sources):
        partners = [{"id": f"p{number}", "name": "P", "layouts": ["long"], **block}]
        made = coalition(
            LAYOUT.replace("long:", "long:\n    delivery: updates") + yaml.safe_dump(partners, allow_unicode=True)
        )
        assert made.folder.partners.partners[0].source.kind == block["source"]["kind"]
