"""What is asked about a file as a whole: its unit, its periods, what it lacks, and what it takes back."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import cache

from agenda.model import From, Partner
from agenda.periods import Period
from sources.files.readers import Sheet
from sources.letters.findings import Finding, finding
from sources.meaning.comparison import Comparison, Past
from sources.meaning.plan import Plan
from sources.meaning.vocabulary import Vocabulary

UNITS = {
    1_000: (r"thousands?|'?000s?|1[,.]?000s?(?![,.]?\d)|miles|millares", "천|千|仟"),
    10_000: (None, "만|万|萬"),
    1_000_000: ("millions?|millones|mn", "백만|百万|百萬"),
    100_000_000: (None, "억|亿|億"),
}
"""What numbers are counted in: in words that stand alone, and in signs with the name of what is counted behind them."""
_MONEY = r"(?:us ?)?[$€£₩¥]|usd|eur|krw|dollars?|euros?|won|yuan|yen"
_THINGS = "명|원|개|건|달러|가구|세대|人|名|元|円|圆|件|户|戶|戸|美元|ドル"
_LEAD = "in|en|unit|units|unidad|unidades|단위|単位|单位|單位"


def unit_notes(plan: Plan, sheet: Sheet) -> Iterator[Finding]:
    """A heading or a note that says "in thousands" where the layout declares no unit."""
    undeclared = [cell.column for cell in plan.cells if cell.column and cell.value.times is None]
    headings = [(plan.position(column), column) for column in undeclared]
    texts: dict[str, tuple[int | None, str | None]] = {
        sheet.header[position]: (position, column) for position, column in headings if position is not None
    }
    if len(undeclared) == len(plan.cells):
        texts |= {note.text: (None, None) for note in sheet.notes}
    for text, (_, column) in texts.items():
        if unit := unit_of(text):
            yield finding("unit_note", sheet=sheet.name, column=column, note=text, unit=unit, times=str(unit))


@cache
def unit_of(text: str) -> int | None:
    """What the numbers are counted in, as a heading or a note says it: in brackets, or after "in" or "unit"."""
    for times, (words, signs) in UNITS.items():
        counted = rf"(?:{signs}) ?(?:{_THINGS})?"
        if words:
            counted += rf"|(?:{_MONEY})? ?(?:{words})(?: (?:of|de) [^)]{{1,20}}| ?(?:{_MONEY}))?"
        bracketed = rf"[(\[（［] ?(?:(?:{_LEAD}) ?[:：]? ?)?(?:{counted}) ?[)\]）］]"
        if words:  # (x1000), and "spots, thousands" at the end of a heading
            bracketed += rf"|[(\[（［] ?[x×*] ?(?:{words}) ?[)\]）］]|[,:;] ?(?=[a-z])(?:{words})$"
        led = rf"(?:^|\W)(?:{_LEAD}) ?[:：]? ?(?:{counted})(?:$|[.;,)])"
        if re.search(f"{bracketed}|{led}", text.strip().casefold()):
            return times
    return None


def late_news(comparison: Comparison, vocabulary: Vocabulary, arrived: date) -> Iterator[tuple[int, Finding]]:
    """Numbers of periods that are closed, where they are not what stood there already."""
    days = vocabulary.initiative.closed_after_days
    if days is None:
        return
    news: dict[int, list[Period]] = defaultdict(list)
    for file, period in comparison.news(arrived - timedelta(days)):
        news[file].append(period)
    for file, periods in sorted(news.items()):
        yield file, finding("period_closed", periods=tuple(periods), days=days)


def missing(plan: Plan, comparison: Comparison, vocabulary: Vocabulary, past: Past) -> Iterator[tuple[int, Finding]]:
    """What a partner owes under this layout for the file's latest period, and neither the file nor the lake has."""
    here = _measures(plan)
    spoken = comparison.spoken() if here else []
    for file, partner in enumerate(past.partners):
        said = {(measure, period) for number, measure, period in spoken if number == file}
        for owes in partner.owes:
            periods = [period for _, period in said if period.type == owes.every]
            if not periods or not _owed(vocabulary, partner, latest := max(periods)):
                continue
            lacking = [
                vocabulary.measures[measure].name
                for measure in owes.measures
                if measure in here
                and (measure, latest) not in said
                and not past.history.said(partner.id, measure, latest.key)
            ]
            if lacking:
                due = latest.end + timedelta(vocabulary.initiative.due_days)
                names = ", ".join(f"“{name}”" for name in lacking)
                yield file, finding("measures_missing", period=latest, measures=names, due=due)


def _measures(plan: Plan) -> set[str]:
    """The measures that a layout names; those that only its files name are not known."""
    found: set[str] = set()
    for cell in plan.cells:
        said = cell.value.measure
        found |= (
            {*said.values.values(), *([said.constant] if said.constant else [])} if isinstance(said, From) else {said}
        )
    return found


def _owed(vocabulary: Vocabulary, partner: Partner, period: Period) -> bool:
    """Whether the whole period lies in the partner's time."""
    calendar, since = vocabulary.calendar, partner.since or vocabulary.initiative.reports_from
    begun = since is None or calendar.parse(since).start <= period.start
    return begun and (partner.until is None or period.end <= calendar.parse(partner.until).end)


def beside_others(comparison: Comparison, replaces: bool) -> Iterator[tuple[int, Finding]]:
    """Numbers of another file that this one gives differently, or replaces without saying them again."""
    told = {"file_overrules": comparison.overruled()}
    if replaces:
        told["file_takes_back"] = comparison.taken_back()
    for code, rows in told.items():
        lost: dict[tuple[int, str], list[tuple[Period, int]]] = defaultdict(list)
        for file, key, period, count in rows:
            lost[file, key].append((period, count))
        for (file, key), found in sorted(lost.items()):
            yield file, other_file(code, key, found)


def other_file(code: str, key: str, found: Sequence[tuple[Period, int]]) -> Finding:
    """What is said of numbers that the file ``key`` gave: how many of which period."""
    count, periods = sum(number for _, number in found), tuple(period for period, _ in found)
    return finding(code, count=count, file=key.rpartition("/")[2], periods=periods)
