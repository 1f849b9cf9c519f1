"""The review page says what changed since what was seen last, who is missing, and how to approve."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from agenda.folder import Folder
from agenda.store import FolderStore
from reports.edition import Edition
from reports.editions.approval import approve
from reports.editions.drafting import add_edition, read_inputs
from reports.editions.review_page import write_review_page
from reports.editions.site import publish
from reports.marts import read_quarter
from reports.quarter.tables import Quarter
from tests.editions.conftest import NOON, Q2, Q3, REVIEWER

HEADER = "indicator,period_type,period,place,place_name,age,value,numerator,denominator,lower,upper,status\n"
Q2_VALUES = (
    "cards,quarter,2026Q2,valley,The valley,_T,120,120,,,,A",
    "cards,quarter,2026Q2,north,North,_T,70,70,,,,A",
    "loans_per_card,quarter,2026Q2,valley,The valley,_T,2.5,300,120,,,A",
)
Q3_VALUES = (
    *Q2_VALUES,
    "cards,quarter,2026Q3,valley,The valley,_T,1304,1304,,,,P",
    "cards,quarter,2026Q3,north,North,_T,80,80,,,,A",
    "cards,quarter,2026Q3,valley,The valley,young,40,40,,,,A",
    "loans_per_card,quarter,2026Q3,valley,The valley,_T,,,,,,O",
)


class Desk:
    """Makes drafts from rows of values and gives their review page as text."""

    def __init__(self, folder: Folder, store: FolderStore, site: FolderStore, warehouse: Path, tmp_path: Path) -> None:
        self.folder, self.store, self.site = folder, store, site
        self.warehouse, self.files = warehouse, tmp_path / "made"

    def draft(self, rows: tuple[str, ...], period=Q3, readings: int = 9) -> Edition:  # type: ignore[no-untyped-def]
        (self.files / "data").mkdir(parents=True, exist_ok=True)
        (self.files / "index.html").write_text("<h1>Report</h1>")
        (self.files / "report.pdf").write_text("%PDF")
        (self.files / "data/indicator_values.csv").write_text(HEADER + "".join(f"{row}\n" for row in rows))
        found = read_inputs(self.warehouse, period)
        found = found.model_copy(update={"arrivals": found.arrivals[:readings]})
        edition = add_edition(self.store, self.folder, period, self.files, found, at=NOON)
        self.write(edition)
        return edition

    def write(self, edition: Edition) -> None:
        period = self.folder.initiative.calendar.parse(edition.period)
        quarter: Quarter = read_quarter(self.warehouse, period, self.folder)
        write_review_page(self.store, self.site, edition, quarter, self.warehouse)

    def page(self, edition: Edition) -> str:
        """The page's words, without markup."""
        text = self.store.get(edition.review_page).decode()
        return html.unescape(" ".join(re.sub(r"<style>.*?</style>|<[^>]+>", " ", text, flags=re.DOTALL).split()))

    def publish(self, period=Q3) -> None:  # type: ignore[no-untyped-def]
        approve(self.store, self.folder, period, REVIEWER, at=NOON)
        publish(self.folder, self.store, self.site, period, at=NOON + timedelta(days=9))


@pytest.fixture
def desk(folder: Folder, store: FolderStore, site: FolderStore, warehouse: Path, tmp_path: Path) -> Desk:
    return Desk(folder, store, site, warehouse, tmp_path)


def test_a_first_edition_has_nothing_to_compare_with(desk: Desk) -> None:
    page = desk.page(desk.draft(Q3_VALUES))
    assert "This is the first edition" in page
    assert "Library cards 1,304 cards (provisional)" in page
    assert "Loans per card not reported" in page
    assert "earlier periods" not in page


def test_beside_the_quarter_before(desk: Desk) -> None:
    desk.draft(Q2_VALUES, Q2)
    page = desk.page(desk.draft(Q3_VALUES))
    assert "with the second quarter 2026, which is a draft" in page
    desk.publish(Q2)
    desk.write(edition := desk.draft(Q3_VALUES))
    page = desk.page(edition)
    assert "with the second quarter 2026, as published. 2 of 2 indicators changed." in page
    assert "Library cards 120 cards 1,304 cards (provisional) ▲ 1,184" in page
    assert "Loans per card 2.50 loans not reported gone" in page
    assert "Numbers of earlier periods that changed None." in page
    assert "Numbers of this quarter that changed" not in page, "a new quarter's values are not revisions"


def test_an_earlier_period_that_was_revised_is_shown(desk: Desk) -> None:
    desk.draft(Q2_VALUES, Q2)
    revised = tuple(row.replace("70,70", "75,75").replace("300,120", "330,120") for row in Q3_VALUES)
    page = desk.page(desk.draft(revised))
    assert "Library cards Q2 2026 unchanged 1 value North: 70 cards → 75 cards" in page
    assert "Loans per card Q2 2026 2.50 loans 2.50 loans only its certainty changed" not in page


def test_beside_the_published_edition_of_the_same_quarter(desk: Desk) -> None:
    desk.draft(Q3_VALUES)
    desk.publish()
    revised = tuple(row.replace("1304,1304,,,,P", "1310,1310,,,,A").replace("80,80", "84,84") for row in Q3_VALUES)
    page = desk.page(desk.draft(revised))
    assert "with the edition published on" in page
    assert "1 of 2 indicators changed. 1 value of a place or group changed." in page
    assert "Library cards 1,304 cards (provisional) 1,310 cards ▲ 6" in page
    assert "Loans per card not reported not reported" in page
    assert "North: 80 cards → 84 cards" in page


def test_beside_the_draft_whose_approval_it_voids(desk: Desk) -> None:
    seen = desk.draft(Q3_VALUES)
    approve(desk.store, desk.folder, Q3, REVIEWER)
    desk.draft(tuple(row.replace("80,80", "81,81") for row in Q3_VALUES))  # nobody approved this one
    page = desk.page(desk.draft(tuple(row.replace("80,80", "84,84") for row in Q3_VALUES)))
    assert f"with draft {seen.short}, whose approval does not hold for this one" in page
    assert "North: 80 cards → 84 cards" in page


def test_every_change_is_in_the_file_beside_it(desk: Desk) -> None:
    rows = tuple(f"cards,quarter,2026Q3,p{n},P{n},_T,{n},{n},,,,A" for n in range(40))
    desk.draft((*Q3_VALUES, *rows))
    desk.publish()
    edition = desk.draft((*Q3_VALUES, *(row.replace(",A", ",P") for row in rows)))
    assert "40 values" in desk.page(edition)
    assert "and 28 more" in desk.page(edition)
    changes = pl.read_csv(desk.store.get(f"{edition.folder}.review/changes.csv"))
    assert len(changes) == 40
    assert changes["change"].unique().to_list() == ["changed"]


def test_who_reported_and_what_is_doubtful(desk: Desk) -> None:
    page = desk.page(desk.draft(Q3_VALUES))
    assert "1 of 2 partners reported" in page
    assert "Book Bus: nothing yet" in page
    assert "1 partner has not reported all it owes." in page
    assert "Book Bus: 1 error" in page
    assert "“<b>many</b>” is not a number. bus/broken.csv · C7 Write it in digits." in page
    assert "Main Library: 1 warning" not in page, "its finding is of a file for a later quarter"


def test_new_files_and_new_findings_are_those_the_other_edition_did_not_have(desk: Desk) -> None:
    desk.draft(Q3_VALUES, readings=3)
    desk.publish()
    page = desk.page(desk.draft(tuple(row.replace("80,80", "84,84") for row in Q3_VALUES), readings=4))
    assert "1 new file" in page
    assert "q3_more.csv" in page
    assert "New findings None." in page


def test_how_to_approve(desk: Desk) -> None:
    edition = desk.draft(Q3_VALUES)
    page = desk.page(edition)
    assert f'cairn review 2026Q3 --approve --edition {edition.short} --as "NAME"' in page
    assert "Who may approve: Ana Ruiz, Bo Lind." in page
    nobody = desk.folder.initiative.model_copy(update={"reviewers": ()})
    desk.folder = replace(desk.folder, initiative=nobody)
    desk.write(edition)
    assert "Nobody may approve yet: add reviewers to initiative.yml." in desk.page(edition)


def test_it_opens_from_the_disk_and_its_links_lead_somewhere(desk: Desk) -> None:
    edition = desk.draft(Q3_VALUES)
    page = desk.store.local(edition.review_page)
    text = page.read_text(encoding="utf-8")
    links = re.findall(r'href="(?!data:,")([^"#]+)"', text)
    assert {"../" + edition.digest + "/index.html", "../" + edition.digest + "/report.pdf", "changes.csv"} <= set(links)
    for link in links:
        assert (page.parent / link).exists(), link
    assert "<script" not in text
    assert not re.search(r'(src|href)="https?:', text)


def test_writing_it_again_changes_nothing(desk: Desk) -> None:
    edition = desk.draft(Q3_VALUES)
    before = [(s.key, s.version) for s in desk.store.list("")]
    desk.write(edition)
    assert [(s.key, s.version) for s in desk.store.list("")] == before
