"""Files of one partner that came at the same time and speak of the same: which of them counts, and for what.

What came before is asked of the lake (`sources.meaning.comparison`), for each group of like files. A template and a
table that are collected together know nothing of each other there; here they are looked at side by side. The order is
that of their deliveries, and the later one counts, as in the warehouse.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

import polars as pl

from agenda.periods import Calendar, Period
from sources.meaning.intake import Intake
from sources.meaning.whole_file import other_file
from sources.submission import Submission

Intakes = Sequence[tuple[Sequence[Submission], Intake]]
_SCOPE = ["measure", "period"]
_NUMBER = [*_SCOPE, "place", "members"]
_PAIRS = {"before": pl.Int64, "after": pl.Int64, "measure": pl.String, "period": pl.String, "replaces": pl.Boolean}


def tell(intakes: Intakes, calendar: Calendar) -> None:
    """Give each file a warning for numbers that the one before it gave, where its own are others, or it has none."""
    order = sorted(
        (submission for group, _ in intakes for submission in group),
        key=lambda submission: (submission.delivery.received_at, submission.delivery.sequence),
    )
    pairs = _pairs(order)
    if pairs.is_empty():
        return
    numbers = _numbers(intakes, order, pairs)
    old = pairs.join(numbers, left_on=["before", *_SCOPE], right_on=["one", *_SCOPE])
    both = old.join(numbers, left_on=["after", *_NUMBER], right_on=["one", *_NUMBER], how="left", suffix="_now")
    is_gone = pl.col("value_now").is_null()
    for code, is_so in (
        ("file_overrules", pl.col("value_now") != pl.col("value")),
        ("file_takes_back", is_gone & pl.col("replaces")),
    ):
        told: dict[tuple[int, int], list[tuple[Period, int]]] = defaultdict(list)
        counts = both.filter(is_so).group_by("after", "before", "period").len().sort("after", "before", "period")
        for after, before, period, count in counts.iter_rows():
            told[after, before].append((calendar.parse(period), count))
        for (after, before), found in told.items():
            order[after].findings = [*order[after].findings, other_file(code, order[before].arrival.key, found)]


def _pairs(order: Sequence[Submission]) -> pl.DataFrame:
    """Positions of files that come after one another in speaking of the same measure and period; ``replaces``: what
    the later one leaves out is gone, as its layout says so and it lost no row."""
    speakers: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for number, one in enumerate(order):
        for measure, period, _ in one.taken:
            speakers[one.partner.id, measure, period].append(number)
    rows = [
        (before, after, measure, period, _replaces(order[before], order[after]))
        for (_, measure, period), numbers in speakers.items()
        for before, after in pairwise(numbers)
        if order[before].arrival.key != order[after].arrival.key
    ]
    return pl.DataFrame(rows, schema=_PAIRS, orient="row")


def _replaces(before: Submission, after: Submission) -> bool:
    is_alike = before.arrival.layout_name == after.arrival.layout_name
    return is_alike and after.layout is not None and after.layout.delivery == "replaces" and not after.counts.rejected


def _numbers(intakes: Intakes, order: Sequence[Submission], pairs: pl.DataFrame) -> pl.DataFrame:
    """What the files of these pairs say: ``one`` (their position), `_NUMBER` and ``value``."""
    position = {id(submission): number for number, submission in enumerate(order)}
    wanted = {*pairs["before"], *pairs["after"]}
    found = []
    for group, intake in intakes:
        files = [position[id(submission)] for submission in group]
        if wanted & set(files):
            said = pl.DataFrame(intake.observations.select(["file", *_NUMBER, "value"]))
            ones = pl.DataFrame({"file": range(len(files)), "one": files}, schema={"file": pl.Int32, "one": pl.Int64})
            found.append(said.with_columns(pl.col(_NUMBER).cast(pl.String)).join(ones, on="file").drop("file"))
    return pl.concat(found)
