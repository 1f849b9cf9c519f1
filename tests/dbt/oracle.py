"""The rules of adding up once more, in plain Python and without any thought of speed: what the models must agree with.

Each function is one rule; nothing is shared with the SQL.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from agenda.folder import Folder
from agenda.indicators import Formula, Indicator, Term
from agenda.model import Show
from agenda.periods import Period
from tests.dbt.lake_fixture import Reading

Amount = Decimal | str
"""A number, or why there is none: M not applicable, O missing, Q suppressed."""
Members = tuple[tuple[str, str], ...]
Key = tuple[str, str, str, str]
"""Measure, period, place, members."""


@dataclass(frozen=True)
class Number:
    """One current observation."""

    partner: str
    measure: str
    period: Period
    place: str
    members: Members
    value: Amount
    people: frozenset[int] = frozenset()  # who is in it, of those that may be linked


@dataclass(frozen=True)
class Value:
    """A sum, and the least and the most that it can be."""

    value: Amount
    low: Amount
    high: Amount


def added(amounts: Iterable[Amount]) -> Amount:
    """A suppressed part withholds the sum; what is missing or not applicable is not in it, and alone makes none."""
    found = list(amounts)
    if "Q" in found:
        return "Q"
    numbers = [amount for amount in found if isinstance(amount, Decimal)]
    return sum(numbers, Decimal()) if numbers else max(map(str, found))  # O before M


def speaks(amounts: Iterable[Amount]) -> bool:
    """Whether a report stands for something: not where all of it says that there is no number."""
    return any(amount not in ("M", "O") for amount in amounts)


def members_of(text: str) -> Members:
    return tuple(tuple(part.split("=")) for part in text.split("|")) if text else ()  # type: ignore[misc]


def current(folder: Folder, deliveries: Iterable[tuple[Reading, str]]) -> list[Number]:
    """What holds after all deliveries (each a reading and the key it came under), taken in one by one."""
    held: dict[tuple[str, str], dict[Key, tuple[int, Amount, frozenset[int]]]] = defaultdict(dict)
    for order, reading in enumerate(_not_taken_back(list(deliveries))):
        mine = held[reading.partner, reading.layout]
        rows = {
            (measure, period, place, members): v if isinstance(v, str) else Decimal(str(v))
            for measure, period, place, members, v in reading.rows
        }
        if reading.mode == "replaces":
            scopes = {(m, p) for m in {key[0] for key in rows} for p in {key[1] for key in rows}}
            gone = [
                key for key in mine if key[:2] in scopes and not any(_may_be(lost, key) for lost in reading.rejected)
            ]
            for key in gone:
                del mine[key]
        mine |= {key: (order, value, frozenset(reading.people.get(key, ()))) for key, value in rows.items()}
    latest: dict[tuple[str, Key], tuple[int, Amount, frozenset[int]]] = {}
    for (partner, _), numbers in held.items():
        for key, found in numbers.items():
            latest[partner, key] = max(latest.get((partner, key), found), found, key=lambda of: of[0])
    calendar = folder.initiative.calendar
    return [
        Number(partner, measure, calendar.parse(period), place, members_of(members), value, people)
        for (partner, (measure, period, place, members)), (_, value, people) in latest.items()
    ]


def _not_taken_back(deliveries: Sequence[tuple[Reading, str]]) -> Iterator[Reading]:
    """Deliveries that say something, less those of a file that a later version replaced without losing a row."""
    said = [(reading, key) for reading, key in deliveries if reading.outcome != "rejected"]
    for order, (reading, key) in enumerate(said, 1):
        newer = [r for r, k in said[order:] if (r.partner, k) == (reading.partner, key)]
        if not any(r.mode == "replaces" and not r.rejected for r in newer):
            yield reading


def _may_be(lost: tuple[str | None, ...], key: Key) -> bool:
    return all(said is None or said == part for said, part in zip(lost, key, strict=True))


class Oracle:
    """Values of an agenda's measures and indicators from current numbers and reference series."""

    def __init__(
        self, folder: Folder, numbers: Sequence[Number], reference: Sequence[tuple[str, str, int, str, Decimal]]
    ):
        self.folder, self.calendar, self.reference = folder, folder.initiative.calendar, reference
        self.measures = {m.id: m for m in folder.agenda.measures}
        self.parents = {p.id: p.parent for p in folder.agenda.places}
        self.partners = sorted({n.partner for n in numbers})
        self.of: dict[tuple[str, str], list[Number]] = defaultdict(list)
        for number in numbers:
            self.of[number.partner, number.measure].append(number)
        for (partner, measure), own in list(self.of.items()):
            if measure == "enrolled":
                self.of[partner, "largest"] = list(self.largest(own))
        self.years: dict[str, set[int]] = defaultdict(set)
        for measure, _, year, _, _ in reference:
            self.years[measure].add(year)
        for measure, years in self.years.items():
            for year in years:
                span = Period(date(year, 1, 1), 12, str(year))
                begun = sorted(
                    (row for row in reference if row[0] == measure and row[2] <= year), key=lambda row: row[2]
                )
                latest = {(place, members): value for _, place, _, members, value in begun}
                self.of["", measure] += [
                    Number("", measure, span, place, members_of(members), value)
                    for (place, members), value in latest.items()
                    if value is not None  # the figure of a place that is gone
                ]

    # -- the initiative's own model --------------------------------------------------------------------

    def largest(self, own: list[Number]) -> Iterator[Number]:
        """The largest number of each report; none where what it is of, or of what lies in it then, is suppressed."""
        for period, place in {(n.period, n.place) for n in own}:
            here = [n.value for n in own if (n.period, n.place) == (period, place)]
            within = [n.value for n in own if period.contains(n.period) and place in self.line(n.place)]
            numbers = [value for value in here if isinstance(value, Decimal)]
            value: Amount = "Q" if "Q" in within else max(numbers) if numbers else "O"
            yield Number(own[0].partner, "largest", period, place, (), value)

    # -- places ---------------------------------------------------------------------------------------

    def line(self, place: str | None) -> Iterator[str]:
        """The place and all it lies in."""
        while place is not None:
            yield place
            place = self.parents[place]

    def inside(self, place: str) -> list[str]:
        return [p for p in self.parents if place in self.line(p)]

    # -- measures -------------------------------------------------------------------------------------

    def counted(self, partner: str, measure: str, target: Period) -> list[Period]:
        """The reported periods that make up the target."""
        if not partner:
            begun = [year for year in self.years[measure] if date(year, 1, 1) < target.end]
            return [Period(date(max(begun), 1, 1), 12, str(max(begun)))] if begun else []
        within = {n.period for n in self.of[partner, measure] if target.contains(n.period)}
        if self.measures[measure].time_rule == "last":
            within = {p for p in within if p.end == max(q.end for q in within)}
        return sorted(within)

    def is_covered(self, partner: str, measure: str, target: Period, period: Period, place: str) -> bool:
        """Whether the place was reported for a longer period, too, which stands for this one."""
        longer = [p for p in self.counted(partner, measure, target) if p != period and p.contains(period)]
        return any(speaks(self.own(partner, measure, p, place, ()).values()) for p in longer)

    def own(
        self, partner: str, measure: str, period: Period, place: str, split: tuple[str, ...]
    ) -> dict[Members, Amount]:
        """What was reported for just this place, by these dimensions."""
        return {
            members: added(number.value for number in numbers)
            for members, numbers in self.parts(partner, measure, period, place, split).items()
        }

    def parts(
        self, partner: str, measure: str, period: Period, place: str, split: tuple[str, ...]
    ) -> dict[Members, list[Number]]:
        """The numbers that make up what was reported so; a total before its parts."""
        here = [n for n in self.of[partner, measure] if n.period == period and n.place == place]
        ways = {tuple(d for d, _ in n.members) for n in here}
        fit = [way for way in ways if (set(split) <= set(way) if self.is_sum(measure) else split == way)]
        if not fit:
            return {}
        by_way = {way: [n.value for n in here if tuple(d for d, _ in n.members) == way] for way in fit}

        def order(way: tuple[str, ...]) -> tuple[object, ...]:
            numbers = [amount for amount in by_way[way] if isinstance(amount, Decimal)]
            is_empty = (not numbers, -sum(numbers, Decimal()))
            return not speaks(by_way[way]), len(way), "Q" in by_way[way], *is_empty, " * ".join(way)

        best = min(fit, key=order)
        parts: dict[Members, list[Number]] = defaultdict(list)
        for number in here:
            if tuple(d for d, _ in number.members) == best:
                parts[tuple((d, m) for d, m in number.members if d in split)].append(number)
        return parts

    def is_sum(self, measure: str) -> bool:
        """Whether it adds up; a rate that was reported as one doesn't, over nothing at all."""
        return measure not in self.measures or self.measures[measure].is_sum

    def speaks_of(self, partner: str, measure: str, period: Period, place: str) -> bool:
        """Whether a report is one of the place as a whole; of a rate that of a group does."""
        if self.is_sum(measure):
            return speaks(self.own(partner, measure, period, place, ()).values())
        return speaks(n.value for n in self.of[partner, measure] if (n.period, n.place) == (period, place))

    def outranked(self, partner: str, measure: str, target: Period, q: str, place: str) -> bool:
        ranks = list(self.measures[measure].precedence) if measure in self.measures else []
        if not ranks:
            return False
        rank = {p: ranks.index(p) if p in ranks else len(ranks) for p in self.partners}
        for better in (p for p in self.partners if rank[p] < rank[partner]):
            for period in self.counted(better, measure, target):
                for r in (r for r in self.parents if self.speaks_of(better, measure, period, r)):
                    speaks_for = r in self.line(q) and place in self.line(r)
                    speaks_for_a_part = r != q and q in self.line(r)
                    if speaks_for or (speaks_for_a_part and self.is_sum(measure)):
                        return True
        return False

    def by_partner(
        self, partner: str, measure: str, target: Period, place: str, split: tuple[str, ...]
    ) -> dict[Members, Amount]:
        rule = self.measures[measure].time_rule if measure in self.measures else "last"
        found: dict[Members, dict[date, list[Amount]]] = defaultdict(lambda: defaultdict(list))
        for period, q in self.counts(partner, measure, target, place, split):
            months = (
                [m.start for m in self.calendar.within(period, "month")] if rule in ("mean", "max") else [period.start]
            )
            for members, value in self.own(partner, measure, period, q, split).items():
                for month in months:
                    found[members][month].append(value)
        return {
            members: _over_time(rule, [added(values) for values in months.values()])
            for members, months in found.items()
        }

    def counts(
        self, partner: str, measure: str, target: Period, place: str, split: tuple[str, ...]
    ) -> Iterator[tuple[Period, str]]:
        """The periods and places of which what was reported counts towards the target and the place."""
        counted = self.counted(partner, measure, target)
        for period in counted:
            overlapping = [p for p in counted if p.start < period.end and period.start < p.end]
            for q in self.inside(place) if self.is_sum(measure) else [place]:
                between = [r for r in self.line(q) if r != q and place in self.line(r)]
                around = (self.own(partner, measure, p, r, split) for p in overlapping for r in between)
                if any(speaks(own.values()) for own in around):
                    continue
                if self.is_covered(partner, measure, target, period, q):
                    continue
                if not self.outranked(partner, measure, target, q, place):
                    yield period, q

    def reach(self, measure: str, target: Period, place: str, split: tuple[str, ...]) -> dict[Members, Value]:
        """People counted once: whoever is known, and of each list (a partner's number for a period) those who aren't."""
        lists: dict[Members, dict[tuple[str, Period], list[Number]]] = defaultdict(lambda: defaultdict(list))
        for partner in self.partners:
            for period, q in self.counts(partner, measure, target, place, split):
                for members, numbers in self.parts(partner, measure, period, q, split).items():
                    lists[members][partner, period] += numbers
        values = {}
        for members, found in lists.items():
            total = added(number.value for numbers in found.values() for number in numbers)
            known = frozenset[int]().union(*(number.people for numbers in found.values() for number in numbers))
            low, high = Decimal(len(known)), Decimal(len(known))
            for numbers in found.values():
                listed = frozenset[int]().union(*(number.people for number in numbers))
                given = [number for number in numbers if isinstance(number.value, Decimal)]
                unknown = sum((n.value - len(n.people) for n in given if isinstance(n.value, Decimal)), Decimal())
                low, high = max(low, len(listed) + unknown), high + unknown
            values[members] = Value(total, total, total) if isinstance(total, str) else Value(low, low, high)
        return values

    def value(self, measure: str, target: Period, place: str, split: tuple[str, ...]) -> dict[Members, Value]:
        if measure in self.measures and self.measures[measure].keyed:
            return self.reach(measure, target, place, split)
        parts: dict[Members, list[Amount]] = defaultdict(list)
        for partner in self.partners if measure in self.measures else [""]:
            for members, number in self.by_partner(partner, measure, target, place, split).items():
                parts[members].append(number)
        overlap = measure in self.measures and self.measures[measure].over_partners == "overlap"
        values = {}
        for members, numbers in parts.items():
            given = [number for number in numbers if isinstance(number, Decimal)]
            total = added(numbers) if self.is_sum(measure) or len(given) <= 1 or "Q" in numbers else "O"
            largest = total if isinstance(total, str) else max(n for n in numbers if isinstance(n, Decimal))
            largest, total = _kept(largest), _kept(total)
            values[members] = Value(largest, largest, total) if overlap else Value(total, total, total)
        return values

    # -- indicators -----------------------------------------------------------------------------------

    def term(self, term: Term, target: Period, place: str, shown: tuple[str, ...]) -> dict[Members, Value]:
        values = self.value(term.measure, target, place, tuple(sorted({*shown, *term.where})))
        sums: dict[Members, list[Value]] = defaultdict(list)
        others: dict[Members, list[Value]] = defaultdict(list)
        for members, value in values.items():
            row = tuple((d, m) for d, m in members if d in shown)
            is_counted = all(m in term.where[d] for d, m in members if d in term.where)
            (sums if is_counted else others)[row].append(value)
        none = Value(Decimal(), Decimal(), Decimal())
        unsaid = Value("O", "O", "O")
        zeros = {
            row: [none if any(isinstance(v.value, Decimal) for v in found) else unsaid] for row, found in others.items()
        }
        return {members: _weighted(term.weight, found) for members, found in (zeros | sums).items()}

    def can_be_pooled(self, term: Term) -> bool:
        """Whether what is counted of two groups is what is counted of both together."""
        measure = self.measures.get(term.measure)
        return measure is None or (
            measure.is_sum and measure.time_rule in ("sum", "last") and measure.over_partners == "sum"
        )

    def with_merged(self, values: dict[Members, Value]) -> dict[Members, Value]:
        """Groups that may be shown together beside their parts, of one dimension at a time."""
        merges = [(d.id, merged) for d in self.folder.agenda.dimensions for merged in d.merge]
        sums: dict[Members, list[Value]] = defaultdict(list)
        for members, value in values.items():
            for dimension, merged in merges:
                if dict(members).get(dimension) in merged.of:
                    sums[tuple((d, merged.id if d == dimension else m) for d, m in members)].append(value)
        return values | {members: _weighted(Decimal(1), found) for members, found in sums.items()}

    def indicator(self, indicator: Indicator, target: Period, place: str, shown: tuple[str, ...]) -> Iterator[tuple]:
        """Rows of members, numerator, denominator, for a formula with overlaps the bounds of the numerator, why there
        is no value, and what a standardised rate is of one."""
        has = {m.id: set(m.dimensions) for m in (*self.folder.agenda.measures, *self.folder.agenda.reference)}
        formula, show = indicator.formula, self.folder.initiative.show
        of, per = (_by_stratum(formula, terms or ()) for terms in (formula.of, formula.per))
        over = [self.term(term, target, place, shown) for term in of]
        split = [set(shown) <= has[t.measure] for t in per]
        under = [self.term(t, target, place, shown if s else ()) for t, s in zip(per, split, strict=True)]
        shown_by = [*of, *(t for t, s in zip(per, split, strict=True) if s)]
        if formula.standard is None and all(map(self.can_be_pooled, shown_by)):
            over = [self.with_merged(values) for values in over]
            under = [self.with_merged(values) if s else values for values, s in zip(under, split, strict=True)]
        reported = [v for v, t in zip(over, of, strict=True) if t.measure in self.measures]
        reported += [v for v, t, s in zip(under, per, split, strict=True) if s and t.measure in self.measures]
        for members in sorted({m for values in reported for m in values}):
            tops = [values.get(members) for values in over]
            bottoms = [values.get(members if s else ()) for values, s in zip(under, split, strict=True)]
            top, bottom = _sum(tops), _sum(bottoms) if under else None
            # A formula shows no result of which a part is missing or suppressed; what is not applicable is left out.
            said = [value.value if value else "O" for value in (*tops, *bottoms)]
            absence = "Q" if "Q" in said else "O" if "O" in said else None
            absence = absence or ("M" if top is None or (under and not (bottom and bottom.value)) else None)
            rate = None
            if absence is None and formula.standard is not None:
                rate = _standardised(tuple(formula.standard.weights.values()), tops, bottoms)
                absence = "M" if rate is None else "U" if top and top.value < show.standardised_from else None
            if absence is None and formula.kind == "percent" and bottom and bottom.value < show.percent_from:
                absence = "U"
            yield members, top and top.value, bottom and bottom.value, top and (top.low, top.high), absence, rate

    # -- cohorts --------------------------------------------------------------------------------------

    def cohort(self, indicator: Indicator, now: Period, then: Period, place: str) -> set[str] | None:
        """Partners that reported the same of the formula in both periods; None where that is everybody who reported."""
        terms = (*indicator.formula.of, *(indicator.formula.per or ()))
        given = sorted({term.measure for term in terms} & set(self.measures))
        places = self.inside(place)
        matched, spoke = set(), set()
        for partner in self.partners:
            is_matched, gave = True, False
            for measure in given:
                signs = []
                for target in (now, then):
                    counted = self.counted(partner, measure, target)
                    own = [n for n in self.of[partner, measure] if n.period in counted and n.place in places]
                    months = sum(period.months for period in {n.period for n in own})
                    is_flow = self.measures[measure].time_rule == "sum"
                    signs.append(months if is_flow else bool(months))
                    is_matched &= all(n.value != "O" for n in own)
                    gave |= bool(months)
                is_matched &= signs[0] == signs[1]
            spoke |= {partner} if gave else set()
            matched |= {partner} if gave and is_matched else set()
        return None if matched == spoke else matched

    def only(self, partners: set[str]) -> Oracle:
        """The same rules over the numbers of some partners."""
        numbers = [n for (partner, of), own in self.of.items() if partner in partners and of != "largest" for n in own]
        return Oracle(self.folder, numbers, self.reference)


def _by_stratum(formula: Formula, terms: Iterable[Term]) -> list[Term]:
    """The terms, or each of them in every group that the standard population has."""
    if formula.standard is None:
        return list(terms)
    dimension = formula.standard.dimension
    return [
        t.model_copy(update={"where": {**t.where, dimension: (m,)}}) for t in terms for m in formula.standard.weights
    ]


def _standardised(
    weights: Sequence[Decimal], events: Sequence[Value | None], people: Sequence[Value | None]
) -> float | None:
    """The mean of the strata's rates, each as often as the standard population has of it."""
    total = 0.0
    for weight, event, count in zip(weights, events, people, strict=True):
        numbers = [value.value if value else "O" for value in (event, count)]
        if any(isinstance(number, str) for number in numbers) or not numbers[1]:
            return None
        total += float(weight) * float(numbers[0]) / float(numbers[1])
    return total / float(sum(weights))


Limits = tuple[float | None, float | None, float | None]
"""A value with the interval that chance gives it; without one, or without a value, None."""


def changed(now: Limits, then: Limits | None) -> tuple[float | None, ...]:
    """The earlier value, by how much the later one differs, the limits of that, and whether chance could explain it."""
    (value, lower, upper), (before, least, most) = now, then or (None, None, None)
    if value is None or before is None:
        return before, None, None, None, None
    if lower is None or upper is None or least is None or most is None:
        return before, value - before, None, None, None
    low = value - before - ((value - lower) ** 2 + (most - before) ** 2) ** 0.5
    high = value - before + ((upper - value) ** 2 + (before - least) ** 2) ** 0.5
    return before, value - before, low, high, not low <= 0 <= high


def is_wide(show: Show, kind: str, value: float, lower: float | None, upper: float | None) -> bool:
    """Whether a number with these limits is of low reliability."""
    if lower is None or upper is None:
        return False
    points = float("inf") if kind != "percent" or show.wide_points is None else float(show.wide_points) / 100
    share = float("inf") if value == 0 or show.wide_share is None else float(show.wide_share)
    return upper - lower > points or upper - lower > share * abs(value)


def _over_time(rule: str, amounts: Sequence[Amount]) -> Amount:
    total = added(amounts)
    if isinstance(total, str):
        return total
    values = [amount for amount in amounts if isinstance(amount, Decimal)]
    if rule == "max":
        return max(values)
    return total / len(values) if rule == "mean" else total


def _kept(amount: Amount) -> Amount:
    """Six decimals, of a mean as well: three thirds, of which the context has 28 digits, are one again with fifteen."""
    if isinstance(amount, str):
        return amount
    return amount.quantize(Decimal("1e-15"), ROUND_HALF_UP).quantize(Decimal("1e-6"), ROUND_HALF_UP)


def _weighted(weight: Decimal, values: Sequence[Value]) -> Value:
    value, low, high = (added(getattr(v, end) for v in values) for end in ("value", "low", "high"))
    if isinstance(value, str) or isinstance(low, str) or isinstance(high, str):
        return Value(value, value, value)
    return Value(weight * value, *sorted((weight * low, weight * high)))


def _sum(values: Sequence[Value | None]) -> Value | None:
    if any(value is None or value.value in ("O", "Q") for value in values):
        return None
    known = [value for value in values if value is not None and value.value != "M"]
    if not known:
        return None
    return Value(*(added(getattr(v, end) for v in known) for end in ("value", "low", "high")))
