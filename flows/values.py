"""An indicator's values, straight from the warehouse."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from agenda.errors import ConfigurationError
from agenda.folder import Folder
from agenda.indicators import Indicator
from agenda.periods import Calendar, Period, PeriodType
from agenda.spelling import nearest

COLUMNS = (
    "indicator", "period", "place", "breakdown", "members", "value", "numerator", "denominator", "lower", "upper",
    "status", "expected_reporters", "actual_reporters", "version",
)  # fmt: skip


def values(
    folder: Folder, warehouse: Path, indicator: str, period: Period, place: str | None = None
) -> list[dict[str, Any]]:
    """Every value of ``indicator`` for ``period``: by place and group, in the agenda's order of places.

    Raises `ConfigurationError` as `named` does.
    """
    named(folder, indicator, period, place)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(
            f"""select {", ".join(COLUMNS)} from (
                select v.* replace (s.indicator as indicator), s.version
                from ind_values v join dim_series s on v.indicator = s.series and v.period = s.period and s.is_in_force
            ) v join dim_places p using (place)
            anti join (select breakdown, shown_members as members from int_term_members where is_merged)
                using (breakdown, members)
            where v.indicator = $indicator and v.period = $period and v.place = coalesce($place, v.place)
            order by p.position, v.breakdown, v.members""",
            {"indicator": indicator, "period": period.key, "place": place},
        ).fetchall()
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows]


def named(folder: Folder, indicator: str, period: Period | None, place: str | None) -> Indicator:
    """The agenda's indicator of that name. Raises `ConfigurationError` where there is none, or none for such a period,
    or no such place."""
    agenda = {i.id: i for i in folder.agenda.indicators}
    if indicator not in agenda:
        raise ConfigurationError(f"there is no indicator {indicator!r}{nearest(indicator, agenda)}")
    if period is not None:
        require_computed(agenda[indicator].periods, indicator, period, folder.initiative.calendar)
    places = {p.id for p in folder.agenda.places}
    if place is not None and place not in places:
        raise ConfigurationError(f"there is no place {place!r}{nearest(place, places)}")
    return agenda[indicator]


def require_computed(types: Sequence[PeriodType], indicator: str, period: Period, calendar: Calendar) -> None:
    """Raises `ConfigurationError`, with a period to ask for instead, where the indicator has no values of its kind."""
    if period.type not in types:
        instead = calendar.containing(period.start, types[0])
        raise ConfigurationError(
            f"{indicator} is computed by {' and '.join(types)}, and {period} is a {period.type}; "
            f"ask for a {types[0]} such as {instead}"
        )


def plain(value: Any) -> Any:
    """A value as JSON has it: exact decimals as whole numbers where they are whole."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
