"""Killed at any point and run again, a collect ends as if nothing had happened; so do two collects at once."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from agenda.lint import read
from agenda.store import BucketStore, FolderStore, open_store
from sources.collect import Collector
from tests.sources.conftest import AGENDA, INITIATIVE, LONG, Coalition
from tests.sources.killed import Run, result

FIRST, THEN = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 10, 2, tzinfo=UTC)
EXPECTED = [
    "alpha/a.csv", "beta/b.csv", "beta/taken back.csv", "gamma/c.csv",
    "alpha/a.csv", "alpha/again.csv", "beta/broken.csv", "beta/other.csv", "beta/picture.png", "beta/people.csv",
    "beta/taken back.csv",
]  # fmt: skip
EVERY = 29
"""Points from one that is tried to the next: 1 tries them all, which takes ten minutes and more."""
PEOPLE = b"quarter,town,age,children,phone\n2026Q1,Harbor,infant,1,919-555-0100\n2026Q1,Harbor,toddler,1,919-555-0101\n"
PARTNERS = f"{LONG}  - {{id: gamma, name: Gamma, layouts: [long]}}\n"
GOOD = "quarter,town,age,children\n2026Q1,Harbor,infant,{}\n2026Q1,Old Mill,toddler,5\n"


def prepare(here: Coalition, put: Callable[[str, bytes], None]) -> None:
    """A lake with a past, and an inbox in which everything that may happen has happened."""
    put("inbox/alpha/a.csv", GOOD.format(10).encode())
    put("inbox/beta/b.csv", GOOD.format(20).encode())
    put("inbox/beta/taken back.csv", GOOD.replace("2026Q1", "2025Q4").format(20).encode())
    put("inbox/gamma/c.csv", GOOD.replace("children", "kids").format(30).encode())
    assert Run(here.path, FIRST).code() == 0
    here.write("agenda.yml", AGENDA.replace("Licensed spots", "Spots").replace("maximum: 1000", "maximum: 900"))
    put("inbox/alpha/a.csv", GOOD.format(11).encode())  # corrected
    put("inbox/alpha/again.csv", GOOD.format(10).encode())  # and the old one sent again, under another name
    put("inbox/alpha/repeated.csv", GOOD.format(10).encode())  # and once more, which says nothing new
    put("inbox/beta/broken.csv", GOOD.format("many").encode())  # one row of two refused
    put("inbox/beta/other.csv", b"who,what\nx,y\n")  # refused as a whole
    put("inbox/beta/picture.png", b"\x89PNG")  # nothing that was agreed on
    put("inbox/beta/people.csv", PEOPLE)  # what should never have been sent
    put("inbox/beta/taken back.csv.withdraw", b"it was a draft")
    put("inbox/gamma/c.reply.csv", b"column,header\nchildren,kids\n")  # from now on known


@pytest.fixture
def inbox(coalition: Callable[..., Coalition]) -> Coalition:
    here = coalition(PARTNERS)
    prepare(here, lambda key, content: here.write(f"store/{key}", content))
    return here


def finish(path: Path) -> dict[str, Any]:
    """Collect what is left; then there is nothing left. Gives what came of it."""
    assert Run(path, THEN).code() == 0
    folder = read(path)
    store = open_store(folder.initiative.store, path)
    assert not Collector(folder, store, received_at=THEN).has_work
    return result(store)


def copy(here: Coalition, name: str) -> Path:
    return Path(
        shutil.copytree(here.path, here.path.with_name(f"{here.path.name}-{name}"))
    )  # with the files' times, which are their versions


def test_killed_at_any_point_in_a_folder(inbox: Coalition) -> None:
    undisturbed = copy(inbox, "undisturbed")
    points = Run(undisturbed, THEN).points()
    assert points > 100
    expected = finish(undisturbed)
    assert [d.key for d in expected["deliveries"]] == EXPECTED

    states: list[dict[str, Any]] = []
    for point in range(1, points + 1, EVERY):
        path = copy(inbox, f"killed-{point}")
        assert Run(path, THEN, kill_at=point).code() == -signal.SIGKILL
        state = result(FolderStore(path / "store"))
        if state not in states:  # else nothing that counts was done since the point before
            states.append(state)
            Run(path, THEN, kill_at=points // 3).code()  # killed a second time, if there is that much left to do
            assert finish(path) == expected, f"killed at point {point} of {points}"
    assert len(states) > 8


def test_two_collects_at_once_do_each_submission_once(inbox: Coalition) -> None:
    undisturbed = copy(inbox, "undisturbed")
    points = Run(undisturbed, THEN).points()
    expected = finish(undisturbed)
    for point in range(1, points, points // 4)[:4]:  # the fifth is the end, where only the lists are left
        path = copy(inbox, f"waiting-{point}")
        slow = Run(path, THEN, wait_at=point)
        slow.until_it_waits()
        assert Run(path, THEN).code() == 0  # a whole collect while the other one stands still
        between = receipts_of(path)
        slow.go_on()
        assert slow.code() == 0
        if point == 1:  # it had not begun: there is nothing left for it to do, nor to say
            assert receipts_of(path) == between == receipts_of(undisturbed)
        assert without_texts(finish(path)) == without_texts(expected), f"a second collect at point {point} of {points}"


def receipts_of(path: Path) -> dict[str, str]:
    objects = result(FolderStore(path / "store"))["objects"]
    return {key: digest for key, digest in objects.items() if key.startswith("receipts/")}


def without_texts(found: dict[str, Any]) -> dict[str, Any]:
    """What came of a collect, but for what receipts say: they compare with what another collect has just landed."""
    objects = {key: not key.startswith("receipts/") and digest for key, digest in found["objects"].items()}
    return {**found, "objects": objects}


def test_killed_at_some_points_in_a_bucket(
    coalition: Callable[..., Coalition], bucket_store: Callable[[], BucketStore]
) -> None:
    here = coalition(PARTNERS)

    def begin() -> None:
        store = bucket_store()
        here.write("agenda.yml", AGENDA)
        here.write("initiative.yml", f"{INITIATIVE}store: {store.url}\n")
        prepare(here, store.put)

    begin()
    points = Run(here.path, THEN).points()
    assert points > 50
    expected = without_versions(finish(here.path))
    for point in range(3, points, points // 4):
        begin()
        assert Run(here.path, THEN, kill_at=point).code() == -signal.SIGKILL
        assert without_versions(finish(here.path)) == expected, f"killed at point {point} of {points}"


def without_versions(found: dict[str, Any]) -> dict[str, Any]:
    """What came of a collect, but for the times at which a bucket got its objects, and the ids that follow from them."""
    marks = [key for key in found["objects"] if key.startswith("seen/")]
    names = {delivery.reading: f"{delivery.key} {delivery.sequence}" for delivery in found["deliveries"]}
    tables = {
        table: sorted((tuple(names.get(cell, cell) for cell in row) for row in rows), key=str)
        for table, rows in found.items()
        if table not in ("deliveries", "agenda", "objects")
    }
    return {
        **found,
        **tables,
        "deliveries": [replace(d, delivery="", version="", reading=names[d.reading]) for d in found["deliveries"]],
        "objects": {key: digest for key, digest in found["objects"].items() if key not in marks},
        "marks": len(marks),
    }
