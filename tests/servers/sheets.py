"""Google Sheets as documented, on this machine: the parts of the API v4 that read, sign-in included.

    POST /token                                     a service account's signed assertion for an access token (RFC 7523)
    GET  /v4/spreadsheets/{id}                      titles, hidden or not, merged areas
    GET  /v4/spreadsheets/{id}/values/{range}       one range
    GET  /v4/spreadsheets/{id}/values:batchGet      several
    GET  /spreadsheets/d/{id}/export?format=csv     the CSV of a sheet shared by link; else the page to sign in at

As Google does, it leaves out what is empty at the end of a row and of a sheet, and gives a merged area's value in its
first cell only.
"""

from __future__ import annotations

import base64
import contextlib
import csv
import io
import json
import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import parse_qs, unquote

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.servers.web import Request, Response, Web, web_server

SCOPE = "https://www.googleapis.com/auth/spreadsheets.readonly"
AUDIENCE = "https://oauth2.googleapis.com/token"
"""What an assertion is meant for, by whatever address the server is reached."""
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@dataclass(frozen=True)
class Percent:
    value: float

    def shown(self) -> str:
        return f"{self.value:.0%}"


@dataclass(frozen=True)
class Amount:
    """A number shown rounded, with separators."""

    value: float

    def shown(self) -> str:
        return f"{self.value:,.0f}"


@dataclass(frozen=True)
class Day:
    """A date, shown as the sheet's owner likes it."""

    day: date
    style: str = "%d.%m.%Y"

    @property
    def value(self) -> int:
        return (self.day - date(1899, 12, 30)).days

    def shown(self) -> str:
        return self.day.strftime(self.style)


@dataclass
class Tab:
    title: str
    rows: list[list[Any]]
    id: int = 0
    hidden: bool = False
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)  # first row, past the last; columns alike


@dataclass
class Spreadsheet:
    title: str
    tabs: list[Tab]
    shared_with: set[str] = field(default_factory=set)
    by_link: bool = False


@dataclass
class Google:
    """The server: what it holds, who may ask, and what it answers next instead of what was asked for."""

    web: Web = field(init=False)
    spreadsheets: dict[str, Spreadsheet] = field(default_factory=dict)
    next: list[Response] = field(default_factory=list)
    _keys: dict[str, Any] = field(default_factory=dict)  # public keys by mail
    _tokens: dict[str, str] = field(default_factory=dict)  # mail by token

    def account(self, name: str = "cairn") -> dict[str, str]:
        """A new service account's key, as Google gives it out."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        mail = f"{name}@project.iam.gserviceaccount.com"
        self._keys[mail] = key.public_key()
        written = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return {
            "type": "service_account", "project_id": "project", "private_key_id": secrets.token_hex(20),
            "private_key": written.decode(), "client_email": mail, "client_id": "1",
            "token_uri": f"{self.web.address}/token",
        }  # fmt: skip

    def asked(self) -> list[str]:
        """What was asked of the API and the exports, in short."""
        return [request.path.rsplit("/", 1)[-1] for request in self.web.requests if request.path != "/token"]

    def answer(self, request: Request) -> Response:
        if request.path == "/token":
            return self._token(request)
        if request.path == "/signin":
            return Response(b"<html>Sign in</html>", kind="text/html")
        if self.next:
            return self.next.pop(0)
        if found := re.fullmatch(r"/spreadsheets/d/([\w-]+)/export", request.path):
            return self._export(found[1], request)
        if found := re.fullmatch(r"/v4/spreadsheets/([\w-]+)(/values/(.+)|/values:batchGet)?", request.path):
            return self._api(found[1], found[2] or "", request)
        return _error(404, "NOT_FOUND")

    def _token(self, request: Request) -> Response:
        said = parse_qs(request.body.decode())
        try:
            assert said["grant_type"] == [GRANT], "another grant"
            claims = self._claims(said["assertion"][0])
            assert claims["scope"] == SCOPE, "asks for more than to read"
            assert claims["aud"] == AUDIENCE, "meant for somebody else"
            assert abs(claims["iat"] - time.time()) < 600, "old"
            assert claims["iat"] < claims["exp"] <= claims["iat"] + 3600, "holds too long"
        except (InvalidSignature, KeyError, ValueError, AssertionError) as error:
            return _json({"error": "invalid_grant", "error_description": f"Invalid JWT: {error}"}, 400)
        token = secrets.token_hex(16)
        self._tokens[token] = claims["iss"]
        return _json({"access_token": token, "expires_in": 3599, "token_type": "Bearer"})

    def _claims(self, assertion: str) -> dict[str, Any]:
        """What an assertion claims, once its signature is that of the account it names (RFC 7515, RS256)."""
        head, body, signature = (base64.urlsafe_b64decode(part + "==") for part in assertion.split("."))
        assert json.loads(head)["alg"] == "RS256", "another algorithm"
        claims: dict[str, Any] = json.loads(body)
        signed = assertion.rpartition(".")[0].encode()
        self._keys[claims["iss"]].verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
        return claims

    def _api(self, id_: str, part: str, request: Request) -> Response:
        mail = self._tokens.get(request.headers.get("authorization", "").removeprefix("Bearer "))
        if mail is None:
            return _error(401, "UNAUTHENTICATED")
        spreadsheet = self.spreadsheets.get(id_)
        if spreadsheet is None:
            return _error(404, "NOT_FOUND")
        if mail not in spreadsheet.shared_with:
            return _error(403, "PERMISSION_DENIED")
        if not part:
            return _json(
                {"spreadsheetId": id_, "properties": {"title": spreadsheet.title}, "sheets": _about(spreadsheet)}
            )
        ranges = request.query.get("ranges", []) if part.endswith("batchGet") else [unquote(part[len("/values/") :])]
        found = [_values(spreadsheet, asked, request) for asked in ranges]
        if any(values is None for values in found):
            return _error(400, "INVALID_ARGUMENT")
        return _json({"spreadsheetId": id_, "valueRanges": found} if part.endswith("batchGet") else found[0])

    def _export(self, id_: str, request: Request) -> Response:
        spreadsheet = self.spreadsheets.get(id_)
        if spreadsheet is None:
            return Response(b"<html>Not found</html>", 404, kind="text/html")
        if not spreadsheet.by_link:
            return Response(status=302, headers={"Location": f"{self.web.address}/signin"}, kind="text/html")
        tab = next((tab for tab in spreadsheet.tabs if str(tab.id) == request.one("gid", "0")), None)
        if tab is None:
            return Response(b"<html>Bad request</html>", 400, kind="text/html")
        text = io.StringIO(newline="")
        csv.writer(text).writerows([_shown(cell) for cell in row] for row in tab.rows)
        return Response(text.getvalue().encode(), kind="text/csv")


@contextlib.contextmanager
def google() -> Iterator[Google]:
    server = Google()
    with web_server(server.answer) as server.web:
        yield server


def throttled(seconds: int) -> Response:
    return _json({"error": {"code": 429, "status": "RESOURCE_EXHAUSTED"}}, 429, {"Retry-After": str(seconds)})


def broken() -> Response:
    return _error(500, "INTERNAL")


def switched_off() -> Response:
    details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "SERVICE_DISABLED"}]
    return _json({"error": {"code": 403, "status": "PERMISSION_DENIED", "details": details}}, 403)


def _about(spreadsheet: Spreadsheet) -> list[dict[str, Any]]:
    return [
        {
            "properties": {
                "sheetId": tab.id, "title": tab.title, "index": index, "sheetType": "GRID",
                "gridProperties": {"rowCount": 1000, "columnCount": 26}, **({"hidden": True} if tab.hidden else {}),
            },
            **({"merges": [_area(tab, *merge) for merge in tab.merges]} if tab.merges else {}),
        }
        for index, tab in enumerate(spreadsheet.tabs)
    ]  # fmt: skip


def _area(tab: Tab, top: int, bottom: int, left: int, right: int) -> dict[str, int]:
    return {
        "sheetId": tab.id, "startRowIndex": top, "endRowIndex": bottom, "startColumnIndex": left,
        "endColumnIndex": right,
    }  # fmt: skip


def _values(spreadsheet: Spreadsheet, asked: str, request: Request) -> dict[str, Any] | None:
    title = asked[1:-1].replace("''", "'") if asked.startswith("'") else asked
    tab = next((tab for tab in spreadsheet.tabs if tab.title == title), None)
    if tab is None:
        return None
    how = request.one("valueRenderOption", "FORMATTED_VALUE"), request.one("dateTimeRenderOption", "SERIAL_NUMBER")
    rows = [[_rendered(cell, *how) for cell in row] for row in tab.rows]
    for row in rows:
        while row and row[-1] == "":
            row.pop()
    while rows and not rows[-1]:
        rows.pop()
    answer: dict[str, Any] = {"range": f"'{title}'!A1:Z1000", "majorDimension": "ROWS"}
    return answer | ({"values": rows} if rows else {})


def _rendered(cell: Any, values: str, dates: str) -> Any:
    if cell is None:
        return ""
    if values == "FORMATTED_VALUE" or (isinstance(cell, Day) and dates == "FORMATTED_STRING"):
        return _shown(cell)
    return getattr(cell, "value", cell)


def _shown(cell: Any) -> str:
    if cell is None:
        return ""
    return str(cell.shown() if hasattr(cell, "shown") else cell)


def _json(said: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(json.dumps(said).encode(), status, headers or {})


def _error(code: int, status: str) -> Response:
    return _json({"error": {"code": code, "message": "from the server", "status": status}}, code)
