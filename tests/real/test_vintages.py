"""One file in its 42 versions, as one partner would have sent them: unemployment in the UK, ONS 2016 to 2023.

The columns change eight times. What a mapping can settle is proposed, accepted once, and goes through from then on; what
it can't is refused with the reason, and the reason is looked for in the file itself. Of every version each row and each
number is accounted for, against a reading of the file by Python's own csv module.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import duckdb
import polars as pl
import pytest

from agenda.lint import read
from agenda.store import FolderStore
from flows.revisions import Known, Replay, revisions
from flows.workspace import Workspace
from sources.lake import Lake
from tests.real.harness import Proof
from tests.real.plain_diff import QUARTERS, Rate, plain_diff
from tests.real.versions import BLOCKS, Story, Version

REFUSED = {
    5: "fifteen columns are not there yet (they were, thirteen minutes later), and two blocks contradict each other",
    9: "a placeholder: var_1 and var_2 are no agreed columns, and their only numbers are zeros",
}
MADE_UP = 10
"""The version that tries a column out: two groups, A and B, that nobody agreed on."""
EMPTY = {1, 3}
Key = tuple[str, str, str, str]
"""Measure, period, place and members of a number."""
ROLLING = {19, 20, 21, 22}
"""Versions that have any three months, such as 1992 Mar-May, besides the quarters of the calendar."""
COLUMNS = {"column_new", "column_instead", "column_gone", "column_renamed"}


def test_every_change_of_a_column_is_told_and_settled_once(story: Story) -> None:
    assert story.accepted == [
        (1, "total", "total_unemp_rate"), (1, "total_Women", "female"), (1, "total_Men", "male"), (1, "16-19_yo", "16-19_years"),
        (17, "Age", "Age group"),
        (34, "Units", "Series"),
    ]  # fmt: skip
    files = {version.number: f"ons/{version.file}" for version in story.versions}
    assert all(receipt.key == files[n] for n, receipt in story.receipts), "only what waits for an answer is read again"
    refused = {n for n, receipt in story.receipts if any(f.code == "column_missing" for f in receipt.findings)}
    assert refused == {1, 17, 34} | set(REFUSED)
    before: dict[str, set[str]] = {}
    for version in story.versions:
        now = {name.lower() for name in version.header if name}
        first = next(receipt for number, receipt in story.receipts if number == version.number)
        told = {str(f.column).lower() for f in first.findings if f.code in COLUMNS}
        told |= {text.lower() for f in first.findings if f.code == "column_missing" for _, text in f.details}
        missing = {str(f.column).lower() for f in first.findings if f.code == "column_missing"}
        changed = now ^ before.get(version.layout, now)
        renamed = {"total_men", "total_women"} & changed  # said as what they are: total_m and total_f
        assert changed - missing - renamed <= told, version.number
        if not any(f.code == "column_missing" for f in story.final(version.number).findings):
            before[version.layout] = now  # what stays refused for its columns is nothing to go by


def test_no_row_is_lost_unseen(story: Story) -> None:
    readings = {row["submission"]: row for row in story.rows("readings").iter_rows(named=True)}
    observed = Counter(story.rows("observations").select("reading", "row_number").iter_rows())
    rejected = set(story.rows("rejected_rows").select("reading", "row_number").iter_rows())
    said = {(f["reading"], f["row_number"]) for f in story.rows("findings").iter_rows(named=True)}
    for version in story.versions:
        receipt = story.final(version.number)
        counts, reading = receipt.counts, readings[receipt.submission]
        assert counts.read == len(version.rows) == counts.accepted + counts.rejected + counts.skipped
        if version.number in REFUSED:
            filled = sum(any(cell.strip() for cell in row) for row in version.rows.values())
            assert (counts.accepted, counts.rejected) == (0, filled), REFUSED[version.number]
            continue
        for row in version.rows:
            at = (reading["reading"], row)
            if at in rejected:
                assert at in said, (version.number, row)
                assert at not in observed, (version.number, row)
            else:
                assert observed[at] == version.numbers(row), (version.number, row)


def test_what_can_be_read_is_taken(story: Story) -> None:
    for version in story.versions:
        counts, numbers = story.final(version.number).counts, sum(map(bool, map(version.numbers, version.rows)))
        if version.number in {*REFUSED, *EMPTY, MADE_UP}:
            assert counts.accepted == 0
        elif version.number in ROLLING:
            of_the_calendar = sum(cells[0].endswith(QUARTERS) for cells in version.rows.values())
            assert (counts.accepted, counts.rejected) == (of_the_calendar, numbers - of_the_calendar)
        elif version.number in (17, 18, 25):  # disability stands in the column of ages, headings among the groups
            assert counts.rejected == {17: 27, 18: 18, 25: 616}[version.number]
            assert counts.accepted == numbers - counts.rejected
        else:
            assert (counts.accepted, counts.rejected) == (numbers, 0)


def test_what_is_refused_is_the_file_s_own_fault(story: Story) -> None:
    versions = {version.number: version for version in story.versions}
    missing = {
        number: {str(f.column) for f in story.final(number).findings if f.code == "column_missing"}
        for number in REFUSED
    }  # fmt: skip
    # The fifth has the columns of the disabled only; below, in the same columns, stand the numbers of all others.
    assert missing[5] == set(versions[7].header) - set(versions[5].header)
    assert [name.endswith("_ndisab") for name in missing[5]] == [True] * 15
    column = versions[5].header.index("unempl_rate_65yrs_and_over_women_disab")
    rows = [cells for cells in versions[5].rows.values() if cells[column]]
    assert sorted(Counter(cells[0] for cells in rows).values()) == [2] * 7, "each year is there twice"
    assert all(one[column] != other[column] for one, other in zip(rows[:7], rows[7:], strict=True))
    # The ninth is one line of zeros.
    assert missing[9] == {"Value"}
    assert versions[9].header == ["year", "var_1", "var_2"]
    assert list(versions[9].rows.values()) == [["2015", "0", "0"]]
    # The tenth says three things of one year; the receipt says what tells them apart.
    rows = [tuple(cells) for cells in versions[MADE_UP].rows.values()]
    assert {(year, len({value for y, _, value in rows if y == year})) for year, _, _ in rows} == {
        ("2015", 3),
        ("2016", 3),
    }
    told = [f for f in story.final(MADE_UP).findings if f.code == "row_contradicts"]
    assert sorted(f.row or 0 for f in told) == sorted(versions[MADE_UP].rows)
    assert all("What tells the rows apart is not read: “Group”." in f.message for f in told)
    # 1992 Mar-May is no period of the calendar; each row that is refused there says so, and nothing else.
    for number in ROLLING:
        told = [f for f in story.final(number).findings if f.severity == "error"]
        assert {(f.row, f.code) for f in told} == {
            (row, "period_unreadable")
            for row, cells in versions[number].rows.items()
            if not cells[0].endswith(QUARTERS)
        }


def test_blocks_are_read_as_what_they_are(story: Story) -> None:
    version = story.versions[BLOCKS]
    title = next(row for row, cells in version.rows.items() if cells[0] == "persons_without_disability")
    expected = {}
    for row in version.rows:
        for heading, cell in version.cells(row).items():
            if heading and cell:
                first, last, sex = re.fullmatch(
                    r"unempl_rate_(\d+)(?:_(\d+))?yrs(?:_and_over)?_(men|women)", heading
                ).groups()  # type: ignore[union-attr]
                kind = "disabled" if row < title else "not_disabled"
                members = f"age={first}-{last or 'over'}|disability={kind}|sex={'f' if sex == 'women' else 'm'}"
                expected[row, version.rows[row][0], members] = Decimal(cell)
    reading = next(r["reading"] for r in story.rows("readings").iter_rows(named=True) if r["layout"] == "blocks")
    found = story.rows("observations").filter(pl.col("reading") == reading)
    assert {
        (r, p, m): v for r, p, m, v in found.select("row_number", "period", "members", "value").iter_rows()
    } == expected
    assert len(expected) == 308


def test_the_last_version_is_what_counts_in_the_end(story: Story, published: Callable[[str], Proof]) -> None:
    expected = _expected(story.versions[-1])
    spoken_of = {period for _, period, _, _ in expected}  # 1997, say, is left to the versions that had it
    now = _current(published("ons_sdg_uk_vintages"))
    assert {key: value for key, value in now.items() if key[1] in spoken_of} == expected


def _current(proof: Proof) -> dict[Key, Decimal]:
    """The quarters' numbers that the warehouse holds."""
    with duckdb.connect(str(Workspace.open(proof.folder).warehouse()), read_only=True) as connection:
        found = connection.execute(
            "select measure, period, place, members, value from int_observations where period like '%Q%'"
        ).fetchall()
    return {(measure, period, place, members): value for measure, period, place, members, value in found}


def _expected(version: Version) -> dict[Key, Decimal]:
    """The numbers of the last version, by what its words mean."""
    found: dict[Key, Decimal] = {}
    for cells in version.rows.values():
        row: dict[str, Any] = dict(zip(version.header, cells, strict=True))
        if row["Value"]:
            groups = {
                "age": row["Age"].replace(" to ", "-").replace(" and ", "-"),
                "born": BORN[row["Country of birth"]],
                "disability": DISABILITY[row["Disability status"]],
                "sex": row["Sex"][:1].lower(),
            }
            members = "|".join(f"{name}={member}" for name, member in groups.items() if member)
            place = (row["Region"] or row["Country"] or "United Kingdom").lower().replace(" ", "_")
            place = "yorkshire" if place.startswith("yorkshire") else place
            measure = "unemployment_adjusted" if row["Series"] == "Seasonally adjusted" else "unemployment"
            found[measure, row["Year"].replace(" ", ""), place, members] = round(Decimal(row["Value"]), 6)
    return found


class Watched(Replay):
    """Keeps what was known at each moment of every place and group, besides what it is asked for."""

    def run(self, moment: datetime) -> bool:
        if not super().run(moment):
            return False
        rows = self.connection.execute("select period, place, members, value from ind_values where value is not null")
        self.__dict__.setdefault("known", {})[moment] = {(p, place, m): value for p, place, m, value in rows.fetchall()}
        return True


@pytest.mark.parametrize(("indicator", "numbers"), [("unemployment", 1265), ("unemployment_adjusted", 5580)])
def test_the_revision_triangle_is_what_a_plain_diff_of_the_files_gives(
    indicator: str, numbers: int, story: Story
) -> None:
    """After each version every rate of a place, a sex or an age is that of the files, to six decimals, and there is no
    other; and the triangle of the whole country has the moments and values that differ from one version to the next.

    A year that no version gave as a year is its last quarter, and is left aside here.
    """
    store = FolderStore(story.path / "store")
    replay = Watched(story.path / "store" / "lake", Lake(store).manifests(), indicator)
    triangle = revisions(replay, read(story.path).initiative.calendar)
    replay.connection.close()
    readable = [version for version in story.versions if version.number not in {*REFUSED, MADE_UP, *EMPTY}]
    diff: dict[str, list[tuple[datetime, float | None]]] = {}
    known: dict[Rate, float] = {}
    expected: dict[Rate, float] = {}
    years: set[str] = set()
    for version, expected in plain_diff(readable, indicator):
        years |= {period for period, *_ in expected if "Q" not in period}
        known = replay.known.get(version.published, known)
        assert {key: value for key, value in known.items() if "Q" in key[0] or key[0] in years} == expected, (
            version.number
        )
        whole = {period: value for (period, *of), value in expected.items() if of == ["united_kingdom", ""]}
        for period in {*diff, *whole}:
            moments = diff.setdefault(period, [])
            if not moments or moments[-1][1] != whole.get(period):
                moments.append((version.published, whole.get(period)))
    assert len(expected) == numbers
    said = {period: _changes(known) for period, known in triangle.items() if "Q" in period or period in years}
    assert said == diff
    assert any(len(moments) > 1 for moments in diff.values())


def _changes(known: list[Known]) -> list[tuple[datetime, float | None]]:
    """Moments at which a value came, changed or went; not those at which its status alone did."""
    values = [(one.known_at, one.value) for one in known]
    return [one for n, one in enumerate(values) if n == 0 or one[1] != values[n - 1][1]]


BORN = {
    "": "",
    "Born in UK": "uk",
    "Not born in UK": "not_uk",
    "Born in EU (Non-UK)": "eu",
    "Not born in EU (Non-UK)": "not_eu",
}
DISABILITY = {"": "", "Disabled (GSS harmonised)": "disabled", "Non-disabled (GSS harmonised)": "not_disabled"}
