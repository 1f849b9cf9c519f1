"""Ways in: where a partner's numbers come from. A bucket waits for files; the others are asked for what they hold."""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from agenda.entry import Name, Text
from agenda.way import REFERENCE, DatabaseAddress, Secret, Way
from agenda.web import Api, Dhis2, Kobo


class Bucket(Way):
    """Files below a prefix of the store's inbox."""

    is_asked: ClassVar[bool] = False
    kind: Literal["bucket"] = "bucket"


def _spreadsheet(text: str) -> str:
    found = re.fullmatch(r"https://docs\.google\.com/spreadsheets/(?:u/\d+/)?d/([\w-]+)(?:[/?#].*)?", text)
    if not found and not REFERENCE.fullmatch(text) and not re.fullmatch(r"[\w-]{20,}", text):
        raise ValueError("is no spreadsheet; copy its address from the browser, or the id that stands in it")
    return text


class Sheet(Way):
    """Tabs of a Google spreadsheet: asked with a service account, or without one where it is shared by link."""

    kind: Literal["sheet"]
    spreadsheet: Annotated[str, AfterValidator(_spreadsheet)]  # its address in the browser, or its id
    tabs: tuple[Text, ...] = ()  # default: the first that is not hidden
    credentials: Secret | None = None  # a service account's key: the JSON itself, or where its file lies

    @model_validator(mode="after")
    def _tabs_need_an_account(self) -> Sheet:
        if self.tabs and self.credentials is None:
            message = "'tabs' needs 'credentials'; a sheet shared by link is read at the tab that its address ends in"
            raise ValueError(f"{message} (gid=…)")
        return self

    @property
    def id(self) -> str:
        return self.spreadsheet.partition("/d/")[2].split("/")[0] if "/" in self.spreadsheet else self.spreadsheet

    @property
    def gid(self) -> int:
        """The tab that the address shows; 0 is the one that a spreadsheet begins with."""
        found = re.search(r"[?#&]gid=(\d+)", self.spreadsheet)
        return int(found[1]) if found else 0


class Database(Way):
    """A table, or what a query selects, of a SQL database; known as ``<name>.ndjson``."""

    kind: Literal["database"]
    url: DatabaseAddress
    table: Text | None = None
    schema_: Text | None = Field(default=None, alias="schema")
    query: Text | None = None
    name: Name | None = None  # default: the table's, or "query"
    cursor: Text | None = None  # a column: ask only for rows where it is at or after the newest delivered
    timeout: Annotated[int, Field(ge=1, le=3600)] = 60  # seconds that one statement may take

    @model_validator(mode="after")
    def _one(self) -> Database:
        if (self.table is None) == (self.query is None):
            raise ValueError("needs either 'table' or 'query'")
        if self.table is None and (self.cursor or self.schema_):
            raise ValueError("only a 'table' takes 'cursor' and 'schema'; say them in the query itself")
        return self


WAYS: dict[str, type[Way]] = {
    "bucket": Bucket, "sheet": Sheet, "api": Api, "kobotoolbox": Kobo, "dhis2": Dhis2, "database": Database,
}  # fmt: skip


def which(value: Any) -> str | None:
    """The name in `WAYS` of what was written (or, once read, of what it is)."""
    if isinstance(value, Way):
        return next(name for name, type_ in WAYS.items() if type(value) is type_)
    if not isinstance(value, dict):
        return None
    kind = value.get("kind", "bucket")
    return str(value.get("preset") or kind) if kind == "api" else str(kind)


Source = Annotated[
    Annotated[Bucket, Tag("bucket")]
    | Annotated[Sheet, Tag("sheet")]
    | Annotated[Api, Tag("api")]
    | Annotated[Kobo, Tag("kobotoolbox")]
    | Annotated[Dhis2, Tag("dhis2")]
    | Annotated[Database, Tag("database")],
    Discriminator(which),
]
