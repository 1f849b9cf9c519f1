"""Asks a web API for its records, with dlt's ``rest_api``: pages, signing in, patience with servers that are busy."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import requests

from agenda import settings
from agenda.errors import CairnError, Unavailable
from agenda.web import Api, Endpoint
from sources.ways import patience
from sources.ways.presets import Declared
from sources.ways.records import Answer, Bookmark, Record, Since, causes, in_one_line, newer, whole
from sources.ways.secrets import Secrets

WHAT_TO_DO = {
    400: "it doesn't understand the request; compare path and params with its documentation",
    401: "it refuses who asks; look at 'auth', and whether the token still holds",
    403: "it knows who asks but lets them not read this; have its owner give the right",
    404: "there is nothing of that address; look at base_url and path",
    429: "it is throttling; the next collect asks again",
}


def answers(declared: Declared, secrets: Secrets, since: Since) -> Iterator[Answer]:
    """What each endpoint holds, or what is new of it since it was last delivered.

    Raises `Unavailable`, saying what failed and what to do.
    """
    api = secrets.fill(declared.api)
    session = _session(api)
    for endpoint in api.endpoints:
        try:
            if endpoint.cursor is None:
                yield whole(endpoint.name, _records(api, endpoint, session, declared, None))
            else:
                last = since(endpoint.name)
                found = _with_cursors(endpoint.cursor.field, _records(api, endpoint, session, declared, last))
                answer = newer(endpoint.name, found, last)
                if answer is not None:
                    yield answer
        except Exception as error:
            where = f"{urlsplit(api.base_url).netloc}, {endpoint.name}"
            raise Unavailable(f"{where}: {explained(error)}") from None


def _records(
    api: Api, endpoint: Endpoint, session: requests.Session, declared: Declared, last: Bookmark | None
) -> Iterator[Record]:
    settings.no_telemetry()
    from dlt.sources.rest_api import rest_api_resources  # imported late: most commands ask nobody

    client = {"base_url": api.base_url, "headers": _literal(api.headers), "session": session}
    if api.auth is not None:
        client["auth"] = api.auth.said()
    config = {
        "client": client,
        "resources": [
            {
                "name": endpoint.name,
                "endpoint": _endpoint(endpoint, declared.sent, last),
                "max_table_nesting": 0,
            }
        ],
    }
    (resource,) = rest_api_resources(config)  # type: ignore[arg-type]
    for record in resource:  # dlt's own steps for this would mix up the order
        yield from declared.rows(record)


def _endpoint(endpoint: Endpoint, sent: Callable[[Any], str], last: Bookmark | None) -> dict[str, Any]:
    said: dict[str, Any] = {
        "path": _literal(endpoint.path),
        "method": endpoint.method,
        "params": _literal({k: v if isinstance(v, str) else list(v) for k, v in endpoint.params.items()}),
        "paginator": endpoint.paginator.said(),
        "data_selector": endpoint.data_selector or "$",
        "response_actions": [_Page(endpoint.data_selector)],
    }
    if endpoint.body is not None:
        said["json"] = _literal(endpoint.body)
    if endpoint.cursor is not None:
        start = last.at if last else endpoint.cursor.start
        said["incremental"] = {
            "cursor_path": endpoint.cursor.field,
            "initial_value": start,
            "start_param": endpoint.cursor.param,
            "convert": lambda value: None if value is None else _literal(sent(value)),
        }
    return said


class _Page:
    """Looks at each page: its numbers are exact; one that is the same as the last would go on for ever."""

    def __init__(self, selector: str | None) -> None:
        self._last = ""
        self._first = re.match(r"\$?\.?([^.\[$]+)", selector or "")

    def __call__(self, response: requests.Response, *_: Any, **__: Any) -> None:
        if not response.ok or response.is_redirect:
            return
        response.json = partial(response.json, parse_float=Decimal)  # type: ignore[method-assign]
        digest = hashlib.sha256(response.content).hexdigest()
        if digest == self._last:
            raise Unavailable("it gives the same page again and again; look at 'paginator'")
        self._last = digest
        answer = response.json()
        if self._first and isinstance(answer, dict) and answer and self._first[1] not in answer:
            known = ", ".join(sorted(answer)[:12])
            raise Unavailable(f"its answer has no {self._first[1]!r}; look at 'data_selector'. It has: {known}")


def _with_cursors(field: str, records: Iterator[Record]) -> Iterator[tuple[Any, Record]]:
    from dlt.common import jsonpath

    path = jsonpath.compile_path(field)
    for record in records:
        found = jsonpath.find_values(path, record)
        if not found or found[0] is None:
            raise Unavailable(f"a record has no {field!r}, which 'cursor' names; take another field, or none")
        yield found[0], record


def _literal(said: Any) -> Any:
    """``said`` with its braces doubled: dlt fills in what stands in single ones."""
    if isinstance(said, str):
        return said.replace("{", "{{").replace("}", "}}")
    if isinstance(said, dict):
        return {key: _literal(value) for key, value in said.items()}
    return [_literal(value) for value in said] if isinstance(said, list) else said


# -- the session --------------------------------------------------------------------------------------


def _session(api: Api) -> requests.Session:
    """A session that is patient, and that shows what it knows to no other host than the one that was named."""
    from dlt.sources.helpers.requests import Client

    session: requests.Session = Client(
        request_timeout=(patience.CONNECT, api.timeout),
        raise_for_status=False,
        status_codes=(),
        retry_condition=_again,
        request_max_attempts=patience.ATTEMPTS,
        request_backoff_factor=patience.BACKOFF,
        request_max_retry_delay=patience.LONGEST,
    ).session
    send, home = session.send, urlsplit(api.base_url)

    def guarded(request: requests.PreparedRequest, **given: Any) -> requests.Response:
        asked = urlsplit(request.url or "")
        if asked.hostname != home.hostname or (home.scheme, asked.scheme) == ("https", "http"):
            raise Unavailable(f"it sends on to {asked.scheme}://{asked.netloc}, where no secret may go; ask its owner")
        return send(request, **given)

    session.send = guarded  # type: ignore[method-assign]
    return session


def _again(response: requests.Response | None, _: BaseException | None) -> bool:
    if response is None or response.status_code not in patience.AGAIN:
        return False
    asked = patience.seconds(response.headers.get("Retry-After"))
    return asked is None or asked <= patience.LONGEST


def explained(error: BaseException) -> str:
    """What failed, and what to do, in words that hold nothing of the answer or the address."""
    for cause in causes(error):
        if isinstance(cause, CairnError):
            return str(cause)
        if isinstance(cause, requests.HTTPError) and cause.response is not None:
            code = cause.response.status_code
            advice = WHAT_TO_DO.get(code, "its server has a problem; the next collect asks again")
            return f"HTTP {code}: {advice}"
        if isinstance(cause, requests.JSONDecodeError):
            return "it answers, but not in JSON; look at base_url and path"
        if isinstance(cause, requests.Timeout):
            return "it didn't answer in time; the next collect asks again, or give it a longer 'timeout'"
        if isinstance(cause, requests.exceptions.SSLError):
            return "its certificate doesn't hold; ask its owner"
        if isinstance(cause, requests.ConnectionError):
            return "it can't be reached; look at base_url, or wait until it is up again"
        if type(cause).__name__ in ("IncrementalCursorPathMissing", "IncrementalCursorPathHasValueNone"):
            return "a record lacks the field that 'cursor' names; take another one, or none"
    return f"asking it failed ({in_one_line(error)})"
