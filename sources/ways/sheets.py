"""Tabs of a Google spreadsheet as CSV files, cell for cell.

Numbers come as they are, not as they are shown: 12.5 % is 0.125, 1,234.5 is 1234.5, and a date is written as ISO 8601
has it, whatever the sheet's own style. A text that stands in merged cells stands in each of them; a number only in the
first, since it was said once. Nothing is left out: neither empty rows nor columns, nor a column that begins empty.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from agenda import settings
from agenda.errors import CairnError, Unavailable
from agenda.model import Layout
from agenda.spelling import nearest
from agenda.ways_in import Sheet
from sources.ways.google import Spreadsheet, shared_csv
from sources.ways.inbox import IGNORED
from sources.ways.records import Answer, causes, in_one_line
from sources.ways.secrets import Secrets

Grid = list[list[Any]]
LayoutOf = Callable[[str], Layout | None]
"""The layout of a file of that name."""
IsKnown = Callable[[str, str], bool]
"""Whether a file of that name was delivered in that version last."""
LOOKS = 3
"""Times that a tab is read anew which changes while it is read."""
DAY_ZERO = datetime(1899, 12, 30)
"""What serial numbers of days are counted from (Sheets API, "Date and time serial numbers")."""


def answers(source: Sheet, secrets: Secrets, layout_of: LayoutOf, is_known: IsKnown) -> Iterator[Answer]:
    """The tabs that changed since they were delivered.

    Raises `Unavailable`, saying what failed and what to do.
    """
    settings.no_telemetry()
    import dlt  # imported late: most commands ask nobody

    filled = secrets.fill(source)
    tabs = _shared(filled) if filled.credentials is None else _tabs(filled, layout_of, is_known)
    try:
        yield from dlt.resource(tabs, name="tabs")
    except Exception as error:
        known = next((one for one in causes(error) if isinstance(one, CairnError)), None)
        said = known or f"asking it failed ({in_one_line(error)})"
        raise Unavailable(f"spreadsheet {source.spreadsheet}: {said}") from None


def _shared(source: Sheet) -> Iterator[Answer]:
    content = shared_csv(source)
    yield Answer(f"gid{source.gid}.csv", content, hashlib.sha256(content).hexdigest())


def _tabs(source: Sheet, layout_of: LayoutOf, is_known: IsKnown) -> Iterator[Answer]:
    spreadsheet = Spreadsheet(source)
    for tab in _chosen(source, spreadsheet.about()):
        title = tab["properties"]["title"]
        name = file_name(title)
        for _ in range(LOOKS):
            (shown,) = spreadsheet.values([title], "FORMATTED_STRING")  # a change of a date's style shows here, too
            version = _version(tab, shown)
            if is_known(name, version):
                break
            (exact,) = spreadsheet.values([title], "SERIAL_NUMBER")
            if _are_of_one_moment(exact, shown):
                cells = _merged(_dated(exact, shown), tab.get("merges", ()))
                yield Answer(name, as_csv(cells, layout_of(name)), version)
                break
        else:
            raise Unavailable(f"somebody is changing the tab {title!r} right now; the next collect asks again")


def _chosen(source: Sheet, about: dict[str, Any]) -> list[dict[str, Any]]:
    """The tabs that are to be read: those that were named, or the first that a person sees."""
    grids = [tab for tab in about["sheets"] if tab["properties"].get("sheetType", "GRID") == "GRID"]
    by_title = {tab["properties"]["title"]: tab for tab in grids}
    for name in source.tabs:
        if name not in by_title:
            raise Unavailable(f"there is no tab {name!r}{nearest(name, by_title)}")
    if source.tabs:
        return [by_title[name] for name in source.tabs]
    seen = [tab for tab in grids if not tab["properties"].get("hidden")]
    return [tab for tab in seen if not tab["properties"]["title"].startswith(IGNORED)][:1]


def file_name(title: str) -> str:
    """The file that a tab is known as."""
    return title.strip().replace("/", "-").replace("\\", "-") + ".csv"


def _version(tab: dict[str, Any], shown: Grid) -> str:
    said = json.dumps([tab["properties"]["title"], tab.get("merges", []), shown], ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()


# -- cells --------------------------------------------------------------------------------------------


def _are_of_one_moment(exact: Grid, shown: Grid) -> bool:
    """Whether two readings show the same cells: dates are numbers in one and texts in the other."""
    return [len(row) for row in exact] == [len(row) for row in shown] and all(
        cell == text or (isinstance(cell, int | float) and isinstance(text, str))
        for row, other in zip(exact, shown, strict=True)
        for cell, text in zip(row, other, strict=True)
    )


def _dated(exact: Grid, shown: Grid) -> Grid:
    """``exact`` with its dates: what is a number there and a text in ``shown`` is a date or a time."""
    return [
        [
            _day(cell) or text if isinstance(cell, int | float) and isinstance(text, str) else cell
            for cell, text in zip(row, other, strict=True)
        ]
        for row, other in zip(exact, shown, strict=True)
    ]


def _day(serial: float) -> str | None:
    """``46204`` is 2026-07-01; what is less than a day is no date, and is left as it is shown."""
    if serial < 1:
        return None
    moment = DAY_ZERO + timedelta(seconds=round(serial * 86_400))
    return moment.isoformat() if serial % 1 else moment.date().isoformat()


def _merged(grid: Grid, merges: Sequence[dict[str, int]]) -> Grid:
    """The grid as a full rectangle, with each merged area's text in all of its cells."""
    width = max((len(row) for row in grid), default=0)
    full = [[*row, *[""] * (width - len(row))] for row in grid]
    for area in merges:
        top, left = area.get("startRowIndex", 0), area.get("startColumnIndex", 0)
        if top >= len(full) or left >= width or not isinstance(full[top][left], str):
            continue
        for row in full[top : area["endRowIndex"]]:
            for column in range(left, min(area["endColumnIndex"], width)):
                row[column] = full[top][left]
    return full


def as_csv(grid: Grid, layout: Layout | None) -> bytes:
    """The grid as the layout expects a file: its delimiter, its encoding, its sign before decimals."""
    decimal = layout.decimal if layout else "."
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=(layout and layout.delimiter) or ",", lineterminator="\n")
    writer.writerows([_text(cell, decimal) for cell in row] for row in grid)
    return text.getvalue().encode((layout and layout.encoding) or "utf-8", errors="replace")


def _text(cell: Any, decimal: str) -> str:
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):  # a spreadsheet keeps fifteen digits; what follows them is noise of binary fractions
        return format(Decimal(format(cell, ".15g")), "f").replace(".", decimal)
    return str(cell)
