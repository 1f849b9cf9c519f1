"""What an initiative's own model may not give ends the build, in words."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from agenda.lint import read
from agenda.store import FolderStore
from flows.revisions import Replay
from sources.lake import Lake as StoredLake
from tests.dbt.conftest import INITIATIVE
from tests.dbt.lake_fixture import Lake, Reading

NUMBERS = [("enrolled", "2025-07", "north", "age=infant", 10), ("enrolled", "2025-07", "harbor", "", "Q")]


def replay(path: Path, model: str) -> Replay:
    shutil.copytree(INITIATIVE, path / "initiative")
    (path / "initiative/models/largest.sql").write_text(model)
    folder = read(path / "initiative")
    lake = Lake(path / "lake", folder.initiative.calendar)
    lake.land_agenda(folder)
    lake.deliver(Reading("a", "homes", NUMBERS))
    return Replay(lake.path, StoredLake(FolderStore(path)).manifests(), "largest_group")


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("select partner, period, 'nowhere' as place, value from observations", 'a place "nowhere" that the agenda has not'),
        ("select partner, '2031-01' as period, place, value from observations", 'a period "2031-01" of which nothing is'),
        ("select 'centers' as partner, period, place, value from observations", 'the partner "centers", who reported noth'),
        ("select partner, period, place, value, members from observations", 'members "age=infant", and it has no age=infant'),
        ("select partner, period, place, value, 'X' as status from observations", 'a status "X", which is no code'),
        ("select partner, period, 'north' as place, 1 as value from observations", "two numbers of homes for 2025-07, north"),
    ],
)  # fmt: skip
def test_what_it_may_not_give_is_said(tmp_path: Path, model: str, said: str) -> None:
    made = replay(tmp_path, model)
    with pytest.raises(duckdb.Error, match="the model of largest gives ") as caught:
        made.run(made.manifests[-1].known_at)
    assert said in str(caught.value)


def test_a_status_that_it_gives_counts(tmp_path: Path) -> None:
    """North is suppressed as a town in it is, unless the model knows better."""
    model = "select partner, period, place, max(value) as value, {} as status from observations group by all"
    said = {}
    for number, status in enumerate(["null", "'E'"]):
        (tmp_path / str(number)).mkdir()
        made = replay(tmp_path / str(number), model.format(status))
        said[status] = made.at(made.manifests[-1].known_at, "north", "")["2025-07"]
    assert [(value, code) for value, *_, code, _ in said.values()] == [(None, "Q"), (10.0, "P")]
