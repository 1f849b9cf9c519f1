"""Reads a quarter from the warehouse's marts; what disclosure control hides is gone from it.

Nothing later than the quarter is read: a report of an old quarter does not know what came after it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import duckdb
import polars as pl

from agenda.errors import Unavailable
from agenda.folder import Folder
from agenda.periods import Period
from reports.disclosure.merged import Merges
from reports.disclosure.own import read_own
from reports.disclosure.withhold import Earlier, Frozen, withhold, without_people
from reports.quarter.changes import COMPARED, compared
from reports.quarter.standings import PROJECTIONS, STANDINGS
from reports.quarter.tables import Quarter

_VALUES = """
    select s.indicator, v.period_type, v.period, period_start, period_end, place, breakdown, members, value, numerator,
           denominator, lower, upper, status, expected_reporters, actual_reporters, s.version, s.is_in_force
    from ind_values v join dim_series s on v.indicator = s.series and v.period = s.period where period_end <= $end"""
_TRENDS = f"""
    select s.indicator, t.period_type, t.period,
           {", ".join(f"t.{column}" for earlier in COMPARED for column in compared(earlier))}
    from ind_trends t join dim_periods p using (period_type, period)
    join dim_series s on t.indicator = s.series and t.period = s.period and s.is_in_force
    where p.period_end <= $end and t.breakdown = '' and t.place = $root"""
_COHORTS = """
    select s.indicator, c.* exclude (indicator) from ind_cohorts c join dim_periods p using (period_type, period)
    join dim_series s on c.indicator = s.series and c.period = s.period and s.is_in_force where p.period_end <= $end"""
_REPORTING = """
    select partner, measure, period, is_expected, is_reported, months_expected, months_reported, last_received_at,
           due_on, complete_on, is_on_time
    from fct_reporting where period_type = 'quarter' and period_end <= $end"""
_CONTRIBUTORS = """
    select s.indicator, c.partner, c.period_type, c.period, c.is_expected, c.is_reported
    from fct_indicator_partners c join dim_periods p using (period_type, period)
    join dim_series s on c.indicator = s.series and c.period = s.period and s.is_in_force where p.period_end <= $end"""
# A file that was turned away whole speaks of no period: it belongs to the quarter it arrived for, the one before.
_READINGS = """
    select partner, reading, received_at, outcome, rows_read, rows_accepted, rows_rejected, rows_skipped
    from fct_readings
    where (first_period_start < $end and last_period_end > $start)
       or (first_period_start is null and received_at >= $end and received_at < $next_end)"""
_MERGES = "select dimension, member, made_of from dim_members where made_of is not null order by all"
_FINDINGS = "select f.partner, f.reading, f.severity, f.code from fct_findings f"


def read_quarter(
    warehouse: Path, period: Period, folder: Folder, earlier: Iterable[Earlier] = (), cache: Path | None = None
) -> Quarter:
    """The quarter ``period`` of the initiative in ``folder``, from the finished DuckDB file ``warehouse``.

    What disclosure control hides is gone from it; ``earlier`` are the editions that readers may have beside it;
    ``cache`` is a file on this machine that spares choosing again what to hide.
    Raises `Unavailable` where the file can't be read or lacks a mart, `HeldBack` where people can't be protected.
    """
    root = next(place.id for place in folder.agenda.places if place.parent is None)
    known = {"start": period.start, "end": period.end, "root": root,
             "next_end": folder.initiative.calendar.shift(period, 1).end}  # fmt: skip
    try:
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            connection.execute("set TimeZone = 'UTC'")

            def read(query: str) -> pl.DataFrame:
                used = {name: value for name, value in known.items() if f"${name}" in query}
                return _sorted(connection.execute(query, used).pl())

            as_of = connection.execute("select epoch_us(as_of) from meta_build").fetchone()
            readings = read(_READINGS)
            frozen = Frozen(read(_VALUES), read(_TRENDS), read(STANDINGS), read(PROJECTIONS))
            merges, own = _merges(connection), partial(read_own, connection)
            shown = withhold(folder, frozen, root, own, earlier, cache, merges)
            return Quarter(
                folder=folder,
                period=period,
                as_of=datetime.fromtimestamp((as_of[0] if as_of else 0) / 1e6, UTC),
                **shown._asdict(),
                cohorts=without_people(folder, read(_COHORTS)),
                reporting=read(_REPORTING),
                contributors=read(_CONTRIBUTORS),
                readings=readings,
                findings=read(_FINDINGS).join(readings.select("partner", "reading").unique(), on=["partner", "reading"],
                                              how="semi", maintain_order="left"),
            )  # fmt: skip
    except duckdb.Error as error:
        raise Unavailable(
            f"the warehouse {warehouse} can't be read: {error}. Build it again with: cairn run"
        ) from error


def _merges(connection: duckdb.DuckDBPyConnection) -> Merges:
    """The groups that may be shown together, by the agenda that the warehouse was built with."""
    found: dict[str, dict[str, list[str]]] = {}
    for dimension, group, of in connection.execute(_MERGES).fetchall():
        found.setdefault(dimension, {})[group] = of
    return found


def _sorted(frame: pl.DataFrame) -> pl.DataFrame:
    """Rows in the order of their columns, so that equal facts give equal bytes."""
    return frame.sort(frame.columns, nulls_last=True)
