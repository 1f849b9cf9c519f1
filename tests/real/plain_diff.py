"""What the versions of the unemployment file say from one to the next, by their text alone, knowing nothing of Cairn.

Written from the files: see `tests.real.test_vintages`, which says which of them can be read at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.real.versions import Version

Rate = tuple[str, str, str]
"""Period, place and members of a rate that an indicator shows."""
QUARTERS = ("Jan-Mar", "Apr-Jun", "Jul-Sep", "Oct-Dec")
SEX = {"": "", "Female": "f", "Male": "m", "Women": "f", "Men": "m"}
"""Four of the versions (2019 and 2020) have other words for the same people."""
SEXES = {
    "total": "", "total_unemp_rate": "", "total_men": "sex=m", "male": "sex=m", "total_women": "sex=f",
    "female": "sex=f", "16-19_yo": "age=16-19", "16-19_years": "age=16-19",
}  # fmt: skip


NO_GROUP = {"Equality act core disabled", "Work-limiting disabled", "Country of birth", "Nationality"}
"""What stands among the groups of two versions and is none: two other definitions, and headings."""


def plain_diff(versions: Iterable[Version], indicator: str) -> Iterator[tuple[Version, dict[Rate, float]]]:
    """After each version what the files say, by csv alone: a version replaces what one laid out like it said of the same
    periods, but for a period of which it has a row that nobody can read.

    Decimals beyond the sixth are rounded half up, as `sources` does.
    """
    layouts: dict[str, dict[Rate, Decimal]] = {}
    for version in versions:
        rows = [row for row in map(version.cells, version.rows) if _is_of(row, version.layout, indicator)]
        unread = {_period(row) for row in rows if _age(row) is None or row.get("Disability status") in NO_GROUP}
        spoken_of = {_period(row) for row in rows} - unread
        before = layouts.pop(version.layout, {})
        layouts[version.layout] = {key: value for key, value in before.items() if key[0] not in spoken_of}
        layouts[version.layout] |= {key: value for row in rows for key, value in _rates(row, version.layout)}
        now = {key: value for said in layouts.values() for key, value in said.items()}
        yield version, {key: float(value.quantize(Decimal("0.000001"), ROUND_HALF_UP)) for key, value in now.items()}


def _is_of(row: dict[str, str], layout: str, indicator: str) -> bool:
    if layout != "tidy":
        return layout == "sexes" and indicator == "unemployment" and any(row[name] for name in row.keys() & SEXES)
    series = row.get("Series") or row.get("Units") or ""
    is_adjusted = series.startswith("Seasonally")
    return bool(row["Value"] and _period(row)) and is_adjusted == indicator.endswith("adjusted")


def _period(row: dict[str, str]) -> str:
    """2013, 2013Q2, or nothing: of any three months those of the calendar are quarters."""
    text = (row.get("Year") or row.get("year") or "").strip().removesuffix(".0")
    for number, months in enumerate(QUARTERS, 1):
        text = re.sub(rf"^(\d{{4}})(-\d\d)? {months}$", rf"\1Q{number}", text)
    return text.replace(" ", "") if re.fullmatch(r"\d{4}( ?Q[1-4])?", text) else ""


def _age(row: dict[str, str]) -> str | None:
    """``16-17``, ``65-over``, nothing for all; None where something else stands in the column."""
    text = row.get("Age") or row.get("Age group") or ""
    return (
        text.replace(" to ", "-").replace(" and ", "-")
        if re.fullmatch(r"(\d\d( to |-)\d\d|\d\d and over)?", text)
        else None
    )


def _rates(row: dict[str, str], layout: str) -> Iterator[tuple[Rate, Decimal]]:
    """The numbers of a row that an indicator shows: of a place, and of one sex or one age at most."""
    if layout == "sexes":
        yield from (
            ((_period(row), "united_kingdom", SEXES[n]), Decimal(v)) for n, v in row.items() if n in SEXES and v
        )
        return
    age, sex = _age(row), SEX[row.get("Sex") or ""]
    others = any(row.get(name) for name in ("Disability status", "Country of birth", "Country of Birth", "Nationality"))
    if age is not None and not others and not (age and sex):
        place = (row.get("Region") or row.get("Country") or "United Kingdom").lower().replace(" ", "_")
        place = next((id_ for id_ in ("yorkshire", "east") if re.match(rf"{id_}(_of|_and|__?the|$)", place)), place)
        yield (_period(row), place, f"age={age}" if age else f"sex={sex}" if sex else ""), Decimal(row["Value"])
