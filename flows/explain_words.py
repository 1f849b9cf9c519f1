"""`cairn explain` in words: for somebody who was asked “where does this number come from?”.

The value first, then each part of the formula with the files and rows behind it, then all that limits it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from functools import partial
from textwrap import wrap
from typing import Any

from agenda.indicators import Indicator
from agenda.statuses import STATUSES, SUPPRESSED, THIN, UNRELIABLE
from flows.counted import counted
from flows.explain_aims import lines as against
from flows.explain_beside import defined_said, gap_said, signed
from flows.explain_codes import AGAINST, BESIDE, FEW, HIDDEN, INTERVALS, KEYED, ONCE, OVER_TIME, STATUS
from flows.explained import LEFT_OUT, Explanation, Number, Origin, Owed, Remark, Term
from flows.revisions import Known
from reports.changes import COMPARED, Difference

WIDTH = 100
ROWS = 8
"""Numbers of one file that are listed; where there are more, their sum stands for the rest."""
FILES = 12
"""Files of one term that are listed."""
NOTES = 6
"""Lines of any other list. All of it is in the data."""


def data(made: Explanation) -> dict[str, Any]:
    """All of it for programs."""
    return {name: value for name, value in asdict(made).items() if name != "names"}


def lines(made: Explanation) -> Iterator[str]:
    yield from _head(made)
    yield from _changes(made)
    for part in ("numerator", "denominator", "squares"):
        terms = [term for term in made.terms if term.part == part]
        if terms:
            yield from _part(made, part, terms)
    yield from _section("Against the target", against(made.aims, partial(shown, made)) if made.aims else ())
    yield from _uncounted(made)
    yield from _owed(made)
    yield from _cohorts(made)
    yield from _remarks(made)
    yield from _superseded(made)
    yield from _editions(made)
    yield from _moments(made)


def _head(made: Explanation) -> Iterator[str]:
    group = f", {_members(made, made.members)}" if made.members else ""
    yield f"{made.name} · {made.names['places'][made.place]}{group} · {made.period}"
    yield ""
    yield f"  {_value(made)}"
    is_keyed = any(term.people is not None for term in made.terms)
    if made.lower is not None and made.upper is not None and not (is_keyed and made.lower == made.upper):
        bounds = f"{shown(made, made.lower)} to {shown(made, made.upper)}"
        yield f"  {bounds}: {KEYED if is_keyed and made.interval == 'none' else INTERVALS[made.interval]}"
    reporters = f"{made.actual_reporters} of {counted(made.expected_reporters, 'partner')} reported"
    status = FEW if _is_few(made) else STATUS.get(made.status) or STATUSES[made.status].lower()
    yield f"  {made.status}, {status}; {reporters}"
    if made.gap is not None:
        yield f"  Beside {_members(made, made.gap.against)}: {gap_said(made.gap, made.kind, made.decimals)}"
    yield f"  As known on {_when(made.as_of)}, by the agenda of {_when(made.agenda_as_of)}"
    yield ""
    yield from _wrapped(made.definition, "  ")
    yield from (line for said in defined_said(made.defined, partial(shown, made)) for line in _wrapped(said, "  "))


def _changes(made: Explanation) -> Iterator[str]:
    """How it moved, and whether chance could explain it."""

    def said(against: str, change: Difference) -> str:
        moved = f"{AGAINST[against]}, {change.period} ({shown(made, change.value)}): {_signed(made, change.amount)}"
        if change.lower is None or change.upper is None:
            return moved
        beyond = "more than chance would explain" if change.is_beyond_chance else "chance alone could explain that"
        return f"{moved}, from {_signed(made, change.lower)} to {_signed(made, change.upper)} (95 %): {beyond}"

    known = {change.period: said(against, change)
             for against, change in zip(COMPARED, made.changes, strict=False) if change.amount is not None}  # fmt: skip
    merged = [made.names["places"][place] for place in made.merged]
    beside = [f"what was before holds {', '.join(merged)}, as a part of this place by now"] if merged and known else []
    yield from _section("Compared with", [*known.values(), *beside])


def _signed(made: Explanation, change: float | None) -> str:
    text = signed(change or 0.0, made.kind, made.decimals)
    return f"{text} points" if made.kind == "percent" else text


def _is_few(made: Explanation) -> bool:
    return made.status == UNRELIABLE and made.value is None


def _value(made: Explanation) -> str:
    if _is_few(made):
        return f"{number(made.numerator)} of {number(made.denominator)}"
    said = shown(made, made.value)
    if made.status == THIN:
        return "withheld"
    if made.denominator is None:
        return said if made.kind == "count" else f"{said}  (nothing to divide by was reported)"
    times = f" × {made.times:,}" if made.times != 1 else ""
    if made.interval == "dobson":  # a sum over groups, which the two sums do not make
        parts = f"{number(made.numerator)}{times} ÷ {number(made.denominator)}"
        return f"{said}, standardised; as it is: {parts}"
    return f"{said}  =  {number(made.numerator, _numbers(made, 'numerator'))}{times} ÷ {number(made.denominator)}"


def _numbers(made: Explanation, part: str) -> list[Number]:
    return [one for term in made.terms if term.part == part for one in term.numbers]


def _part(made: Explanation, part: str, terms: Sequence[Term]) -> Iterator[str]:
    title, total = {
        "numerator": ("What is counted", made.numerator),
        "denominator": ("Divided by", made.denominator),
        "squares": ("Its squares, for the interval", sum((term.value for term in terms if term.value), Decimal())),
    }[part]
    yield from ("", f"{title}: {'withheld' if made.status == THIN else number(total, _numbers(made, part))}")
    for term in terms:
        yield from _term(made, term)


def _term(made: Explanation, term: Term) -> Iterator[str]:
    weight = "" if term.weight == 1 else "− " if term.weight == -1 else f"{number(term.weight)} × "
    where = f", {_members(made, term.where)} only" if term.where else ""
    yield f"  {weight}{term.name}{where}: {number(term.value, term.numbers)} {term.unit}"
    yield from _wrapped(_rules(made, term), "    ")
    if not term.numbers:
        yield f"    {'no such group was reported' if term.value is not None else 'nobody reported it'}"
        return
    groups = _by_file(term.numbers)
    width = max(len(_sum([one])) for one in term.numbers)
    width = max(width, *(len(number(share.value, term.numbers)) for share in term.shares))
    for (partner, _), numbers in groups[:FILES]:
        yield from _file(made, term, partner, numbers, width)
    rest = [n for _, numbers in groups[FILES:] for n in numbers]
    if rest:
        files, partners = len(groups) - FILES, len({n.partner for n in rest})
        whose = f"{counted(files, 'more file')} of {counted(partners, 'partner')}"
        yield f"    {_sum(rest):>{width}}  in {counted(len(rest), 'number')} from {whose}"
    yield from _inputs(made, term)
    if term.over_time in ("mean", "max") or term.over_partners == "overlap":
        for share in term.shares:
            yield f"    {number(share.value, term.numbers):>{width}}  comes from {_partner(made, share.partner)}"


def _rules(made: Explanation, term: Term) -> str:
    if term.is_reference:
        return "A reference series: the latest year that has begun counts."
    if term.people is not None:
        last = f"of each partner {OVER_TIME['last']}; " if term.over_time == "last" else ""
        return f"{last}{ONCE}, which {number(term.people)} have.".capitalize()
    rules = [OVER_TIME[term.over_time]]
    if term.precedence:
        rules.append(f"of partners that report the same, the first counts of {_listed(made, term.precedence)}")
    elif term.over_partners == "overlap":
        rules.append("of partners' lists the longest counts, as they may name the same people")
    elif term.is_sum:
        rules.append("partners are added up")
    rules.append("places are added up to those around them" if term.is_sum else "a rate is never added up")
    if term.rivals:
        rivals = " and ".join(_partner(made, partner) for partner in term.rivals)
        rules.append(f"{rivals} gave one each, and no precedence says whose counts, so there is none")
    said = "; ".join(rules)
    return f"{said[0].upper()}{said[1:]}."


def _file(made: Explanation, term: Term, partner: str, numbers: Sequence[Number], width: int) -> Iterator[str]:
    origin = numbers[0].origin
    yield f"    {_partner(made, partner) if partner else term.name} · {_origin(origin)}"
    listed = numbers if len(numbers) <= ROWS else []
    for one in listed:
        what = [made.names["places"].get(one.place, one.place), one.period, _members(made, one.members)]
        row = f"row {one.origin.row}" if one.origin.row else ""
        note = BESIDE.get(one.status, STATUSES[one.status].lower())
        yield f"      {_sum([one]):>{width}}  {', '.join(filter(None, [*what, row, note]))}"
    if not listed:
        rows, places = [n.origin.row for n in numbers if n.origin.row], len({n.place for n in numbers})
        where = f", rows {min(rows)} to {max(rows)}" if rows else ""
        periods = sorted({n.period for n in numbers})
        when = periods[0] if len(periods) == 1 else f"{periods[0]} to {periods[-1]}"
        how_many = f"{counted(len(numbers), 'number')} of {counted(places, 'place')}"
        yield f"      {_sum(numbers):>{width}}  in {how_many}, {when}{where}"


def _inputs(made: Explanation, term: Term) -> Iterator[str]:
    """What a model made the numbers of, measure by measure: how is for the model itself to say."""
    groups: dict[tuple[str, str, str], list[Number]] = defaultdict(list)
    for one in term.inputs:
        groups[one.measure, one.partner, one.origin.reading].append(one)
    for (measure, partner, _), numbers in list(groups.items())[:FILES]:
        yield f"    made of {counted(len(numbers), 'number')} of “{made.names['measures'][measure]}”"
        yield f"      {_partner(made, partner)} · {_origin(numbers[0].origin)}"


def _uncounted(made: Explanation) -> Iterator[str]:
    groups: dict[tuple[str, str, str], list[Number]] = defaultdict(list)
    for one in made.uncounted:
        groups[one.measure, one.partner, one.why].append(one)
    said = [
        f"{_partner(made, partner)}: {counted(len(numbers), 'number')} of “{made.names['measures'][measure]}”, "
        f"{_span(numbers)}: {why} ({_cells(numbers)})"
        for (measure, partner, why), numbers in groups.items()
    ]
    yield from _section("Reported, and not counted", said)


def _cells(numbers: Sequence[Number]) -> str:
    files = list(dict.fromkeys(n.origin.file for n in numbers))
    return files[0] if len(files) == 1 else f"{files[0]} and {len(files) - 1} more"


def _span(numbers: Sequence[Number]) -> str:
    periods = sorted({n.period for n in numbers})
    return periods[0] if len(periods) == 1 else f"{periods[0]} to {periods[-1]}"


def _owed(made: Explanation) -> Iterator[str]:
    def said(owed: Owed) -> str:
        if owed.is_missing:
            lack = "not reported"
        elif owed.months_reported < owed.months_expected:
            lack = f"{owed.months_reported} of {owed.months_expected} months reported"
        else:
            lack = "its last month names fewer places than before"
        return f"{_partner(made, owed.partner)}: {made.names['measures'][owed.measure]}, {lack}"

    missing = [said(owed) for owed in made.owed if owed.is_missing or owed.is_partial]
    yield from _section("Missing", missing or ["nobody" if made.owed else "nobody owes a number for it"])


def _cohorts(made: Explanation) -> Iterator[str]:
    """The change among all and among those that can be compared, with who can't."""
    for one in made.cohorts:
        others = [_partner(made, partner) for partner in one.others]
        more = f" and {len(others) - NOTES} more" if len(others) > NOTES else ""
        said = [
            f"all: {shown(made, one.against_value_of_all)} → {shown(made, one.value_of_all)}",
            f"among the {counted(one.partners, 'partner')} that reported the same both times: "
            f"{shown(made, one.against_value)} → {shown(made, one.value)}",
            f"not compared, as they joined, left or reported less: {', '.join(others[:NOTES])}{more}",
        ]
        yield from _section(f"Against {one.against}", said)


def _remarks(made: Explanation) -> Iterator[str]:
    def said(remark: Remark) -> str:
        at = remark.cell or (f"row {remark.row}" if remark.row else "")
        where = ", ".join(filter(None, [f"sheet “{remark.sheet}”" if remark.sheet else "", at]))
        return f"{_partner(made, remark.partner)} · {remark.file}{', ' + where if where else ''}: {remark.message}"

    yield from _section("Rows that were rejected, and remarks on those that count", map(said, made.remarks))


def _superseded(made: Explanation) -> Iterator[str]:
    said = (f"{_origin(origin)}" for origin in made.superseded)
    yield from _section("Files about the same period that newer ones have taken the place of", said)


def _editions(made: Explanation) -> Iterator[str]:
    said = (
        f"{_when(one.published_at)}  report {one.quarter}, edition {one.edition[:8]}: "
        + (HIDDEN[one.conf_status] if one.conf_status in HIDDEN else f"{_published(made, one.value)}  {one.status}")
        for one in made.editions
    )
    yield from _section("As it was published", said)


def _published(made: Explanation, text: str) -> str:
    return shown(made, float(text)) if text else "no value"


def _moments(made: Explanation) -> Iterator[str]:
    if len(made.moments) > 1:
        said = (
            f"{_when(one.known_at)}  {shown(made, one.value)}  {one.status or ''}".rstrip()
            + (f"  {_why(one.why)}" if one.why else "")
            for one in made.moments
        )
        yield from _section("As it was known", said, at_most=2 * NOTES)


def _why(causes: Sequence[str]) -> str:
    more = f" and {len(causes) - 1} more" if len(causes) > 1 else ""
    return f"({causes[0]}{more})"


def _section(title: str, entries: Iterable[str], at_most: int = NOTES) -> Iterator[str]:
    entries = list(entries)
    if not entries:
        return
    yield from ("", title)
    yield from (f"  {entry}" for entry in entries[:at_most])
    if len(entries) > at_most:
        yield f"  … and {len(entries) - at_most} more; --json lists them all"


def _wrapped(text: str, indent: str) -> list[str]:
    return wrap(" ".join(text.split()), WIDTH, initial_indent=indent, subsequent_indent=indent)


def _by_file(numbers: Sequence[Number]) -> list[tuple[tuple[str, str], list[Number]]]:
    groups: dict[tuple[str, str], list[Number]] = defaultdict(list)
    for one in numbers:
        groups[one.partner, one.origin.reading].append(one)
    return list(groups.items())


def _origin(origin: Origin) -> str:
    sheet = f", sheet “{origin.sheet}”" if origin.sheet else ""
    received = f", received {_when(origin.received_at)}" if origin.received_at else ""
    return f"{origin.file}{sheet}{received}"


def _partner(made: Explanation, partner: str) -> str:
    return made.names["partners"].get(partner, partner) or "the reference series"


def _listed(made: Explanation, partners: Iterable[str]) -> str:
    return ", then ".join(_partner(made, partner) for partner in partners)


def _members(made: Explanation, text: str) -> str:
    return ", ".join(made.names["members"].get(part, part) for part in text.split("|") if part)


def _sum(numbers: Sequence[Number]) -> str:
    known = [one.value for one in numbers if one.value is not None]
    is_withheld = any(one.status == SUPPRESSED for one in numbers)
    return number(sum(known, Decimal()) if known and not is_withheld else None, numbers)


def _when(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M")


def triangle(indicator: Indicator, found: Mapping[str, Sequence[Known]], seconds: float) -> Iterator[str]:
    """`cairn revisions` in words: a block for each period, a line for each moment at which its value changed."""
    if not found:
        yield f"Nothing was ever known of {indicator.name}."
        return
    yield f"{indicator.name}: what was known of it, and from when"
    yield ""
    for period, moments in found.items():
        for order, known in enumerate(moments):
            said = _as_shown(indicator.formula.kind, indicator.decimals, indicator.unit, known.value)
            named, before = ("", moments[order - 1].version) if order else (period, None)
            method = "; R3, method: by another definition" if before and known.version not in (before, None) else ""
            yield f"{named:<8}  {_when(known.known_at)}  {said:>16}  {known.status or '–'}  {_why(known.why)}{method}"
    changed = sum(len(moments) > 1 for moments in found.values())
    yield ""
    periods = counted(len(found), "period")
    yield f"{changed} of {periods} changed after they were first known. This took {seconds:.0f} s."


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
    return _as_shown(made.kind, made.decimals, made.unit, value)


def _as_shown(kind: str, decimals: int, unit: str, value: float | None) -> str:
    if value is None:
        return "no value"
    return f"{value * 100:,.{decimals}f} %" if kind == "percent" else f"{value:,.{decimals}f} {unit}"
