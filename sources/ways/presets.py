"""KoboToolbox and DHIS2 as declared APIs: what their documents say about paging, signing in and what is new.

KoboToolbox: support.kobotoolbox.org, "Using the API data endpoint"; at most 1,000 submissions a page.
DHIS2: docs.dhis2.org, Web API, "Data values", reading; one answer holds everything.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from agenda.way import Way
from agenda.web import Api, Dhis2, Kobo
from sources.ways.records import Record

_DEVICE = frozenset({
    "start", "end", "today", "deviceid", "subscriberid", "simserial", "phonenumber", "username", "email", "audit",
})  # fmt: skip
"""What the collecting app adds by itself, about whoever holds the telephone."""
_KEPT = ("_id", "_submission_time", "_validation_status")
_DHIS2_KEPT = (
    "dataElement",
    "period",
    "orgUnit",
    "categoryOptionCombo",
    "attributeOptionCombo",
    "value",
    "lastUpdated",
)


@dataclass(frozen=True)
class Declared:
    """An API as dlt can ask it, what to make of each record, and how a cursor is sent."""

    api: Api
    rows: Callable[[Record], Iterator[Record]] = lambda record: iter([record])
    sent: Callable[[Any], str] = str


def declared(source: Way) -> Declared:
    """``source`` without its preset."""
    if isinstance(source, Kobo):
        return _kobo(source)
    if isinstance(source, Dhis2):
        return _dhis2(source)
    assert isinstance(source, Api)
    return Declared(source)


def _kobo(source: Kobo) -> Declared:
    cursor = {"field": "_submission_time", "param": "query"} if source.only_new else None
    endpoint = {
        "name": source.name,
        "path": f"api/v2/assets/{source.asset}/data/",
        "params": {"format": "json", "limit": "1000", "sort": '{"_id": 1}'},
        "paginator": {"type": "json_link", "next_url_path": "next"},
        "data_selector": "results",
        "cursor": cursor,
    }
    auth = {"type": "api_key", "name": "Authorization", "api_key": f"Token {source.token}", "location": "header"}
    return Declared(
        _api(source, endpoint, auth),
        partial(_submissions, repeat=source.repeat),
        lambda newest: json.dumps({"_submission_time": {"$gte": newest}}),
    )


def _submissions(record: Record, repeat: str | None) -> Iterator[Record]:
    """The form's own fields of one submission; for each entry of the repeat group, where one is named."""
    state = record.get("_validation_status") or {}
    fields = {
        **{key: value for key, value in record.items() if _is_asked(key)},
        "_validation_status": state.get("uid", "") if isinstance(state, dict) else state,
    }
    if repeat is None:
        yield fields
        return
    entries = fields.pop(repeat, None) or []
    for entry in entries:
        yield {**fields, **entry}


def _is_asked(key: str) -> bool:
    own = key in _KEPT or not key.startswith(("_", "meta/", "formhub/"))
    return own and key not in _DEVICE


def _dhis2(source: Dhis2) -> Declared:
    params: dict[str, Any] = {
        "dataSet": source.data_set,
        "orgUnit": source.org_unit,
        "children": str(source.children).lower(),
    }
    if source.period:
        params["period"] = source.period
    else:
        params |= {"startDate": source.since, "endDate": f"{datetime.now(UTC):%Y-%m-%d}"}
    endpoint = {
        "name": source.name,
        "path": "api/dataValueSets",
        "params": params,
        "paginator": "single_page",
        "data_selector": "dataValues",
        "cursor": {"field": "lastUpdated", "param": "lastUpdated"} if source.only_new else None,
    }
    auth: dict[str, Any] = {"type": "http_basic", "username": source.username, "password": source.password}
    if source.token:
        auth = {"type": "api_key", "name": "Authorization", "api_key": f"ApiToken {source.token}", "location": "header"}
    return Declared(_api(source, endpoint, auth), _data_value)


def _data_value(record: Record) -> Iterator[Record]:
    """A data value without the name of who entered it and what they remarked."""
    yield {key: record[key] for key in _DHIS2_KEPT if key in record}


def _api(source: Kobo | Dhis2, endpoint: dict[str, Any], auth: dict[str, Any]) -> Api:
    said = {"kind": "api", "base_url": source.server, "endpoints": [endpoint], "auth": auth, "timeout": source.timeout}
    return Api.model_validate({**said, "headers": {"Accept": "application/json"}})
