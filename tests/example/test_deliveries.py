"""What the partners of the example deliver can be read as `partners.yml` says, and means what is true in the valley."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

import duckdb
import pytest
from made_up import world
from made_up.sites import AGES, NEWEST, PLACES, QUARTERS, Quarter, sites

from agenda.folder import Folder
from agenda.in_language import in_language
from agenda.store import FolderStore
from sources.collect import Collected, collect


def test_all_files_are_taken_but_for_the_faults_that_are_meant(collected: Collected) -> None:
    assert collected.outcomes == {"accepted": 132, "partial": 1, "rejected": 1}
    found = {r.key: sorted(f.code for f in r.findings) for r in collected.receipts if r.findings}
    assert found == {
        "head_start/staff_2026Q3.xlsx": ["column_missing"],
        "human_services/caseload_2025Q3.xlsx": ["column_gone", "column_new"],  # a new heading, which the layout knows
        "human_services/caseload_2026Q2_corrected.xlsx": ["file_overrules"],
        "schools/prek_form_2026Q3.csv": [
            "place_unknown", "row_contradicts", "row_contradicts", "value_not_a_number"
        ],
    }  # fmt: skip


def test_collecting_again_does_nothing(collected: Collected, folder: Folder, store: FolderStore) -> None:
    assert collect(folder, store).receipts == ()


def test_what_is_owed_is_delivered(collected: Collected, folder: Folder) -> None:
    """Every measure, every quarter or month, but for the late partner and the refused workbook."""
    calendar = folder.initiative.calendar
    spoken = [in_language(folder, language) for language in {partner.language for partner in folder.partners.partners}]
    ids = {measure.name: measure.id for said in spoken for measure in said.agenda.measures}
    given = {(r.partner, ids[t.measure], t.period.key) for r in collected.receipts for t in r.taken}
    missing = defaultdict(set)
    for partner in folder.partners.partners:
        since = calendar.parse(partner.since or "2024Q4")
        for owes in partner.owes:
            for quarter in calendar.span(since, calendar.parse("2026Q3")):
                for period in calendar.within(quarter, owes.every):
                    gone = {m for m in owes.measures if (partner.id, m, period.key) not in given}
                    missing[partner.id, period.key] |= gone
    assert {key: measures for key, measures in missing.items() if measures} == {
        ("employers", "2026Q3"): {"children_enrolled", "spots_operating", "spots_extended"},
        ("head_start", "2026Q3"): {"lead_teachers", "lead_teachers_certified"},
    }


@pytest.fixture(scope="module")
def numbers(collected: Collected, store: FolderStore) -> duckdb.DuckDBPyConnection:
    """The observations of the latest delivery of each number, as the table ``numbers``."""
    connection = duckdb.connect()
    data = store.path / "lake" / "data"
    connection.execute(
        f"""create table numbers as
        select o.* exclude (reading)
        from '{data}/observations/*/*.parquet' o
        join (select reading, max(sequence) as sequence from '{data}/deliveries/*/*.parquet' group by reading) d
            using (reading)
        qualify row_number() over (
            partition by partner, measure, period, place, members order by d.sequence desc
        ) = 1"""
    )
    return connection


def _sum(numbers: duckdb.DuckDBPyConnection, where: str) -> Decimal:
    row = numbers.execute(f"select sum(value) from numbers where {where}").fetchone()
    assert row is not None
    return Decimal(row[0] or 0)


@pytest.mark.parametrize("quarter", range(8))
def test_what_arrives_is_what_is_true(numbers: duckdb.DuckDBPyConnection, quarter: int) -> None:
    """The partners' twelve ways of writing add up to the one valley that they write about."""
    at = QUARTERS[quarter]
    reporting = [s for s in sites(at) if not (at == NEWEST and s.partner == "employers")]
    operating = sum(sum(world.operating(site, at)) for site in reporting)
    assert _sum(numbers, f"measure = 'spots_operating' and period = '{at}'") == operating
    enrolled = sum(sum(world.enrolled(site, at)) for site in reporting)
    if at == NEWEST:  # the district wrote “three or four” for its five-year-olds in Pine Ridge
        enrolled -= sum(world.enrolled(s, at)[3] for s in sites(at, "schools") if s.place == "pine_ridge")
    assert _sum(numbers, f"measure = 'children_enrolled' and period = '{at}'") == enrolled
    whole = f"measure = 'spots_extended' and period = '{at}' and members = ''"
    assert _sum(numbers, whole) == sum(world.extended(site, at) for site in reporting)

    licensed = sum(sum(site.licensed(at)) for site in sites(at))
    month = at.months[2]
    assert _sum(numbers, f"measure = 'spots_licensed' and period = '{month}'") == licensed
    tracts = [tract for place in PLACES for tract in world.tracts(place, at)]
    assert _sum(numbers, f"measure = 'tract_children' and period = '{at}'") == sum(n for _, n, _ in tracts)
    number, _, spots = tracts[5]
    assert _sum(numbers, f"measure = 'tract_spots' and period = '{at}' and members = 'tract={number}'") == spots

    subsidised = sum(world.subsidised(place, age, at, 2) for place in PLACES for age in AGES)
    whole = f"measure = 'children_subsidised' and period = '{month}' and members"
    assert _sum(numbers, f"{whole} = ''") == subsidised
    assert _sum(numbers, f"{whole} <> ''") == subsidised
    paid = sum(award.status == "Paid" for award in world.awards(at))
    assert _sum(numbers, f"measure = 'scholarships_paid' and period = '{at}'") == paid

    teachers = [t for t in world.lead_teachers(at) if not (at == NEWEST and t.site.partner == "head_start")]
    assert _sum(numbers, f"measure = 'lead_teachers' and period = '{at}'") == len(teachers)
    certified = sum(t.certified for t in teachers)
    assert _sum(numbers, f"measure = 'lead_teachers_certified' and period = '{at}'") == certified


def test_providers_and_agency_agree_on_the_same_spots(numbers: duckdb.DuckDBPyConnection) -> None:
    """Where both report, they count the same rooms; so precedence changes nothing but who is quoted."""
    for partner, setting in (("brightwater", "centre"), ("home_network", "home")):
        theirs = _sum(numbers, f"measure = 'spots_licensed' and partner = '{partner}' and period = '2026Q3'")
        agency = "measure = 'spots_licensed' and partner = 'licensing' and period = '2026-09'"
        assert 0 < theirs < _sum(numbers, f"{agency} and members = 'setting={setting}'")


def test_the_correction_replaces_what_it_corrects(numbers: duckdb.DuckDBPyConnection) -> None:
    told = _sum(
        numbers, "measure = 'children_subsidised' and period = '2026-06' and place = 'east_flats' and members = ''"
    )
    assert told == sum(world.subsidised("east_flats", age, Quarter(2026, 2), 2) for age in AGES)
