"""Web APIs: pages, signing in, patience, what is new, and what is said where it fails."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from agenda.errors import Unavailable
from agenda.web import Api, Dhis2, Kobo
from sources.ways import api, patience
from sources.ways.presets import declared
from sources.ways.records import Answer, Bookmark
from sources.ways.secrets import Secrets
from tests.servers.others import Forms, forms
from tests.servers.web import Request, Response, web_server
from tests.sources.conftest import Coalition

RECORDS = [{"id": i, "town": "Harbor", "n": i * 10} for i in range(5)]


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "BACKOFF", 0.01)
    for name in ("API", "KOBO", "DHIS2"):
        monkeypatch.setenv(f"{name}_TOKEN", f"sesame-{name.lower()}")


def ask(
    answer: Callable[[Request], Response], paginator: Any = "single_page", **more: Any
) -> tuple[list[dict[str, Any]], list[Request]]:
    """The records of an API that answers so, and what it was asked."""
    with web_server(answer) as web:
        endpoint = {"name": "records", "path": "records", "paginator": paginator, **more.pop("endpoint", {})}
        declared_api = Api.model_validate({"kind": "api", "base_url": web.address, "endpoints": [endpoint], **more})
        (found,) = api.answers(declared(declared_api), Secrets(), lambda name: None)
        return records(found), web.requests


def records(answer: Answer) -> list[dict[str, Any]]:
    return [json.loads(line) for line in answer.content.splitlines()]


def said(body: Any, **headers: str) -> Response:
    return Response(
        json.dumps(body).encode(), headers={name.replace("_", "-"): value for name, value in headers.items()}
    )


# -- pages --------------------------------------------------------------------------------------------


def offset(request: Request) -> Response:
    start = int(request.one("offset"))
    return said({"data": RECORDS[start : start + int(request.one("limit"))], "total": 5})


def numbered(request: Request) -> Response:
    page = int(request.one("page"))
    return said(RECORDS[page * 2 - 2 : page * 2])


def linked(request: Request) -> Response:
    start = int(request.one("from", "0"))
    following = f"http://{request.headers['host']}/records?from={start + 2}" if start < 4 else None
    return said({"data": RECORDS[start : start + 2], "links": {"next": following}})


def in_header(request: Request) -> Response:
    start = int(request.one("from", "0"))
    link = f'<http://{request.headers["host"]}/records?from={start + 2}>; rel="next"'
    return said(RECORDS[start : start + 2], **({"Link": link} if start < 4 else {}))


def by_cursor(request: Request) -> Response:
    start = int(request.one("after", "0"))
    return said(
        {"records": [{"fields": r} for r in RECORDS[start : start + 2]], **({"offset": start + 2} if start < 4 else {})}
    )


@pytest.mark.parametrize(
    ("server", "paginator", "selector"),
    [
        (offset, {"type": "offset", "limit": 2, "total_path": "total"}, "data"),
        (offset, {"type": "offset", "limit": 2}, "data"),
        (numbered, {"type": "page_number", "base_page": 1}, None),
        (linked, {"type": "json_link", "next_url_path": "links.next"}, "data"),
        (in_header, {"type": "header_link"}, None),
        (by_cursor, {"type": "cursor", "cursor_path": "offset", "cursor_param": "after"}, "records[*].fields"),
        (lambda request: said({"data": RECORDS}), "single_page", "data"),
    ],
)
def test_every_way_of_paging_gives_all_records_in_order(server: Any, paginator: Any, selector: str | None) -> None:
    found, _ = ask(server, paginator, endpoint={"data_selector": selector})
    assert found == RECORDS


def test_numbers_are_exact() -> None:
    body = (
        b'[{"a": 0.1, "b": 1.10, "c": 123456789012.123456, "d": 12345678901234567890, "e": 1e3, "f": "007", "g": null}]'
    )
    found, _ = ask(lambda request: Response(body))
    text = "123456789012.123456"  # no float holds it
    assert found == [{"a": 0.1, "b": 1.1, "c": text, "d": 12345678901234567890, "e": 1000, "f": "007", "g": None}]


def test_a_page_that_comes_again_and_again_is_not_asked_for_ever() -> None:
    with pytest.raises(Unavailable, match="gives the same page again and again; look at 'paginator'"):
        ask(lambda request: said({"data": RECORDS}), {"type": "page_number"}, endpoint={"data_selector": "data"})


def test_a_selector_that_fits_nothing_is_said_and_not_taken_for_no_records() -> None:
    with pytest.raises(Unavailable, match=r"has no 'date'; look at 'data_selector'\. It has: data, total"):
        ask(lambda request: said({"data": [], "total": 0}), endpoint={"data_selector": "date"})


def test_braces_and_lists_in_parameters_arrive_as_written() -> None:
    params = {"query": '{"a": {"$gt": 1}}', "town": ["Harbor", "Mill"]}
    _, (request,) = ask(lambda request: said([]), endpoint={"params": params})
    assert request.query == {"query": ['{"a": {"$gt": 1}}'], "town": ["Harbor", "Mill"]}


def test_a_question_may_be_posted() -> None:
    _, (request,) = ask(
        lambda request: said([]), endpoint={"method": "POST", "json": '{"town": "{Harbor}", "limit": 5}'}
    )
    assert (request.method, json.loads(request.body)) == ("POST", {"town": "{Harbor}", "limit": 5})


# -- signing in ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("auth", "name", "value"),
    [
        ({"type": "bearer", "token": "${API_TOKEN}"}, "authorization", "Bearer sesame-api"),
        ({"type": "api_key", "name": "X-App-Token", "api_key": "${API_TOKEN}"}, "x-app-token", "sesame-api"),
        (
            {"type": "http_basic", "username": "ada", "password": "${API_TOKEN}"},
            "authorization",
            "Basic YWRhOnNlc2FtZS1hcGk=",
        ),
    ],
)
def test_signing_in(auth: dict[str, str], name: str, value: str) -> None:
    _, (request,) = ask(lambda request: said([]), auth=auth)
    assert request.headers[name] == value


def test_signing_in_with_oauth() -> None:
    def answer(request: Request) -> Response:
        if request.path == "/token":
            return said({"access_token": "fresh", "expires_in": 3600})
        return said([{"is_let_in": request.headers["authorization"] == "Bearer fresh"}])

    with web_server(answer) as web:
        auth = {
            "type": "oauth2_client_credentials",
            "access_token_url": f"{web.address}/token",
            "client_id": "cairn",
            "client_secret": "${API_TOKEN}",
        }
        endpoint = {"name": "records", "path": "records", "paginator": "single_page"}
        source = Api.model_validate({"kind": "api", "base_url": web.address, "endpoints": [endpoint], "auth": auth})
        (found,) = api.answers(declared(source), Secrets(), lambda name: None)
    assert records(found) == [{"is_let_in": True}]


def test_a_secret_goes_to_no_other_host() -> None:
    with web_server(lambda request: said([])) as thief:
        stolen = thief.address.replace("127.0.0.1", "localhost")
        for server in (
            lambda request: said({"data": RECORDS, "next": f"{stolen}/records"}),
            lambda request: Response(status=302, headers={"Location": f"{stolen}/records"}),
        ):
            with pytest.raises(Unavailable, match=r"it sends on to http://localhost:.* where no secret may go"):
                ask(
                    server, {"type": "json_link", "next_url_path": "next"}, endpoint={"data_selector": "data"},
                    auth={"type": "api_key", "name": "X-Key", "api_key": "${API_TOKEN}"},
                )  # fmt: skip
        assert thief.requests == []


# -- patience, and what fails -------------------------------------------------------------------------


def one_after_another(*responses: Response) -> Callable[[Request], Response]:
    left = list(responses)
    return lambda request: left.pop(0) if left else said(RECORDS)


def test_throttling_and_hiccups_are_sat_out() -> None:
    server = one_after_another(
        Response(status=503), Response(status=429, headers={"Retry-After": "1"}), Response(status=500)
    )
    found, requests = ask(server)
    assert (found, len(requests)) == (RECORDS, 4)


@pytest.mark.parametrize(
    ("response", "times", "words"),
    [
        (Response(b"sesame-api", 401), 1, "HTTP 401: it refuses who asks; look at 'auth'"),
        (Response(b"sesame-api", 403), 1, "HTTP 403: it knows who asks but lets them not read this"),
        (Response(status=404), 1, "HTTP 404: there is nothing of that address; look at base_url and path"),
        (
            Response(status=429, headers={"Retry-After": "7200"}),
            1,
            "HTTP 429: it is throttling; the next collect asks again",
        ),
        (Response(status=500), 5, "HTTP 500: its server has a problem; the next collect asks again"),
        (
            Response(b"<html>Hello</html>", kind="text/html"),
            1,
            "it answers, but not in JSON; look at base_url and path",
        ),
    ],
)
def test_what_fails_says_what_to_do(response: Response, times: int, words: str) -> None:
    asked = []

    def answer(request: Request) -> Response:
        asked.append(request)
        return response

    with pytest.raises(Unavailable) as raised:
        ask(answer, auth={"type": "api_key", "location": "query", "name": "key", "api_key": "${API_TOKEN}"})
    assert words in str(raised.value)
    assert "sesame" not in str(raised.value)
    assert len(asked) == times


def test_nobody_there_and_nobody_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setattr(patience, "ATTEMPTS", 2)
    with pytest.raises(Unavailable, match="it didn't answer in time"):
        ask(lambda request: time.sleep(1.5) or said([]), timeout=1)  # type: ignore[func-returns-value]
    endpoint = {"name": "records", "paginator": "single_page"}
    source = Api.model_validate({"kind": "api", "base_url": "http://127.0.0.1:1", "endpoints": [endpoint]})
    with pytest.raises(Unavailable, match="it can't be reached"):
        list(api.answers(declared(source), Secrets(), lambda name: None))


# -- what is new --------------------------------------------------------------------------------------


def events(request: Request) -> Response:
    return said([event for event in EVENTS if event["at"] >= request.one("since", "")])


EVENTS = [{"id": 1, "at": "2026-07-01T08:00:00"}, {"id": 2, "at": "2026-07-02T08:00:00"}]


def newest(server: Callable[[Request], Response], last: Answer | None = None) -> tuple[Answer | None, Request]:
    with web_server(server) as web:
        endpoint = {
            "name": "events",
            "path": "events",
            "paginator": "single_page",
            "cursor": {"field": "at", "param": "since"},
        }
        source = Api.model_validate({"kind": "api", "base_url": web.address, "endpoints": [endpoint]})
        mark = Bookmark.read(last.version) if last else None
        found = list(api.answers(declared(source), Secrets(), lambda name: mark))
        return (found[0] if found else None), web.requests[0]


def test_only_what_is_new_is_asked_for_and_nothing_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    first, request = newest(events)
    assert first is not None
    assert "since" not in request.query
    assert (first.name, len(records(first))) == ("events-2026-07-02T08-00-00.ndjson", 2)
    nothing, request = newest(events, first)
    assert (nothing, request.one("since")) == (None, "2026-07-02T08:00:00")
    late = {"id": 3, "at": "2026-07-02T08:00:00"}  # of the same second as the newest, but it came later
    monkeypatch.setitem(globals(), "EVENTS", [*EVENTS, late])
    second, _ = newest(events, first)
    assert second is not None
    assert late in records(second)
    assert newest(events, second)[0] is None


def test_a_record_without_its_cursor_is_no_record_to_pass_over() -> None:
    with pytest.raises(Unavailable, match="lacks the field that 'cursor' names"):
        newest(lambda request: said([{"id": 1}]))


# -- presets ------------------------------------------------------------------------------------------


@pytest.fixture
def server() -> Iterator[Forms]:
    with forms() as server:
        yield server


def submission(number: int, **answers: Any) -> dict[str, Any]:
    return {
        "_id": number, "formhub/uuid": "f", "start": "2026-07-01T08:00:00", "username": "ada", "deviceid": "d1",
        "__version__": "v1", "meta/instanceID": "uuid:1", "_submission_time": f"2026-07-0{number}T08:00:00",
        "_geolocation": [1.5, 2.5], "_submitted_by": "ada", "_validation_status": {"uid": "validation_status_approved"}, **answers,
    }  # fmt: skip


def test_kobotoolbox(server: Forms) -> None:
    server.submissions = [submission(i, **{"numbers/children": str(i), "town": "Harbor"}) for i in range(1, 6)]
    source = {
        "kind": "api",
        "preset": "kobotoolbox",
        "server": server.web.address,
        "token": "${KOBO_TOKEN}",
        "asset": "aForm",
    }
    (found,) = api.answers(declared(Kobo.model_validate(source)), Secrets(), lambda name: None)
    assert [record["_id"] for record in records(found)] == [1, 2, 3, 4, 5]
    assert records(found)[0] == {
        "_id": 1, "_submission_time": "2026-07-01T08:00:00", "numbers/children": "1", "town": "Harbor",
        "_validation_status": "validation_status_approved",
    }  # fmt: skip
    (new,) = api.answers(declared(Kobo.model_validate({**source, "only_new": "yes"})), Secrets(), lambda name: None)
    server.submissions.append(submission(6, town="Mill"))
    mark = Bookmark.read(new.version)
    (newer,) = api.answers(declared(Kobo.model_validate({**source, "only_new": "yes"})), Secrets(), lambda name: mark)
    assert [record["_id"] for record in records(newer)] == [6]


def test_kobotoolbox_with_a_repeat_group(server: Forms) -> None:
    server.submissions = [
        submission(1, town="Harbor", ages=[{"ages/age": "infant", "ages/n": 3}, {"ages/age": "toddler", "ages/n": 4}])
    ]
    source = {
        "kind": "api",
        "preset": "kobotoolbox",
        "server": server.web.address,
        "token": "${KOBO_TOKEN}",
        "asset": "aForm",
        "repeat": "ages",
    }
    (found,) = api.answers(declared(Kobo.model_validate(source)), Secrets(), lambda name: None)
    assert [(r["town"], r["ages/age"], r["ages/n"]) for r in records(found)] == [
        ("Harbor", "infant", 3),
        ("Harbor", "toddler", 4),
    ]


def value(period: str, number: str, changed: str = "2026-07-02T10:00:00.000+0000") -> dict[str, Any]:
    return {
        "dataElement": "fbfJHSPpUQD", "period": period, "orgUnit": "DiszpKrYNg8", "categoryOptionCombo": "HllvX50cXC0",
        "attributeOptionCombo": "HllvX50cXC0", "value": number, "storedBy": "ada", "created": changed, "lastUpdated": changed,
        "comment": "call Ada", "followup": False,
    }  # fmt: skip


def test_dhis2(server: Forms) -> None:
    server.values = [value("202607", "12"), value("2026Q3", "40"), value("202608", "13")]
    source = {
        "kind": "api", "preset": "dhis2", "server": server.web.address, "token": "${DHIS2_TOKEN}", "dataSet": ["lyLU2wR22tC"],
        "orgUnit": ["DiszpKrYNg8"], "period": ["202607", "2026Q3"],
    }  # fmt: skip
    (found,) = api.answers(declared(Dhis2.model_validate(source)), Secrets(), lambda name: None)
    assert [(r["period"], r["value"]) for r in records(found)] == [("202607", "12"), ("2026Q3", "40")]
    assert "ada" not in found.content.decode().casefold()
    server.values = []
    (empty,) = api.answers(declared(Dhis2.model_validate(source)), Secrets(), lambda name: None)
    assert empty.content == b""


DHIS2 = """
layouts:
  hmis:
    files: data_values*
    delivery: updates
    period: period
    place: {{column: orgUnit, values: {{DiszpKrYNg8: harbor}}}}
    values:
      - column: value
        measure: {{column: dataElement, values: {{fbfJHSPpUQD: spots}}}}
partners:
  - id: alpha
    name: Alpha
    layouts: [hmis]
    source:
      kind: api
      preset: dhis2
      server: {server}
      token: ${{DHIS2_TOKEN}}
      dataSet: [lyLU2wR22tC]
      orgUnit: [DiszpKrYNg8]
      since: 2026-01-01
      only_new: yes
"""


def test_only_changed_data_values_are_delivered_and_the_last_delivery_says_since_when(
    server: Forms, coalition: Callable[..., Coalition]
) -> None:
    server.values = [value("202607", "12", "2026-07-01T10:00:00.000+0000"), value("2026Q3", "40")]
    made = coalition(DHIS2.format(server=server.web.address))
    assert [r.outcome for r in made.collect().receipts] == ["accepted"]
    assert made.collect().receipts == ()
    server.values = [server.values[0], value("2026Q3", "41", "2026-07-09T10:00:00.000+0000")]
    assert len(made.collect().receipts) == 1
    assert [row[0] for row in made.rows("deliveries", "key")] == [
        "alpha/data_values-2026-07-02T10-00-00.000+0000.ndjson", "alpha/data_values-2026-07-09T10-00-00.000+0000.ndjson",
    ]  # fmt: skip
    assert sorted(made.rows("observations", "period::text, value")) == [("2026-07", 12), ("2026Q3", 40), ("2026Q3", 41)]
    assert server.web.requests[-1].one("lastUpdated") == "2026-07-02T10:00:00.000+0000"
