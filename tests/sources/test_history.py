"""What partners said so far, asked of the lake: the same numbers as the warehouse and the plain rules give."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import duckdb
import pytest

from agenda.folder import Folder
from agenda.lint import read
from agenda.statuses import ORDER, rank
from agenda.store import BucketStore, FolderStore
from agenda.tables import members_text
from flows.warehouse import build_warehouse
from sources import history
from sources.lake import Lake
from tests.dbt import lake_fixture
from tests.dbt.conftest import INITIATIVE
from tests.dbt.lake_fixture import Reading
from tests.dbt.oracle import Amount, Number, Oracle, added, current, speaks
from tests.dbt.test_rules import MEASURES, PARTNERS, PERIODS, made_up

ROWS = [("spots", "2025-07", "north", "", 10), ("spots", "2025-07", "south", "", 4)]


@pytest.fixture(scope="module")
def folder() -> Folder:
    return read(INITIATIVE)


@pytest.fixture
def grown(tmp_path: Path, folder: Folder) -> lake_fixture.Lake:
    """A lake that holds an agenda, and nothing yet that a partner said."""
    lake = lake_fixture.Lake(tmp_path / "draft [2]'s" / "lake", folder.initiative.calendar)
    lake.land_agenda(folder)
    return lake


def opened(lake: lake_fixture.Lake) -> Lake:
    return Lake(FolderStore(lake.path.parent))


def numbers(found: history.History, partner: str) -> dict[tuple[str, ...], Amount]:
    frame = found.numbers(partner)
    return {
        (m, p, place, members): ORDER[status - 1] if value is None else value
        for m, p, _, place, members, value, status, *_ in frame.iter_rows()
    }


def by_the_rules(said: list[Number], partner: str) -> dict[tuple[str, ...], Amount]:
    mine = [n for n in said if n.partner == partner]
    return {(n.measure, n.period.key, n.place, members_text(dict(n.members))): n.value for n in mine}


@pytest.mark.parametrize("seed", range(6))
def test_what_is_current_follows_the_rules(seed: int, grown: lake_fixture.Lake, folder: Folder) -> None:
    deliveries = []
    for number, (reading, key) in enumerate(made_up(random.Random(seed)), 1):
        deliveries.append((reading, key))
        grown.deliver(reading, key=key)
        if number % 8 == 0:
            said = current(folder, deliveries)
            found = history.of(opened(grown), PARTNERS)
            found.total(PARTNERS[0], "spots", "2025-08")  # which recalls one period before the others
            for partner in PARTNERS:
                assert numbers(found, partner) == by_the_rules(said, partner)
    oracle = Oracle(folder, said, [])
    for partner in PARTNERS:
        for measure in filter(oracle.is_sum, MEASURES):
            for period in PERIODS:
                total = total_by_the_rules(oracle, partner, measure, period)
                assert found.said(partner, measure, period) == (total is not None)
                assert found.total(partner, measure, period) == (None if isinstance(total, str) else total)


def total_by_the_rules(oracle: Oracle, partner: str, measure: str, key: str) -> Amount | None:
    period = oracle.calendar.parse(key)
    own = {place: oracle.own(partner, measure, period, place, ()) for place in oracle.parents}
    said = [place for place in own if own[place]]
    whole = {place for place in said if speaks(own[place].values())}
    top = [place for place in said if not any(above in whole for above in oracle.line(place) if above != place)]
    return added(own[place][()] for place in top) if top else None


def test_the_warehouse_holds_the_same_numbers(grown: lake_fixture.Lake, tmp_path: Path) -> None:
    for reading, key in made_up(random.Random(11)):
        grown.deliver(reading, key=key)
    built = build_warehouse(grown.path, tmp_path / "warehouse.duckdb")
    found = history.of(opened(grown), PARTNERS)
    with duckdb.connect(str(built), read_only=True) as connection:
        for partner in PARTNERS:
            rows = connection.execute(
                """select measure, period, period_start, place, members, value, status_rank
                from int_current where partner = ?""",
                [partner],
            ).fetchall()
            assert sorted(rows, key=str) == sorted((row[:7] for row in found.numbers(partner).iter_rows()), key=str)
            assert {status for *_, status in rows} > {rank("A")}
            assert rows


def test_a_reading_landed_twice_counts_once(grown: lake_fixture.Lake) -> None:
    reading, other = Reading("r1", "homes", ROWS), Reading("r2", "centers", ROWS)
    grown.deliver(reading)
    grown.deliver(other)
    grown.land_again(reading)
    assert len(numbers(history.of(opened(grown), ["homes"]), "homes")) == 2
    grown.deliver(Reading("r3", "homes", [("awards", "2025-07", "north", "", 1)]))
    grown.land_again(other)
    found = history.of(opened(grown), ["homes", "centers"])
    assert found.total("homes", "spots", "2025-07") == found.total("centers", "spots", "2025-07") == 14


def test_a_number_knows_its_layout_and_file(grown: lake_fixture.Lake) -> None:
    grown.deliver(Reading("r1", "homes", ROWS, layout="old"), key="homes/june.csv")
    found = history.of(opened(grown), ["homes"]).numbers("homes")
    assert set(found.select("layout", "key").iter_rows()) == {("old", "homes/june.csv")}


def test_of_an_empty_lake_nothing_is_read(
    grown: lake_fixture.Lake, folder: Folder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    grown.deliver(Reading("r1", "homes", ROWS))
    monkeypatch.setattr(duckdb, "connect", None)
    found = history.of(opened(grown), ["centers"])
    found.recall(["2025-07"])
    assert found.total("centers", "spots", "2025-07") is None
    assert history.of(Lake(FolderStore(tmp_path / "none")), ["centers"]).total("centers", "spots", "2025-07") is None


def test_only_files_that_may_hold_an_answer_are_opened(grown: lake_fixture.Lake) -> None:
    grown.deliver(Reading("r1", "homes", ROWS))
    grown.deliver(Reading("r2", "homes", [("spots", "2025-08", "north", "", 10)]))
    grown.deliver(Reading("r3", "centers", ROWS))
    others = [path for path in sorted(grown.path.rglob("observations.parquet")) if "b0001" not in str(path)]
    for path in others:
        path.write_bytes(b"no Parquet")
    assert len(others) == 2
    assert history.of(opened(grown), ["homes"]).total("homes", "spots", "2025-07") == 14


def test_a_bucket_says_the_same_as_a_folder(grown: lake_fixture.Lake, bucket_store: Callable[[], BucketStore]) -> None:
    for reading, key in islice(made_up(random.Random(3)), 12):
        grown.deliver(reading, key=key)
    store = bucket_store()
    for path in grown.path.rglob("*.*"):
        store.put(f"lake/{path.relative_to(grown.path)}", path.read_bytes())
    in_folder, in_bucket = history.of(opened(grown), PARTNERS), history.of(Lake(store), PARTNERS)
    assert any(numbers(in_folder, partner) for partner in PARTNERS)
    for partner in PARTNERS:
        assert in_bucket.numbers(partner).equals(in_folder.numbers(partner))
