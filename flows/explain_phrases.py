"""What `cairn explain` and `cairn revisions` say again and again: numbers, moments, files, partners and groups."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from textwrap import wrap

from agenda.statuses import SUPPRESSED
from flows.explained import LEFT_OUT, Explanation, Number, Origin

WIDTH = 100


def number(value: Decimal | None, made_of: Sequence[Number] = ()) -> str:
    """An exact number, without zeros that say nothing; or why what it would be made of comes to none."""
    if value is None:
        statuses = {one.status for one in made_of}
        if SUPPRESSED in statuses:
            return "suppressed"
        return "not applicable" if statuses and statuses <= set(LEFT_OUT) else "not reported"
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def shown(made: Explanation, value: float | None) -> str:
    """A value as the report shows it."""
    return as_shown(made.kind, made.decimals, made.unit, value)


def as_shown(kind: str, decimals: int, unit: str, value: float | None) -> str:
    if value is None:
        return "no value"
    return f"{value * 100:,.{decimals}f} %" if kind == "percent" else f"{value:,.{decimals}f} {unit}"


def sum_of(numbers: Sequence[Number]) -> str:
    known = [one.value for one in numbers if one.value is not None]
    is_withheld = any(one.status == SUPPRESSED for one in numbers)
    return number(sum(known, Decimal()) if known and not is_withheld else None, numbers)


def origin_said(origin: Origin) -> str:
    sheet = f", sheet “{origin.sheet}”" if origin.sheet else ""
    received = f", received {moment(origin.received_at)}" if origin.received_at else ""
    return f"{origin.file}{sheet}{received}"


def partner_said(made: Explanation, partner: str) -> str:
    return made.names["partners"].get(partner, partner) or "the reference series"


def partners_said(made: Explanation, partners: Iterable[str]) -> str:
    return ", then ".join(partner_said(made, partner) for partner in partners)


def members_said(made: Explanation, text: str) -> str:
    return ", ".join(made.names["members"].get(part, part) for part in text.split("|") if part)


def moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M")


def causes_said(causes: Sequence[str]) -> str:
    more = f" and {len(causes) - 1} more" if len(causes) > 1 else ""
    return f"({causes[0]}{more})"


def wrapped(text: str, indent: str) -> list[str]:
    return wrap(" ".join(text.split()), WIDTH, initial_indent=indent, subsequent_indent=indent)
