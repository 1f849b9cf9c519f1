"""The published reports hold exactly the numbers that plain SQL gives for the same files: no more, no less."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from html import unescape

import pytest

from agenda.lint import read
from agenda.periods import Calendar
from tests.html.everybody import kept_out
from tests.html.validate import violations
from tests.real.answers import QUERIES, Answers, Key, answers, cohort
from tests.real.harness import BUILD, PROOFS, Proof
from tests.reports.links import broken
from tests.reports.told import Edition, unexplained
from tests.servers.browser import chromium

Published = Callable[[str], Proof]
DIMENSION = {"nc_childcare": "age_group", "nhs_ae": "department"}
ROOT = {"nc_childcare": "north_carolina", "nhs_ae": "england"}
EDITIONS = [(name, period.key) for name in QUERIES for period in Calendar().parse_range(PROOFS[name].quarters)]


@cache
def right(name: str) -> Answers:
    return answers(name, PROOFS[name].source)


def rows_of(proof: Proof, quarter: str) -> dict[Key, dict[str, str]]:
    """The rows of a quarter's published data by what they are numbers of."""
    path = proof.folder / "site" / quarter / "data" / "indicator_values.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    found = {}
    for row in rows:
        member = row[DIMENSION[proof.name]].removeprefix("_T")  # SDMX for the whole
        found[row["indicator"], row["period"], row["place"], member] = row
    assert len(found) == len(rows), "two rows are values of the same thing"
    return found


@pytest.mark.parametrize(("name", "quarter"), EDITIONS)
def test_every_number_is_what_plain_sql_gives(published: Published, name: str, quarter: str) -> None:
    end = Calendar().parse(quarter).end
    expected = {key: value for key, value in right(name).items() if Calendar().parse(key[1]).end <= end}
    rows = rows_of(published(name), quarter)
    assert rows.keys() == expected.keys()
    for key, (numerator, denominator) in expected.items():
        row = rows[key]
        assert Decimal(row["numerator"]) == numerator, key
        assert (Decimal(row["denominator"]) if row["denominator"] else None) == denominator, key
        value = float(numerator) if denominator is None else float(numerator) / float(denominator)
        assert float(row["value"]) == value, key


def test_a_number_known_beforehand(published: Published) -> None:
    row = rows_of(published("nhs_ae"), "2018Q4")["seen_within_4h", "2017-04", "england", ""]
    assert round(float(row["value"]), 5) == 0.90515


def test_organisations_that_come_and_go_bend_no_trend_unseen(published: Published) -> None:
    """Beside each change of England stands the one among organisations that reported as many months both times."""
    proof = published("nhs_ae")
    with (proof.folder / "site/2019Q1/data/cohorts.csv").open(encoding="utf-8", newline="") as stream:
        rows = {(r["indicator"], r["period"], r["against"]): r for r in csv.DictReader(stream)}
    assert {row["place"] for row in rows.values()} == {"england"}  # each of the others is one organisation's own
    calendar = Calendar()
    periods = [
        period
        for quarter in calendar.parse_range(proof.quarters)
        for period in (quarter, *calendar.within(quarter, "month"))
    ]
    compared = 0
    for period in periods:
        for against, steps in (("previous", 1), ("year_before", 12 // period.months)):
            before = calendar.shift(period, -steps)
            found = {id_: rows.get((id_, period.key, against)) for id_ in ("attendances", "seen_within_4h")}
            if before not in periods:
                assert not any(found.values())
                continue
            same, all_, sums = cohort(proof.source, period.key, before.key)
            assert all((row is not None) == (same < all_) for row in found.values()), (period, against)
            if same == all_:
                continue
            attendances, breaches, attendances_before, breaches_before = sums
            count, share = found["attendances"], found["seen_within_4h"]
            assert count is not None
            assert share is not None
            assert {int(row["partners"]) for row in (count, share)} == {same}
            assert Decimal(count["value"]) == attendances
            assert Decimal(count["change"]) == attendances - attendances_before
            numbers = ("numerator", "denominator", "against_numerator", "against_denominator")
            assert [Decimal(share[name]) for name in numbers] == [
                attendances - breaches, attendances, attendances_before - breaches_before, attendances_before,
            ]  # fmt: skip
            compared += 1
    assert compared > 60
    page = (proof.folder / "site/2017Q4/goals/waiting.html").read_text(encoding="utf-8")
    assert "partners that reported the same both times" in page


@pytest.mark.parametrize(
    ("name", "incomplete"),
    [
        ("nc_childcare", {"2015Q4", "2017Q1"}),  # November 2015 and February 2017 were never published
        ("nhs_ae", None),
    ],
)
def test_a_missing_month_is_said(published: Published, name: str, incomplete: set[str] | None) -> None:
    """Values at the top are provisional exactly where a month is missing of somebody who reported before and after."""
    proof = published(name)
    last = proof.last_quarter
    status: dict[str, set[str]] = defaultdict(set)
    for (_, period, place, _), row in rows_of(proof, last).items():
        if place == ROOT[name] and "Q" in period:
            status[period].add(row["status"])
    if incomplete is None:
        incomplete = {period for period in status if period in quarters_with_gaps(proof)}
    assert {period for period, found in status.items() if found == {"P"}} == incomplete
    assert {period for period, found in status.items() if found == {"A"}} == status.keys() - incomplete


def quarters_with_gaps(proof: Proof) -> set[str]:
    """Quarters in which some organisation lacks a month between its first and its last."""
    months: dict[str, set[str]] = defaultdict(set)
    for path in (proof.folder / "store" / "inbox").rglob("*.csv"):
        with path.open(encoding="utf-8", newline="") as stream:
            months[path.parent.name] |= {row["period"][:7] for row in csv.DictReader(stream)}
    calendar = Calendar()
    gaps = {
        month
        for found in months.values()
        for month in calendar.span(calendar.parse(min(found)), calendar.parse(max(found)))
        if month.key not in found
    }
    return {calendar.containing(month.start, "quarter").key for month in gaps}


@pytest.mark.parametrize("name", ["nc_childcare", "toronto_childcare"])
def test_every_number_on_the_pages_is_in_the_data(published: Published, name: str) -> None:
    """Of two thousand places, some in charts where each is a dot."""
    proof = published(name)
    pages = proof.folder / "site" / proof.last_quarter
    edition = Edition(pages / "data", read(proof.folder), Calendar().parse(proof.last_quarter))
    assert unexplained(pages, edition) == []


def test_every_page_is_valid_and_keeps_nobody_out(published: Published) -> None:
    """Of each last quarter, with all that its places and groups make of a page; its colours are the example's."""
    folders = [published(name).folder for name in PROOFS]
    pages = [
        page
        for folder, proof in zip(folders, PROOFS.values(), strict=True)
        for page in (folder / "site/index.html", *(folder / "site" / proof.last_quarter).resolve().rglob("*.html"))
    ]
    assert violations(pages) == []
    with chromium() as browser:
        assert kept_out(browser, BUILD, pages, colours=False) == {}


@pytest.mark.parametrize("name", PROOFS)
def test_every_quarter_is_published_whole(published: Published, name: str) -> None:
    """With the reason why nobody is protected in it, which is written into the agenda."""
    proof = published(name)
    site, policy = proof.folder / "site", read(proof.folder).initiative.disclosure
    assert policy is not None
    assert policy.policy == "none"
    why = policy.reason.rstrip(".")
    assert (site / "index.html").is_file()
    for period in Calendar().parse_range(proof.quarters):
        edition = site / period.key
        assert (edition / "index.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
        assert (edition / "report.pdf").read_bytes().startswith(b"%PDF-")
        assert 1 <= len(re.findall(rb"/Type/Page\b", (edition / "brief.pdf").read_bytes())) <= 2
        assert (edition / "brief.docx").is_file()
        assert broken(edition) == []
        assert why in " ".join(unescape((edition / "data.html").read_text(encoding="utf-8")).split())
