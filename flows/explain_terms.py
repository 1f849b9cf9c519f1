"""The parts of an indicator's formula, each with the rules by which it adds up and the files and rows behind it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal

from agenda.statuses import STATUSES, THIN
from flows.counted import counted
from flows.explain_codes import BESIDE, ONCE, OVER_TIME
from flows.explain_phrases import members_said, number, origin_said, partner_said, partners_said, sum_of, wrapped
from flows.explained import Explanation, Number, Term

ROWS = 8
"""Numbers of one file that are listed; where there are more, their sum stands for the rest."""
FILES = 12
"""Files of one term that are listed."""


def part_lines(made: Explanation, part: str, terms: Sequence[Term]) -> Iterator[str]:
    title, total = {
        "numerator": ("What is counted", made.numerator),
        "denominator": ("Divided by", made.denominator),
        "squares": ("Its squares, for the interval", sum((term.value for term in terms if term.value), Decimal())),
    }[part]
    yield from ("", f"{title}: {'withheld' if made.status == THIN else number(total, numbers_of(made, part))}")
    for term in terms:
        yield from _term(made, term)


def _term(made: Explanation, term: Term) -> Iterator[str]:
    weight = "" if term.weight == 1 else "− " if term.weight == -1 else f"{number(term.weight)} × "
    where = f", {members_said(made, term.where)} only" if term.where else ""
    unit = f" {term.unit}" if term.value is not None else ""
    yield f"  {weight}{term.name}{where}: {number(term.value, term.numbers)}{unit}"
    yield from wrapped(_rules(made, term), "    ")
    if not term.numbers:
        why = f"{term.model} gives nothing for it" if term.model else "nobody reported it"
        yield f"    {'no such group was reported' if term.value is not None else why}"
        return
    groups = _by_file(term.numbers)
    width = max(len(sum_of([one])) for one in term.numbers)
    width = max(width, *(len(number(share.value, term.numbers)) for share in term.shares))
    for (partner, _), numbers in groups[:FILES]:
        yield from _file(made, term, partner, numbers, width)
    rest = [n for _, numbers in groups[FILES:] for n in numbers]
    if rest:
        files, partners = len(groups) - FILES, len({n.partner for n in rest})
        whose = f"{counted(files, 'more file')} of {counted(partners, 'partner')}"
        yield f"    {sum_of(rest):>{width}}  in {counted(len(rest), 'number')} from {whose}"
    yield from _inputs(made, term)
    if term.over_time in ("mean", "max") or term.over_partners == "overlap":
        for share in term.shares:
            yield f"    {number(share.value, term.numbers):>{width}}  comes from {partner_said(made, share.partner)}"


def _rules(made: Explanation, term: Term) -> str:
    if term.is_reference:
        return "A reference series: the latest year that has begun counts."
    if term.people is not None:
        last = f"of each partner {OVER_TIME['last']}; " if term.over_time == "last" else ""
        return f"{last}{ONCE}, which {number(term.people)} have.".capitalize()
    rules = [OVER_TIME[term.over_time]]
    if term.precedence:
        rules.append(f"of partners that report the same, the first counts of {partners_said(made, term.precedence)}")
    elif term.over_partners == "overlap":
        rules.append("of partners' lists the longest counts, as they may name the same people")
    elif term.is_sum:
        rules.append("partners are added up")
    rules.append("places are added up to those around them" if term.is_sum else "a rate is never added up")
    if term.rivals:
        rivals = " and ".join(partner_said(made, partner) for partner in term.rivals)
        rules.append(f"{rivals} gave one each, and no precedence says whose counts, so there is none")
    said = "; ".join(rules)
    return f"{said[0].upper()}{said[1:]}."


def _file(made: Explanation, term: Term, partner: str, numbers: Sequence[Number], width: int) -> Iterator[str]:
    origin = numbers[0].origin
    yield f"    {partner_said(made, partner) if partner else term.name} · {origin_said(origin)}"
    listed = numbers if len(numbers) <= ROWS else []
    for one in listed:
        what = [made.names["places"].get(one.place, one.place), one.period, members_said(made, one.members)]
        row = f"row {one.origin.row}" if one.origin.row else ""
        note = BESIDE.get(one.status, STATUSES[one.status].lower())
        yield f"      {sum_of([one]):>{width}}  {', '.join(filter(None, [*what, row, note]))}"
    if not listed:
        rows, places = [n.origin.row for n in numbers if n.origin.row], len({n.place for n in numbers})
        where = f", rows {min(rows)} to {max(rows)}" if rows else ""
        periods = sorted({n.period for n in numbers})
        when = periods[0] if len(periods) == 1 else f"{periods[0]} to {periods[-1]}"
        how_many = f"{counted(len(numbers), 'number')} of {counted(places, 'place')}"
        yield f"      {sum_of(numbers):>{width}}  in {how_many}, {when}{where}"


def _inputs(made: Explanation, term: Term) -> Iterator[str]:
    """What a model made the numbers of, measure by measure: how is for the model itself to say."""
    groups: dict[tuple[str, str, str], list[Number]] = defaultdict(list)
    for one in term.inputs:
        groups[one.measure, one.partner, one.origin.reading].append(one)
    for (measure, partner, _), numbers in list(groups.items())[:FILES]:
        yield f"    made of {counted(len(numbers), 'number')} of “{made.names['measures'][measure]}”"
        yield f"      {partner_said(made, partner)} · {origin_said(numbers[0].origin)}"


def _by_file(numbers: Sequence[Number]) -> list[tuple[tuple[str, str], list[Number]]]:
    groups: dict[tuple[str, str], list[Number]] = defaultdict(list)
    for one in numbers:
        groups[one.partner, one.origin.reading].append(one)
    return list(groups.items())


def numbers_of(made: Explanation, part: str) -> list[Number]:
    return [one for term in made.terms if term.part == part for one in term.numbers]
