"""`collect --period`: what is left for later, and that nobody's order is disturbed."""

from __future__ import annotations

from collections.abc import Callable

from sources.collect import Collector
from sources.ways.scout import Scout
from tests.sources.conftest import Coalition

ROW = "quarter,town,age,children\n{},Harbor,infant,{}\n"


def left(here: Coalition, period: str) -> set[str]:
    return Scout(here.folder, here.store).left(here.folder.initiative.calendar.parse(period))


def test_files_are_taken_as_far_as_the_period_needs_them(coalition: Callable[..., Coalition]) -> None:
    here = coalition()
    here.drop("alpha/1.csv", ROW.format("2026Q1", 1))
    here.drop(
        "alpha/2.csv", ROW.format("2026Q2", 2) + "2026Q1,Old Mill,infant,3\n"
    )  # corrects nothing of 1.csv, but might
    here.drop("alpha/3.csv", ROW.format("2026Q3", 4))
    here.drop("beta/1.csv", ROW.format("2026Q3", 5))
    here.drop("beta/unclear.csv", "who,what\n1,2\n")  # may be about anything
    assert left(here, "2026Q2") == {"alpha/3.csv"}
    assert left(here, "2026") == set()
    assert left(here, "2026-08") == set()
    here.store.delete("inbox/beta/unclear.csv")
    assert left(here, "2026Q2") == {"alpha/3.csv", "beta/1.csv"}
    assert list(here.store.list("lake/")) == [], "a scout only looks"
    assert list(here.store.list("submissions/")) == []


def test_what_is_left_is_taken_later(coalition: Callable[..., Coalition]) -> None:
    here = coalition()
    here.drop("alpha/1.csv", ROW.format("2026Q1", 1))
    here.drop("alpha/2.csv", ROW.format("2026Q2", 2))
    here.drop("alpha/again.csv", ROW.format("2026Q2", 2))  # repeats a file that is left
    collector = Collector(here.folder, here.store, leave=left(here, "2026Q1"))
    assert [arrival.key for arrival in collector.arrivals] == ["alpha/1.csv"]
    for batch in collector.batches():
        collector.take_in(batch)
    assert [receipt.key for receipt in here.collect().receipts] == ["alpha/2.csv"]
    assert not Collector(here.folder, here.store, received_at=None).arrivals
