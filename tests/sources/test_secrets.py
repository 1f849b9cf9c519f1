"""No secret and nothing of another partner's shows up in a receipt, a log, an error, a summary or the lake.

Everything that can go wrong goes wrong at once, through the real command and a real Prefect server; then every place
that somebody could read is searched for strings that exist nowhere else.
"""

from __future__ import annotations

import base64
import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import openpyxl
import pyarrow.parquet as pq
import pytest

from tests.flows.conftest import Command, Initiative
from tests.flows.conftest import environment as environment  # a fixture
from tests.servers.web import Request, Response, Web, web_server
from tests.sources.conftest import AGENDA, INITIATIVE

SECRETS = {
    "AWS_ACCESS_KEY_ID": "AKIASENTINELKEY00001",
    "AWS_SECRET_ACCESS_KEY": "sentinel/aws+secret=Zq81",
    "COUNTY_TOKEN": "sentinel token/with+signs Kx17",
    "CITY_KEY": "sentinel-query-key-Wp52",
    "HEALTH_PASSWORD": "sentinel:p@ss/word#Lm93",
    "STATE_URL": "postgresql://reader:sentinel-db-password-Rt44@127.0.0.1:9/numbers",
    "OFFICE_PASSWORD": "sentinel-office-password-Bn36",
    "LEAGUE_URL": "no address at all sentinel-url-Vc28",
    "GOOGLE_KEY": json.dumps(
        {"type": "service_account", "private_key": "sentinel-private-key-Qd65", "client_email": "x@y"}
    ),
}
HIDDEN = (*(value for name, value in SECRETS.items() if name != "GOOGLE_KEY"), "sentinel-private-key-Qd65")
ALPHAS, BETAS = "alphasentinel", "betasentinel"
PARTNERS = """
layouts:
  any: {{files: "*", period: quarter, place: town, values: [{{column: children, measure: children, members: {{age: {{column: age}}}}}}]}}
partners:
  - {{id: alpha, name: Alpha, layouts: [any]}}
  - {{id: beta, name: Beta, layouts: [any]}}
  - {{id: county, name: County, layouts: [any], source: {{kind: api, base_url: "{web}/county", auth: {{type: bearer, token: "${{COUNTY_TOKEN}}"}}, endpoints: [{{name: numbers, paginator: single_page}}]}}}}
  - {{id: city, name: City, layouts: [any], source: {{kind: api, base_url: "{web}/city", auth: {{type: api_key, api_key: "${{CITY_KEY}}", name: key, location: query}}, endpoints: [{{name: numbers, paginator: single_page}}]}}}}
  - {{id: health, name: Health, layouts: [any], source: {{kind: api, preset: dhis2, server: "{web}/health", username: reader, password: "${{HEALTH_PASSWORD}}", dataSet: [a], orgUnit: [b], since: 2026-01-01}}}}
  - {{id: state, name: State, layouts: [any], source: {{kind: database, url: "${{STATE_URL}}", table: numbers}}}}
  - {{id: office, name: Office, layouts: [any], source: {{kind: database, url: "postgresql://reader:${{OFFICE_PASSWORD}}@127.0.0.1:9/x", query: "select 1"}}}}
  - {{id: league, name: League, layouts: [any], source: {{kind: database, url: "${{LEAGUE_URL}}", table: numbers}}}}
  - {{id: club, name: Club, layouts: [any], source: {{kind: sheet, spreadsheet: "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms", credentials: "${{GOOGLE_KEY}}"}}}}
  - {{id: unset, name: Unset, layouts: [any], source: {{kind: api, base_url: "{web}/x", auth: {{type: bearer, token: "${{NOBODY_SET_THIS}}"}}, endpoints: [{{name: numbers, paginator: single_page}}]}}}}
"""


def book(town: str) -> bytes:
    """A workbook with a fault, so that a marked copy comes back."""
    made = openpyxl.Workbook()
    for row in (
        ["quarter", "town", "age", "children"],
        ["2026Q1", town, "infant", 5],
        ["2026Q1", "harbor", "infant", "many"],
    ):
        made.active.append(row)
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


def dropped(mark: str) -> dict[str, bytes]:
    """Files that go wrong in every way, with their partner's mark in their cells, headings and names."""
    head = "quarter,town,age,children\n"
    return {
        f"{mark}.csv": f"{head}2026Q1,{mark}-place,infant,5\n2026Q1,harbor,{mark}-group,5\n{mark}-when,harbor,infant,{mark}\n".encode(),
        "good.csv": f"{head}2026Q2,harbor,infant,{ {ALPHAS: 1711, BETAS: 1913}[mark] }\n".encode(),
        "columns.csv": f"quarter,{mark}-heading,age\n2026Q1,harbor,infant\n".encode(),
        "personal.csv": f"{head[:-1]},mail\n2026Q1,harbor,infant,5,{mark}@example.org\n".encode(),
        "book.xlsx": book(f"{mark}-place"),
        "broken.xlsx": b"PK\x03\x04" + mark.encode() * 10,
        "cut.csv.gz": b"\x1f\x8b\x08\x00" + mark.encode(),
        "bytes.csv": head.encode() + mark.encode() + b"\xff\xfe\x81,1,2\n",
        "ragged.csv": f"{head}2026Q1,{mark},1\n".encode(),
    }


@pytest.fixture
def rude() -> Iterator[Web]:
    """A server that repeats in its errors all that it was told, secrets and all."""

    def answer(request: Request) -> Response:
        told = f"{request.method} {request.path} {request.query} {request.headers}"
        status = {"/county": 401, "/city": 400}.get(request.path.rstrip("/"), 403)
        return Response(told.encode(), status=status, kind="text/plain")

    with web_server(answer) as web:
        yield web


@pytest.fixture
def here(tmp_path: Path, environment: dict[str, str], rude: Web) -> Initiative:
    made = Initiative(tmp_path, {**environment, **SECRETS, "CAIRN_GOOGLE_ENDPOINT": rude.address})
    made.write("initiative.yml", INITIATIVE)
    made.write("agenda.yml", AGENDA)
    made.write("partners.yml", PARTNERS.format(web=rude.address))
    for partner, mark in (("alpha", ALPHAS), ("beta", BETAS)):
        for name, content in dropped(mark).items():
            path = tmp_path / f"store/inbox/{partner}/{name}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    return made


def spellings(secret: str) -> set[str]:
    """A secret as it may stand in an address, in JSON, in a header or in somebody's representation of it."""
    coded = {base64.b64encode(f"{user}{secret}".encode()).decode().rstrip("=") for user in ("", "reader:")}
    return {secret, quote(secret), quote(secret, safe=""), json.dumps(secret)[1:-1], repr(secret)[1:-1]} | coded


def text_of(path: Path) -> str:
    """All that a file says: tables, and what is packed in workbooks."""
    if path.suffix == ".parquet":
        return str(pq.read_table(path).to_pylist())
    content = path.read_bytes()
    if path.suffix == ".xlsx" and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            content = b"".join(archive.read(name) for name in archive.namelist())
    return content.decode("utf-8", errors="replace")


def prefect_says(api: str) -> str:
    """Every log line, run, parameter and state that the Prefect server keeps."""
    said = []
    for what in ("logs", "flow_runs", "task_runs"):
        offset, page = 0, [None]
        while page:
            page = httpx.post(f"{api}/{what}/filter", json={"limit": 200, "offset": offset}, timeout=30).json()
            said += [json.dumps(one, ensure_ascii=False) for one in page]
            offset += 200
    assert said
    return "\n".join(said)


def test_no_secret_and_nothing_of_another_partner_is_said_anywhere(here: Initiative, rude: Web) -> None:
    ran: list[Command] = [here.cairn("collect"), here.cairn("status"), here.cairn("check")]
    assert ran[0].code == 3, ran[0].err  # somebody could not be asked
    for name in ("County", "City", "Health", "State", "Office", "League", "Club", "Unset"):
        assert re.search(rf"{name}|{name.lower()}", ran[0].out + ran[0].err), name
    assert "NOBODY_SET_THIS" in ran[0].out + ran[0].err
    heard = str([request.headers for request in rude.requests] + [request.query for request in rude.requests])
    assert all(SECRETS[name] in heard for name in ("COUNTY_TOKEN", "CITY_KEY"))  # they were really sent

    store = here.path / "store"
    spoken = "\n".join(command.out + command.err for command in ran) + prefect_says(here.environment["PREFECT_API_URL"])
    kept = {path.relative_to(here.path).as_posix(): text_of(path) for path in here.path.rglob("*") if path.is_file()}
    written = {name: text for name, text in kept.items() if not name.startswith("store/inbox/")}
    assert any(name.startswith("store/lake/data/findings/") for name in written)

    everywhere = spoken + "\n".join([*written, *written.values()])
    leaked = [secret for secret in HIDDEN if any(one in everywhere for one in spellings(secret))]
    assert leaked == []

    for partner, others in (("alpha", BETAS), ("beta", ALPHAS)):
        receipts = {name: text for name, text in written.items() if name.startswith(f"store/receipts/{partner}/")}
        assert len(receipts) > len(dropped(ALPHAS))
        own = {ALPHAS, BETAS} - {others}
        assert all(any(mark in text for text in receipts.values()) for mark in own)  # what is there is found
        assert [name for name, text in receipts.items() if others in name + text] == []
        number = {ALPHAS: "1711", BETAS: "1913"}[others]
        assert [name for name, text in receipts.items() if number in text or f"{number[0]},{number[1:]}" in text] == []
    assert not any(
        f"{mark}@example.org" in text
        for mark in (ALPHAS, BETAS)
        for name, text in written.items()
        if not name.startswith("store/quarantine/")
    )
    for mark in (ALPHAS, BETAS):
        assert f"{mark}@example.org" not in spoken
    assert not (store / "submissions").exists() or all(
        "@example.org" not in text for name, text in written.items() if name.startswith("store/submissions/")
    )


def test_a_store_that_refuses_says_no_secret(here: Initiative) -> None:
    here.write("initiative.yml", INITIATIVE + "store: s3://numbers/here\n")
    here.environment.update(
        AWS_ENDPOINT_URL_S3="http://127.0.0.1:9", AWS_DEFAULT_REGION="us-east-1", AWS_MAX_ATTEMPTS="1"
    )
    done = here.cairn("collect")
    assert done.code == 3
    assert [secret for secret in HIDDEN if any(one in done.out + done.err for one in spellings(secret))] == []
