"""Ways in over the web: any REST API, declared with dlt's own keys, and presets for two that many partners have."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, Json, model_validator

from agenda.entry import Entry, Name, Some, Text, Yes, fits
from agenda.way import Address, Fields, Secret, Way


class _Typed(Entry):
    """An entry whose ``type`` says which of its keys it takes; ``TAKES`` names the needed ones first, with a ``!``."""

    TAKES: ClassVar[dict[str, str]]
    type: str

    @model_validator(mode="after")
    def _fits_its_type(self) -> _Typed:
        takes = self.TAKES[self.type].split()
        known = [name.rstrip("!") for name in takes]
        if extra := sorted(self.model_fields_set - {"type", *known}):
            raise ValueError(f"{self.type} takes no {extra[0]!r}; it takes: {', '.join(known) or 'nothing'}")
        if missing := [name[:-1] for name in takes if name.endswith("!") and getattr(self, name[:-1]) is None]:
            raise ValueError(f"{self.type} needs {', '.join(map(repr, missing))}")
        return self

    def said(self) -> dict[str, Any]:
        """What was written, as dlt takes it."""
        return self.model_dump(exclude_none=True)


class Auth(_Typed):
    """Who asks. The keys are dlt's."""

    TAKES: ClassVar[dict[str, str]] = {
        "bearer": "token!",
        "api_key": "api_key! name location",
        "http_basic": "username! password!",
        "oauth2_client_credentials": "access_token_url! client_id! client_secret! access_token_request_data",
    }
    type: Literal["bearer", "api_key", "http_basic", "oauth2_client_credentials"]
    token: Secret | None = None
    api_key: Secret | None = None
    name: Text | None = None
    location: Literal["header", "query", "cookie"] | None = None
    username: Text | None = None
    password: Secret | None = None
    access_token_url: Address | None = None
    client_id: Text | None = None
    client_secret: Secret | None = None
    access_token_request_data: dict[str, str] | None = None


class Paginator(_Typed):
    """How an answer goes on. The keys are dlt's; it is never guessed, since a wrong guess loses records in silence."""

    TAKES: ClassVar[dict[str, str]] = {
        "single_page": "",
        "json_link": "next_url_path!",
        "header_link": "links_next_key",
        "cursor": "cursor_path! cursor_param!",
        "header_cursor": "cursor_key! cursor_param!",
        "offset": "limit! offset offset_param limit_param total_path maximum_offset has_more_path",
        "page_number": "base_page page_param total_path maximum_page has_more_path",
    }
    type: Literal["single_page", "json_link", "header_link", "cursor", "header_cursor", "offset", "page_number"]
    next_url_path: Text | None = None
    links_next_key: Text | None = None
    cursor_path: Text | None = None
    cursor_key: Text | None = None
    cursor_param: Text | None = None
    limit: Annotated[int, Field(ge=1)] | None = None
    offset: Annotated[int, Field(ge=0)] | None = None
    offset_param: Text | None = None
    limit_param: Text | None = None
    base_page: Annotated[int, Field(ge=0)] | None = None
    page_param: Text | None = None
    total_path: Text | None = None
    maximum_offset: Annotated[int, Field(ge=1)] | None = None
    maximum_page: Annotated[int, Field(ge=1)] | None = None
    has_more_path: Text | None = None

    def said(self) -> dict[str, Any]:
        # Without a total, dlt asks until a page is empty, but only where it is told that there is no total.
        counted = self.type in ("offset", "page_number")
        return {**({"total_path": None} if counted else {}), **super().said()}


def _typed(value: Any) -> Any:
    """``single_page`` is short for ``{type: single_page}``."""
    return {"type": value} if isinstance(value, str) else value


class Cursor(Entry):
    """Ask only for what is newer than the newest that was delivered: ``field`` of the records, sent as ``param``."""

    field: Text
    param: Text
    start: Text | None = None  # where the first request begins


class Endpoint(Entry):
    """One list of records that the API holds; it is known as the file ``<name>.ndjson``."""

    name: Name
    path: str = ""
    method: Literal["GET", "POST"] = "GET"
    params: Fields = {}
    body: Json[dict[str, Any]] | None = Field(default=None, alias="json")  # as JSON text
    data_selector: Text | None = None  # where in an answer the records are; default: the answer itself
    paginator: Annotated[Paginator, BeforeValidator(_typed)]
    cursor: Cursor | None = None


class _Web(Way):
    """What all ways over the web share."""

    kind: Literal["api"]
    timeout: Annotated[int, Field(ge=1, le=600)] = 60  # seconds that one answer may take


class Api(_Web):
    """Any REST API that answers in JSON, declared; dlt's ``rest_api`` asks it."""

    preset: None = None
    base_url: Address
    endpoints: Some[Endpoint]
    auth: Auth | None = None
    headers: Fields = {}


class Kobo(_Web):
    """The submissions of one KoboToolbox form; each is a record, known as ``<name>.ndjson``."""

    preset: Literal["kobotoolbox"]
    server: Address = "https://kf.kobotoolbox.org"
    token: Secret
    asset: Text  # the form's id, as its address shows it
    name: Name = "submissions"
    repeat: Text | None = None  # a repeat group: one record for each of its entries, instead of each submission
    only_new: Yes | None = None  # ask only for submissions since the newest delivered


class Dhis2(_Web):
    """Data values of DHIS2 data sets, one record each: dataElement, period, orgUnit, categoryOptionCombo, value."""

    preset: Literal["dhis2"]
    server: Address
    token: Secret | None = None  # a personal access token, or
    username: Text | None = None
    password: Secret | None = None
    data_set: Some[Text] = Field(alias="dataSet")
    org_unit: Some[Text] = Field(alias="orgUnit")
    children: bool = True  # the organisation units below, too
    period: tuple[Text, ...] = ()  # 202607, 2026Q3, 2026; or
    since: Annotated[str, fits(r"\d{4}-\d\d-\d\d", "is no day; write it like 2026-01-01")] | None = None
    name: Name = "data_values"
    only_new: Yes | None = None  # ask only for values that changed since the newest delivered

    @model_validator(mode="after")
    def _complete(self) -> Dhis2:
        if bool(self.period) == (self.since is not None):
            raise ValueError("needs either 'period' or 'since'")
        if (self.token is None) == (self.username is None or self.password is None):
            raise ValueError("needs either 'token', or 'username' and 'password'")
        return self
