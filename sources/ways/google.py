"""Google Sheets, asked patiently: the Sheets API v4 with a service account, or the CSV of a sheet shared by link.

Limits of the API count by the minute (300 requests for a project, 60 for an account): a quiet look at a spreadsheet
takes two. What Google answers is turned into what to do; nothing of an answer's text is repeated.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import httpx

from agenda import settings
from agenda.errors import CairnError, ConfigurationError, Unavailable
from agenda.ways_in import Sheet
from sources.ways import patience

T = TypeVar("T")
SCOPES = ("https://www.googleapis.com/auth/spreadsheets.readonly",)
TIMEOUT = 60.0
"""Seconds for one answer; Google gives up on a spreadsheet after three times as long, and says 503 before that."""
_ABOUT = "properties.title,sheets(properties(sheetId,title,hidden,sheetType),merges)"


class Spreadsheet:
    """One spreadsheet, as a service account sees it."""

    def __init__(self, source: Sheet) -> None:
        self._id = source.id
        self._account = _account(source.credentials or "")
        self.mail: str = self._account.service_account_email
        self._sheets: Any = None

    def about(self) -> dict[str, Any]:
        """Titles, hidden or not, and merged areas of its tabs."""
        return self._ask(lambda sheets: sheets.get(spreadsheetId=self._id, fields=_ABOUT))

    def values(self, tabs: Sequence[str], dates: str) -> list[list[list[Any]]]:
        """Each tab's rows from A1 on, numbers as they are; ``dates`` are SERIAL_NUMBER or FORMATTED_STRING."""
        answer = self._ask(
            lambda sheets: sheets.values().batchGet(
                spreadsheetId=self._id,
                ranges=["'" + tab.replace("'", "''") + "'" for tab in tabs],
                valueRenderOption="UNFORMATTED_VALUE",
                dateTimeRenderOption=dates,
            )
        )
        return [found.get("values", []) for found in answer["valueRanges"]]

    def _ask(self, request: Callable[[Any], Any]) -> dict[str, Any]:
        from google.auth.exceptions import GoogleAuthError, TransportError
        from googleapiclient.errors import HttpError

        def once() -> tuple[dict[str, Any] | None, int, str | None, str]:
            try:
                return request(self._resource()).execute(num_retries=0), 200, None, ""
            except HttpError as error:
                return None, int(error.resp.status), error.resp.get("retry-after"), _reason(error.content)
            except (OSError, TransportError):  # time-outs and names that don't resolve among them
                return None, 0, None, ""
            except GoogleAuthError as error:
                if getattr(error, "retryable", False):
                    return None, 503, None, ""
                message = f"Google refuses the key of {self.mail}; make a new one, and set the environment to it"
                raise Unavailable(message) from None

        return _patiently(once, self._explained)

    def _resource(self) -> Any:
        if self._sheets is None:
            import google_auth_httplib2
            import httplib2
            from googleapiclient.discovery import build

            http = google_auth_httplib2.AuthorizedHttp(self._account, http=httplib2.Http(timeout=TIMEOUT))
            options = {"api_endpoint": settings.google_endpoint()} if settings.google_endpoint() else None
            built = build("sheets", "v4", http=http, static_discovery=True, client_options=options)
            self._sheets = built.spreadsheets()
        return self._sheets

    def _explained(self, status: int, reason: str) -> str:
        if status == 403 and reason in ("SERVICE_DISABLED", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"):
            return "the Google Sheets API is not switched on in the service account's project; enable it there"
        if status == 403:
            return f"it is not shared with {self.mail}; have its owner share it with that address, as a viewer"
        if status == 404:
            return "there is no spreadsheet of that id; copy its address from the browser again"
        return _in_general(status)


def shared_csv(source: Sheet) -> bytes:
    """A tab of a spreadsheet that anybody with its link may see, as its CSV export."""
    base = settings.google_endpoint() or "https://docs.google.com/"
    address = f"{base.rstrip('/')}/spreadsheets/d/{source.id}/export"

    def once() -> tuple[bytes | None, int, str | None, str]:
        try:
            answer = httpx.get(
                address, params={"format": "csv", "gid": str(source.gid)}, follow_redirects=True,
                timeout=httpx.Timeout(TIMEOUT, connect=patience.CONNECT),
            )  # fmt: skip
        except httpx.HTTPError:
            return None, 0, None, ""
        kind = answer.headers.get("content-type", "")
        if answer.status_code == 200 and not kind.startswith("text/csv"):
            return None, 401, None, ""  # the page to sign in at
        return answer.content if answer.is_success else None, answer.status_code, answer.headers.get("retry-after"), ""

    def said(status: int, _: str) -> str:
        if status in (401, 403):
            return "it is not shared by link; have its owner share it with anyone who has the link, as a viewer"
        if status in (400, 404, 410):
            return "there is no such spreadsheet or tab; open the tab and copy its address from the browser again"
        return _in_general(status)

    return _patiently(once, said)


def _patiently(once: Callable[[], tuple[T | None, int, str | None, str]], said: Callable[[int, str], str]) -> T:
    """What ``once`` gives (result, HTTP status, Retry-After, reason), after as many tries as `patience` allows."""
    attempt = 1
    while True:
        result, status, retry_after, reason = once()
        if result is not None:
            return result
        again = patience.pause(attempt, retry_after) if status in patience.AGAIN or status == 0 else None
        if again is None:
            raise Unavailable(said(status, reason))
        time.sleep(again)
        attempt += 1


def _in_general(status: int) -> str:
    if status == 0:
        return "Google can't be reached; the next collect asks again"
    if status == 429:
        return "Google is throttling; the next collect asks again"
    return f"Google answers HTTP {status}; the next collect asks again"


def _reason(content: bytes) -> str:
    """The machine-readable reason of a Google error (google.rpc.ErrorInfo), if it gives one."""
    try:
        details = json.loads(content)["error"].get("details", [])
        return next((str(detail["reason"]) for detail in details if "reason" in detail), "")
    except (ValueError, LookupError, TypeError, AttributeError):
        return ""


def _account(said: str) -> Any:
    """The service account whose key ``said`` is, or names the file of."""
    from google.oauth2 import service_account

    try:
        text = said if said.lstrip().startswith("{") else Path(said.strip()).read_text("utf-8")
        made: Any = service_account.Credentials
        return made.from_service_account_info(json.loads(text), scopes=SCOPES)
    except CairnError:
        raise
    except Exception:  # whatever it says may hold the key
        message = "'credentials' are no service account's key: neither its JSON, nor the path of a file that holds it"
        raise ConfigurationError(message) from None
