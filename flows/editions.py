"""What the published editions said of one value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from agenda.periods import Calendar, Period
from agenda.store import Store
from flows.explained import Edition
from reports.data.package import TABLE, WHOLE
from reports.edition import Record, decoded
from reports.editions.revisions import read_values

RECORD = ".record.json"


def said_of(
    store: Store, calendar: Calendar, indicator: str, period: Period, place: str, where: Mapping[str, str]
) -> Iterator[Edition]:
    """Each published edition that may hold the value, in the order of publication; of each what it said.

    An edition holds the values up to its quarter; one that lacks this value says so by empty texts.
    """
    found = []
    for stored in store.list("editions/"):
        if stored.key.endswith(RECORD):
            record = decoded(Record, store.get(stored.key))
            published = [event.at for event in record.events if event.event == "published"]
            if published and calendar.parse(record.period).end >= period.end:
                found.append((published[0], record))
    for at, record in sorted(found, key=lambda one: one[0]):
        table = read_values(store.get(f"editions/{record.period}/{record.edition}/data/{TABLE}.csv"))
        row = _row(table, indicator, period.key, place, where)
        values = (row.get(name, "") for name in ("value", "numerator", "denominator", "status", "conf_status"))
        yield Edition(record.period, record.edition, at, *values)


def _row(table: pl.DataFrame, indicator: str, period: str, place: str, where: Mapping[str, str]) -> dict[str, str]:
    wanted = {"indicator": indicator, "period": period, "place": place, **where}
    if not set(wanted) <= set(table.columns):
        return {}
    kept = table.filter(pl.all_horizontal(pl.col(name) == value for name, value in wanted.items()))
    before = table.columns.index("value")
    others = [name for name in table.columns[5:before] if name not in where]  # the dimensions stand before the value
    rows = kept.filter(pl.all_horizontal(pl.lit(True), *(pl.col(name) == WHOLE for name in others))).to_dicts()
    return rows[0] if rows else {}
