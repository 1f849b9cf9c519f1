"""An indicator's values, straight from the warehouse."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from agenda.errors import ConfigurationError
from agenda.folder import Folder
from agenda.periods import Period
from agenda.spelling import nearest

COLUMNS = (
    "indicator", "period", "place", "breakdown", "members", "value", "numerator", "denominator", "lower", "upper",
    "status", "expected_reporters", "actual_reporters", "version",
)  # fmt: skip


def values(
    folder: Folder, warehouse: Path, indicator: str, period: Period, place: str | None = None
) -> list[dict[str, Any]]:
    """Every value of ``indicator`` for ``period``: by place and group, in the agenda's order of places.

    Raises `ConfigurationError` for an indicator or a place that the agenda doesn't have.
    """
    known = {i.id for i in folder.agenda.indicators}
    if indicator not in known:
        raise ConfigurationError(f"there is no indicator {indicator!r}{nearest(indicator, known)}")
    places = {p.id for p in folder.agenda.places}
    if place is not None and place not in places:
        raise ConfigurationError(f"there is no place {place!r}{nearest(place, places)}")
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


def plain(value: Any) -> Any:
    """A value as JSON has it: exact decimals as whole numbers where they are whole."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
