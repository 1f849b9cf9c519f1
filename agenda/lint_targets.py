"""Whether baselines and targets make sense: in order of time, of groups that there are, and possible to reach."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from agenda.errors import Problem
from agenda.indicators import Baseline, Indicator, Target
from agenda.known import Known
from agenda.periods import Period
from agenda.spelling import nearest
from agenda.tables import members_text
from agenda.written import Path_

FILE = "agenda.yml"
Stand = tuple[str, Decimal]
"""What a target starts from, in words, and its value."""


def targets_problems(known: Known) -> Iterator[Problem]:
    for i, indicator in enumerate(known.folder.agenda.indicators):
        base: Path_ = ("indicators", i)
        yield from known.once(FILE, (*base, "periods"), indicator.periods)
        if indicator.baseline is not None:
            yield from _baseline(known, (*base, "baseline"), indicator, indicator.baseline)
        yield from _path(known, base, indicator)
        before: dict[str, Period | None] = {}
        stand: dict[str, Stand] = {}
        start = known.period(indicator.baseline.period) if indicator.baseline else None
        if indicator.baseline is not None and indicator.baseline.value is not None:
            stand[""] = ("baseline", indicator.baseline.value)
        for j, target in enumerate(indicator.targets):
            path: Path_ = (*base, "targets", j)
            group = _group(target)
            yield from _no_group(known, path, indicator, target)
            if message := _impossible(indicator, target, stand.get(group)):
                yield known.problem(FILE, path, message)
            if target.value is not None:
                stand[group] = ("target before it,", target.value)
            by = known.period(target.by)
            yield from _not_shown(known, (*path, "by"), indicator, by)
            if message := _out_of_order(target, by, before.get(group, start), is_first=group not in before):
                yield known.problem(FILE, (*path, "by"), message)
            before[group] = by or before.get(group, start)


def _group(target: Target) -> str:
    """Whose target it is: ``age_group=infant in north``; empty for the whole initiative's."""
    return " in ".join(filter(None, (members_text(target.where), target.place or "")))


def _baseline(known: Known, path: Path_, indicator: Indicator, baseline: Baseline) -> Iterator[Problem]:
    period = known.period(baseline.period)
    yield from _not_shown(known, (*path, "period"), indicator, period)
    if message := _no_share(indicator, baseline.value):
        yield known.problem(FILE, (*path, "value"), message)
    if baseline.locked is None or period is None:
        return
    if baseline.value is None:
        message = (
            f"{baseline.locked} locks a number that is not written here; add 'value', the one that was agreed then. "
            f"What the data said: cairn explain {indicator.id} {period} --as-of {baseline.locked}"
        )
        yield known.problem(FILE, (*path, "locked"), message)
    elif baseline.locked < period.start:
        message = f"{baseline.locked} is before {period} began; nobody could know its number"
        yield known.problem(FILE, (*path, "locked"), message)


def _path(known: Known, base: Path_, indicator: Indicator) -> Iterator[Problem]:
    """A path that grows by shares starts and ends above zero; a band has none."""
    if indicator.path == "linear":
        return
    if indicator.better == "band":
        yield known.problem(FILE, (*base, "path"), "a path leads to targets; better: band takes none")
        return
    why = "a compound path grows by the same share each day, so it starts and ends above zero"
    if indicator.baseline is not None and indicator.baseline.value is not None and indicator.baseline.value <= 0:
        yield known.problem(FILE, (*base, "baseline", "value"), f"{indicator.baseline.value} is no start: {why}")
    for j, target in enumerate(indicator.targets):
        if target.value == 0:
            yield known.problem(FILE, (*base, "targets", j), f"{target.value} is no end: {why}")


def _no_group(known: Known, path: Path_, indicator: Indicator, target: Target) -> Iterator[Problem]:
    """A target's group is one of the rows that the indicator is shown by, its place one below the whole."""
    if target.place is not None:
        yield from known.check(FILE, (*path, "place"), "place", target.place, known.places)
        if target.place in known.places and known.places[target.place] is None:
            message = f"{target.place!r} is the whole initiative; leave 'place' out"
            yield known.problem(FILE, (*path, "place"), message)
    if not target.where:
        return
    dimensions = tuple(sorted(target.where))
    for dimension, member in target.where.items():
        key: Path_ = (*path, "where", dimension)
        yield from known.check(FILE, key, "dimension", dimension, known.members)
        if dimension in known.members:
            yield from known.check(FILE, key, f"member of {dimension}", member, known.members[dimension])
    if dimensions not in indicator.breakdowns and set(dimensions) <= set(known.members):
        shown = [" * ".join(breakdown) for breakdown in indicator.breakdowns]
        asked = " * ".join(dimensions)
        message = f"{indicator.id!r} is not shown by {asked!r}{nearest(asked, shown)}"
        yield known.problem(FILE, (*path, "where"), f"{message}; it has by: [{', '.join(shown)}]")


def _out_of_order(target: Target, by: Period | None, before: Period | None, is_first: bool) -> str | None:
    if by is None or before is None or by.end > before.end:
        return None
    if by == before and not is_first:
        return f"{_group(target) or 'the whole'} has a target by {by} already; keep one"
    return f"{by} does not end after {before}; the baseline and its targets stand in order of time"


def _not_shown(known: Known, path: Path_, indicator: Indicator, period: Period | None) -> Iterator[Problem]:
    if period and period.type not in indicator.periods:
        message = f"{period} is a {period.type}; {indicator.id!r} has periods: [{', '.join(indicator.periods)}]"
        yield known.problem(FILE, path, f"{message}; name one of these, or add {period.type}")


def _impossible(indicator: Indicator, target: Target, stand: Stand | None) -> str | None:
    """Why a target can't be met or makes no sense, or None. ``stand``: what it starts from."""
    if (target.value is None) != (indicator.better == "band"):
        wants = "'low' and 'high'" if indicator.better == "band" else "one 'value'"
        return f"better: {indicator.better} takes {wants}"
    if any(number < 0 for number in target.numbers):
        return f"{min(target.numbers)} is below zero"
    if message := _no_share(indicator, max(target.numbers)):
        return message
    if stand is None or target.value is None:
        return None
    what, start = stand
    away = target.value < start if indicator.better == "more" else target.value > start
    message = f"{target.value} lies on the wrong side of the {what} {start}: {indicator.better} is better here"
    return message if away else None


def _no_share(indicator: Indicator, number: Decimal | None) -> str | None:
    """Why ``number`` can't be a value of a percent, or None. A band may lie above one: places can be overfilled."""
    if indicator.formula.kind != "percent" or indicator.better == "band" or number is None or number <= 1:
        return None
    return f"{number:%} can't be reached by a percent; write 80 % or 0.80 for eighty of a hundred"
