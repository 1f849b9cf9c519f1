"""A small lake with one of everything that can happen to a number, and the warehouse built from it.

The initiative's year runs from July to June: 2026Q1 is July to September 2025.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from agenda.lint import read
from flows.warehouse import build_warehouse
from tests.dbt.lake_fixture import Lake, Reading

INITIATIVE = Path(__file__).parent / "initiative"

CENTERS = Reading(
    "centers-1", "centers",
    [
        ("enrolled", "2025-07", "north", "age=infant|setting=center", 10),
        ("enrolled", "2025-08", "north", "age=infant|setting=center", 12),
        ("enrolled", "2025-08", "south", "age=toddler|setting=center", 6),
        ("spots", "2025-09", "north", "", 30),
        ("waiting", "2025-09", "state", "", 30),
        ("staff", "2025-07", "north", "", 10),
        ("staff", "2025-09", "north", "", 20),
        ("fill", "2025-09", "north", "", 40),
        ("fill", "2025-09", "south", "", 60),
    ],
)  # fmt: skip
CENTERS_AGAIN = Reading(  # corrects a number; a row that may be south's was lost
    "centers-2", "centers",
    [("enrolled", "2025-08", "north", "age=infant|setting=center", 11)],
    rejected=[("enrolled", "2025-08", None, None)], outcome="partial",
    findings=[("error", "unknown_place", "Sowth is no place")],
)  # fmt: skip
HOMES = Reading(
    "homes-1", "homes",
    [
        ("enrolled", "2025-09", "north", "", 3),
        ("enrolled", "2025-09", "south", "age=infant|setting=home", 4),
        ("fill", "2025-09", "state", "", 55),
        ("fill", "2025-09", "south", "", 70),
    ],
)  # fmt: skip
HOMES_AWARDS_A = Reading(
    "homes-a", "homes", [("awards", "2025-08", "state", "", 20), ("awards", "2025-08", "south", "", 1)], layout="awards"
)
HOMES_AWARDS_B = Reading("homes-b", "homes", [("awards", "2025-08", "state", "", 999)], layout="awards")
CENTERS_AWARDS = Reading(
    "centers-a", "centers", [("awards", "2025-07", "north", "", 5), ("awards", "2025-08", "north", "", 7)],
    layout="awards", mode="updates", provisional=True,
)  # fmt: skip
AGENCY = Reading(
    "agency-1", "agency", [("spots", "2026Q1", "state", "", 100), ("waiting", "2026Q1", "state", "", 40)],
    layout="quarterly",
)  # fmt: skip
REFUSED = Reading("agency-2", "agency", [], layout="quarterly", outcome="rejected", scopes=[("spots", "2026Q1")])


class Warehouse:
    """A built warehouse, opened read-only as every reader does."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.connection = duckdb.connect(str(path), read_only=True)
        self.connection.execute("set TimeZone = 'UTC'")

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql).fetchall()

    def value(self, indicator: str, place: str, members: str = "", period: str = "2026Q1") -> tuple[Any, ...] | None:
        """Value, numerator, denominator and status of one row; None where there is no row."""
        found = self.rows(
            f"""select value, numerator, denominator, status from ind_values
            where indicator = '{indicator}' and place = '{place}' and members = '{members}' and period = '{period}'"""
        )
        assert len(found) <= 1
        return found[0] if found else None


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> tuple[Lake, dict[str, datetime]]:
    """The lake, and the moments at which its chapters were known."""
    path = tmp_path_factory.mktemp("the [first] lake's")
    initiative = path / "initiative"
    shutil.copytree(INITIATIVE, initiative)
    folder = read(initiative)
    lake = Lake(path / "lake", folder.initiative.calendar)
    known = {"agenda": lake.land_agenda(folder)}
    lake.deliver(CENTERS, HOMES, CENTERS_AWARDS, AGENCY)
    known["first"] = lake.deliver(HOMES_AWARDS_A)
    lake.deliver(HOMES_AWARDS_B)
    lake.deliver(HOMES_AWARDS_A, version="sent once more")
    lake.deliver(CENTERS_AGAIN, REFUSED)
    lake.land_again(HOMES)  # by a collector that was racing the first
    (initiative / "initiative.yml").write_text(
        (initiative / "initiative.yml").read_text().replace("A tiny initiative", "Renamed")
    )
    known["second"] = lake.land_agenda(read(initiative))
    # Left behind by a collector that was killed: data without a manifest, one of them cut in half.
    whole = next((lake.path / "data/observations").rglob("*.parquet"))
    orphan = lake.path / "data/observations/killed"
    orphan.mkdir()
    shutil.copy(whole, orphan / "whole.parquet")
    (orphan / "half.parquet").write_bytes(whole.read_bytes()[:200])
    return lake, known


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Warehouse]:
    """Builds a warehouse in a folder of its own."""

    def built(lake: Path, as_of: datetime | None = None, **given: Any) -> Warehouse:
        out = tmp_path_factory.mktemp("warehouse") / "warehouse.duckdb"
        return Warehouse(build_warehouse(lake, out, as_of, **given))

    return built


@pytest.fixture(scope="session")
def warehouse(story: tuple[Lake, dict[str, datetime]], build: Callable[..., Warehouse]) -> Warehouse:
    """The warehouse of all that is known."""
    return build(story[0].path)
