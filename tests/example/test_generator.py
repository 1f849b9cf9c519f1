"""The generator writes the same bytes in any process, and what it writes hangs together."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from generate import all_deliveries, write_inbox
from made_up import world
from made_up.sites import AGES, FIRST, HOURS, NEWEST, PLACES, QUARTERS, Quarter, sites
from openpyxl import load_workbook

from agenda.store import FolderStore

CHILDCARE = Path(__file__).parents[2] / "examples" / "childcare"


def _fingerprint(inbox: Path) -> dict[str, tuple[str, float]]:
    return {
        str(path.relative_to(inbox)): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime)
        for path in sorted(inbox.rglob("*"))
        if path.is_file() and path.name != "README.txt"
    }


def test_same_bytes_and_times_in_another_process(store: FolderStore, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Seoul", "LC_ALL": "C"}
    command = [sys.executable, str(CHILDCARE / "generate.py"), "--out", str(tmp_path)]
    subprocess.run(command, check=True, env=environment, capture_output=True)
    assert _fingerprint(tmp_path) == _fingerprint(store.path / "inbox")


def test_deliveries_arrive_after_their_quarter_and_before_the_report() -> None:
    deliveries = list(all_deliveries())
    assert len({d.path for d in deliveries}) == len(deliveries)
    assert min(d.at for d in deliveries) > datetime(2024, 11, 1, tzinfo=UTC)
    assert max(d.at for d in deliveries) < datetime(2026, 10, 22, tzinfo=UTC)


def test_until_leaves_out_what_came_later(tmp_path: Path) -> None:
    write_inbox(tmp_path, until=date(2026, 7, 31))
    files = {path.name for path in tmp_path.rglob("*")}
    assert "caseload_2026Q2.xlsx" in files
    assert "caseload_2026Q2_corrected.xlsx" not in files


def test_says_in_its_files_that_they_are_made_up(store: FolderStore) -> None:
    inbox = store.path / "inbox"
    assert "Made up" in (inbox / "README.txt").read_text()
    for path in inbox.rglob("*.xlsx"):
        assert "Made up" in load_workbook(path, read_only=True).properties.description


def test_parts_fit_into_their_wholes() -> None:
    for quarter in QUARTERS:
        for site in sites(quarter):
            licensed, operating = site.licensed(quarter), world.operating(site, quarter)
            for children, staffed, spots in zip(world.enrolled(site, quarter), operating, licensed, strict=True):
                assert 0 <= children <= staffed <= spots
            by_hour = [world.extended(site, quarter, hour) for hour in HOURS]
            assert max(by_hour) <= world.extended(site, quarter) <= min(sum(by_hour), sum(operating))
        for place in PLACES:
            tracts = list(world.tracts(place, quarter))
            spots_here = sum(sum(site.licensed(quarter)) for site in sites(quarter) if site.place == place)
            assert sum(spots for _, _, spots in tracts) == spots_here
            children = sum(children for _, children, _ in tracts)
            assert children == world.reference("children_under_five", place, quarter.year)


def _share_of_operating(quarter: Quarter) -> float:
    found = list(sites(quarter))
    return sum(sum(world.operating(s, quarter)) for s in found) / sum(sum(s.licensed(quarter)) for s in found)


def test_it_is_a_plausible_valley() -> None:
    """About three quarters of licensed spots operate; prices rise faster than incomes; infants gain most."""
    assert all(0.68 < _share_of_operating(quarter) < 0.82 for quarter in QUARTERS)

    def infants(quarter: Quarter) -> int:
        return sum(world.operating(site, quarter)[0] for site in sites(quarter))

    growing = [infants(quarter) for quarter in QUARTERS]
    assert growing == sorted(growing)

    def prices(quarter: Quarter) -> int:
        lasting = [site for site in sites(FIRST) if site.closes is None]
        return sum(world.weekly_price(site, quarter, "infant") or 0 for site in lasting)

    incomes = sum(world.median_income(p, 2026) for p in PLACES) / sum(world.median_income(p, 2024) for p in PLACES)
    assert prices(NEWEST) / prices(FIRST) > incomes
    for age in AGES:
        for place in PLACES:
            in_care = sum(world.enrolled(s, NEWEST)[AGES.index(age)] for s in sites(NEWEST) if s.place == place)
            assert 0.1 < in_care / world.reference("children_working_families", place, 2026, age) < 0.8


@pytest.mark.parametrize("place", ["harbor", "northside", "old_mill", "south_valley", "east_flats", "pine_ridge"])
def test_the_story_told_of_infants_is_true(place: str) -> None:
    """2026Q3 says that more infants are in care than a year ago in every community, the late partner's left out."""

    def infants(quarter: Quarter, but_for: str) -> int:
        here = [s for s in sites(quarter) if s.place == place and s.partner != but_for]
        return sum(world.enrolled(site, quarter)[0] for site in here)

    assert infants(QUARTERS[7], "employers") > infants(QUARTERS[3], "nobody")


def test_the_newest_headline_is_true() -> None:
    """“More room for infants than ever”: even without the late partner's, there are more spots than in any quarter."""

    def infants(quarter: Quarter) -> int:
        late = "employers" if quarter == NEWEST else "nobody"
        return sum(world.operating(site, quarter)[0] for site in sites(quarter) if site.partner != late)

    assert all(infants(NEWEST) > infants(quarter) for quarter in QUARTERS[:-1])
