"""What every command shares: the initiative it was called on, its arguments' meaning, and how it speaks."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agenda import settings
from agenda.errors import ConfigurationError, Unavailable
from agenda.periods import Calendar, Period, PeriodError
from agenda.spelling import nearest
from flows import progress

if TYPE_CHECKING:
    from flows.workspace import Workspace

AsJson = Annotated[bool, typer.Option("--json", help="Print data instead of words.")]
PeriodArgument = Annotated[str, typer.Argument(metavar="QUARTER", help="A quarter, or a range: 2026Q1..2026Q3.")]
ReceivedAt = Annotated[
    str | None, typer.Option(help="Import history: a time (ISO 8601), or 'modified' for each file's own time.")
]
AsOf = Annotated[str | None, typer.Option(help="As it was known then (ISO 8601).")]


class Call:
    """What the global options said."""

    initiative = Path(".")


def workspace() -> Workspace:
    from flows.workspace import Workspace

    return Workspace.open(Call.initiative)


def quarters(workspace: Workspace, text: str) -> list[Period]:
    periods = ranged(workspace.calendar, text)
    if periods[0].type != "quarter":
        raise ConfigurationError(f"{text} is a {periods[0].type}; reports are made of quarters, such as 2026Q3")
    return periods


def quarter(workspace: Workspace, text: str) -> Period:
    """The only one that ``text`` names."""
    found = quarters(workspace, text)
    if len(found) > 1:
        raise ConfigurationError(f"{text} is a range; name one quarter, such as {found[-1]}")
    return found[0]


def period(workspace: Workspace, text: str) -> Period:
    periods = ranged(workspace.calendar, text)
    if len(periods) > 1:
        raise ConfigurationError(f"{text} is a range; name one period")
    return periods[0]


def ranged(calendar: Calendar, text: str) -> list[Period]:
    try:
        return calendar.parse_range(text)
    except PeriodError as error:
        raise ConfigurationError(str(error)) from error


def known_at(text: str | None) -> datetime | None:
    """The moment that ``--as-of`` names."""
    from flows.moments import moment

    at = moment(text)
    if isinstance(at, str):
        raise ConfigurationError("--as-of takes a time, such as 2026-10-21 or 2026-10-21T09:00")
    return at


def known_partners(workspace: Workspace, names: list[str] | None) -> None:
    known = {partner.id for partner in workspace.folder.partners.partners}
    for name in names or ():
        if name not in known:
            raise ConfigurationError(f"there is no partner {name!r}{nearest(name, known)}")


def prefect() -> None:
    """Say so where Prefect has to start a server first, and where the one it should use is not there."""
    api = settings.prefect_api()
    if api is None:
        progress.say("Starting a Prefect server for this run (set PREFECT_API_URL to use one that is running)")
        return
    import httpx

    try:
        httpx.get(f"{api.rstrip('/')}/health", timeout=30).raise_for_status()
    except httpx.HTTPError as error:
        message = f"no Prefect server answers at {api} ({error}). Start it, or unset PREFECT_API_URL"
        raise Unavailable(message) from error


def write(path: Path, content: bytes) -> None:
    """Write a file that was asked for. Raises `Unavailable` where that can't be done."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise Unavailable(f"{path} can't be written: {error.strerror}") from error


def figure(value: float | None) -> str:
    return "–" if value is None else f"{value:,.4f}".rstrip("0").rstrip(".")


def say(as_json: bool, data: Any, lines: Iterable[str], default: Any = str) -> None:
    if as_json:
        print_json(data, default)
    else:
        print("\n".join(lines))


def print_json(data: Any, default: Any = str) -> None:
    print(json.dumps(data, ensure_ascii=False, indent=1, default=default))
