"""What the triangle says was known at a moment is what a warehouse as of that moment says, and no moment is left out."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq

from agenda.lint import read
from agenda.store import FolderStore
from flows.revisions import Replay, revisions
from sources.lake import Lake as StoredLake
from tests.dbt.conftest import INITIATIVE, Warehouse
from tests.dbt.lake_fixture import Lake, Reading
from tests.dbt.test_rules import made_up


def test_the_triangle_is_what_warehouses_of_each_moment_say(tmp_path: Path, build: Callable[..., Warehouse]) -> None:
    folder = read(INITIATIVE)
    lake = Lake(tmp_path / "lake", folder.initiative.calendar)
    lake.land_agenda(folder)
    for number, (reading, key) in enumerate(made_up(random.Random(3))):
        lake.deliver(reading, key=key)
        if number == 9:
            lake.land_again(reading)
    manifests = StoredLake(FolderStore(tmp_path)).manifests()
    replay = Replay(lake.path, manifests, "enrolled_children")
    found = revisions(replay, folder.initiative.calendar)
    moments = dict(replay.moments(folder.initiative.calendar))
    assert len(moments) < len(manifests), "what doesn't touch the indicator is left out"

    sample = random.Random(4).sample(manifests[10:], 10)
    for manifest in sample:  # among them moments that were left out
        said = {}
        for period, known in found.items():
            before = [one for one in known if one.known_at <= manifest.known_at]
            if before and before[-1].status is not None:
                said[period] = before[-1].said
        assert said == replay.at(manifest.known_at, None, ""), manifest.batch
    warehouse = build(lake.path, sample[0].known_at)
    rows = warehouse.rows(
        """select period, value, numerator, denominator, status, 1 from ind_values
        where indicator = 'enrolled_children' and place = 'state' and members = ''"""
    )
    assert {period: tuple(rest) for period, *rest in rows} == replay.at(sample[0].known_at, None, "")
    assert any(len(known) > 3 for known in found.values())
    about = folder.initiative.calendar.parse("2026Q1")
    assert revisions(replay, folder.initiative.calendar, about=about)["2026Q1"][-1].said == found["2026Q1"][-1].said


def test_an_agenda_from_before_a_column_is_read_as_ever(tmp_path: Path, build: Callable[..., Warehouse]) -> None:
    """Its targets were the whole's, and its paths straight; later ones stand beside it."""
    folder = read(INITIATIVE)
    lake = Lake(tmp_path / "lake", folder.initiative.calendar)
    lake.land_agenda(folder)
    added = {"agenda_indicators": ["path"], "agenda_baselines": ["locked"],
             "agenda_targets": ["place", "breakdown", "members"]}  # fmt: skip
    for table, columns in added.items():
        [file] = (lake.path / "data" / table).rglob("*.parquet")
        pq.write_table(pq.read_table(file, partitioning=None).drop_columns(columns), file)
    older = lake.deliver(Reading("r", "centers", [("waiting", "2026Q1", "state", "", 70)]))
    said = "select distinct place, breakdown, members from ind_status"
    assert build(lake.path, older).rows(said) == [("state", "", "")]
    lake.land_agenda(folder)
    assert len(build(lake.path).rows(said)) > 1
    replay = Replay(lake.path, StoredLake(FolderStore(tmp_path)).manifests(), "waiting_children")
    found = revisions(replay, folder.initiative.calendar)
    assert [known.value for known in found["2026Q1"]] == [70]
