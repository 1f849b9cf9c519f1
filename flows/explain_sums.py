"""The numbers behind a value added up once more, by the rules of their measure and without the models' SQL.

But for people who are told apart by keyed hashes: these are nothing to be listed, so there it is only looked whether
what the models say can be true.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Protocol

from agenda.errors import Unavailable
from agenda.statuses import SUPPRESSED


class Reported(Protocol):
    """What is added up of a reported number."""

    @property
    def partner(self) -> str: ...
    @property
    def start(self) -> date: ...
    @property
    def end(self) -> date: ...
    @property
    def counts_for(self) -> str: ...
    @property
    def value(self) -> Decimal | None: ...
    @property
    def status(self) -> str: ...


@dataclass(frozen=True)
class Share:
    """What one partner's numbers come to by the rule over time; None where there is no such sum."""

    partner: str
    value: Decimal | None


def added(
    numbers: Sequence[Reported], over_time: str, over_partners: str, is_sum: bool = True
) -> tuple[tuple[Share, ...], tuple[Decimal, Decimal] | None]:
    """What each partner's numbers come to, and what they come to together: what counts, and the sum of all.

    What is missing or not applicable is in no sum; with a suppressed part there is none, nor of two partners' rates.
    """
    months: dict[tuple[str, str], dict[int, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for number in numbers:
        first, end = _month(number.start), _month(number.end)
        for month in range(first, end if over_time in ("mean", "max") else first + 1):
            if number.value is not None:
                months[number.counts_for, number.partner][month] += number.value
    groups: dict[str, list[Decimal]] = defaultdict(list)
    shares: dict[str, Decimal] = defaultdict(Decimal)
    for (group, partner), values in months.items():
        made = _over_time(over_time, list(values.values()))
        groups[group].append(made)
        shares[partner] += made
    withheld = {number.partner for number in numbers if number.status == SUPPRESSED}
    total = sum((sum(values, Decimal()) for values in groups.values()), Decimal())
    largest = sum((max(values) for values in groups.values()), Decimal())
    said = dict.fromkeys(number.partner for number in numbers)
    of_partners = tuple(Share(one, None if one in withheld else shares.get(one)) for one in said)
    if withheld or not groups or (not is_sum and any(len(values) > 1 for values in groups.values())):
        return of_partners, None
    return of_partners, (largest if over_partners == "overlap" else total, total)


def once(
    reach: Sequence[Mapping[str, Any]], numbers: Sequence[Reported]
) -> tuple[tuple[Share, ...], tuple[Decimal, Decimal] | None, Decimal]:
    """How many people each partner counted at least, how many there are at least and at most, and how many of them are
    told apart by keyed hashes.

    ``reach`` is what the models say: ``partner`` ('' for all), ``people``, ``low``, ``high``. Raises `Unavailable`
    where the numbers can't come to that.
    """
    shares = tuple(Share(row["partner"], row["low"]) for row in reach if row["partner"])
    whole = next((row for row in reach if not row["partner"]), None)
    if whole is None or whole["low"] is None:
        return shares, None, whole["people"] if whole else Decimal()
    given = [number.value for number in numbers if number.value is not None]
    if not max(given) <= whole["low"] <= whole["high"] <= sum(given):
        said = f"{whole['low']} to {whole['high']} people can't stand on lists of {', '.join(map(str, given))}"
        raise Unavailable(f"{said}: this is a defect of Cairn; please report it")
    return shares, (whole["low"], whole["high"]), whole["people"]


def _month(day: date) -> int:
    return day.year * 12 + day.month


def _over_time(rule: str, values: Sequence[Decimal]) -> Decimal:
    """Means are kept to six decimals, as every number is."""
    if rule == "max":
        return max(values)
    total = sum(values, Decimal())
    return (total / len(values)).quantize(Decimal("0.000001"), ROUND_HALF_UP) if rule == "mean" else total
