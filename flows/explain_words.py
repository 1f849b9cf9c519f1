"""`cairn explain` in words: for somebody who was asked “where does this number come from?”.

The value first, then each part of the formula with the files and rows behind it, then all that limits it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from agenda.statuses import ELSEWHERE, STATUSES, THIN, UNRELIABLE
from flows.counted import counted
from flows.explain_aims import lines as against
from flows.explain_beside import defined_said, gap_said, signed
from flows.explain_codes import AGAINST, FEW, HIDDEN, INTERVALS, KEYED, STATUS
from flows.explain_phrases import causes_said, members_said, moment, number, origin_said, partner_said, shown, wrapped
from flows.explain_terms import numbers_of, part_lines
from flows.explained import Edition, Explanation, Number, Owed, Remark
from reports.quarter.changes import COMPARED, Difference

NOTES = 6
"""Lines of a list. All of it is in the data."""


def data(made: Explanation) -> dict[str, Any]:
    """All of it for programs."""
    return {name: value for name, value in asdict(made).items() if name != "names"}


def lines(made: Explanation) -> Iterator[str]:
    yield from _head(made)
    yield from _changes(made)
    for part in ("numerator", "denominator", "squares"):
        terms = [term for term in made.terms if term.part == part]
        if terms:
            yield from part_lines(made, part, terms)
    yield from _section("Against the target", against(made.aims, partial(shown, made)) if made.aims else ())
    yield from _uncounted(made)
    yield from _owed(made)
    yield from _cohorts(made)
    yield from _remarks(made)
    yield from _superseded(made)
    yield from _editions(made)
    yield from _moments(made)


def _head(made: Explanation) -> Iterator[str]:
    group = f", {members_said(made, made.members)}" if made.members else ""
    yield f"{made.name} · {made.names['places'][made.place]}{group} · {made.period}"
    yield ""
    yield f"  {_value(made)}"
    is_keyed = any(term.people is not None for term in made.terms)
    if made.lower is not None and made.upper is not None and not (is_keyed and made.lower == made.upper):
        bounds = f"{shown(made, made.lower)} to {shown(made, made.upper)}"
        yield f"  {bounds}: {KEYED if is_keyed and made.interval == 'none' else INTERVALS[made.interval]}"
    reporters = f"{made.actual_reporters} of {counted(made.expected_reporters, 'partner')} reported"
    if not made.expected_reporters:
        reporters = "nobody owes a number for it"
    status = FEW if _is_few(made) else STATUS.get(made.status) or STATUSES[made.status].lower()
    yield f"  {made.status}, {status}; {reporters}"
    if made.gap is not None:
        yield f"  Beside {members_said(made, made.gap.against)}: {gap_said(made.gap, made.kind, made.decimals)}"
    yield f"  As known on {moment(made.as_of)}, by the agenda of {moment(made.agenda_as_of)}"
    yield ""
    yield from wrapped(made.definition, "  ")
    yield from (line for said in defined_said(made.defined, partial(shown, made)) for line in wrapped(said, "  "))


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
    return f"{said}  =  {number(made.numerator, numbers_of(made, 'numerator'))}{times} ÷ {number(made.denominator)}"


def _uncounted(made: Explanation) -> Iterator[str]:
    groups: dict[tuple[str, str, str], list[Number]] = defaultdict(list)
    for one in made.uncounted:
        groups[one.measure, one.partner, one.why].append(one)
    said = [
        f"{partner_said(made, partner)}: {counted(len(numbers), 'number')} of “{made.names['measures'][measure]}”, "
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
        return f"{partner_said(made, owed.partner)}: {made.names['measures'][owed.measure]}, {lack}"

    missing = [said(owed) for owed in made.owed if owed.is_missing or owed.is_partial]
    yield from _section("Missing", missing or ["nobody" if made.owed else "nobody owes a number for it"])


def _cohorts(made: Explanation) -> Iterator[str]:
    """The change among all and among those that can be compared, with who can't."""
    for one in made.cohorts:
        others = [partner_said(made, partner) for partner in one.others]
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
        return f"{partner_said(made, remark.partner)} · {remark.file}{', ' + where if where else ''}: {remark.message}"

    yield from _section("Rows that were rejected, and remarks on those that count", map(said, made.remarks))


def _superseded(made: Explanation) -> Iterator[str]:
    said = (f"{origin_said(origin)}" for origin in made.superseded)
    yield from _section("Files about the same period that newer ones have taken the place of", said)


def _editions(made: Explanation) -> Iterator[str]:
    said = (
        f"{moment(one.published_at)}  report {one.quarter}, edition {one.edition[:8]}: "
        + (_hidden(made, one) if one.conf_status in HIDDEN else f"{_published(made, one.value)}  {one.status}")
        for one in made.editions
    )
    yield from _section("As it was published", said)


def _hidden(made: Explanation, one: Edition) -> str:
    """Why an edition withheld it, and what it is shown in instead, with others."""
    into = [made.names["merged"][part] for part in made.members.split("|") if part in made.names["merged"]]
    if one.status != ELSEWHERE or not into:
        return HIDDEN[one.conf_status]
    groups = " or ".join(members_said(made, group) for group in into)
    return f"{HIDDEN[one.conf_status]}; shown together with others, as {groups}"


def _published(made: Explanation, text: str) -> str:
    return shown(made, float(text)) if text else "no value"


def _moments(made: Explanation) -> Iterator[str]:
    if len(made.moments) > 1:
        said = (
            f"{moment(one.known_at)}  {shown(made, one.value)}  {one.status or ''}".rstrip()
            + (f"  {causes_said(one.why)}" if one.why else "")
            for one in made.moments
        )
        yield from _section("As it was known", said, at_most=2 * NOTES)


def _section(title: str, entries: Iterable[str], at_most: int = NOTES) -> Iterator[str]:
    entries = list(entries)
    if not entries:
        return
    yield from ("", title)
    yield from (f"  {entry}" for entry in entries[:at_most])
    if len(entries) > at_most:
        yield f"  … and {len(entries) - at_most} more; --json lists them all"
