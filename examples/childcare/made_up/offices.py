"""The six partners who know about care but give none: what they write each quarter, and how.

Each part says how its file is laid out; `partners.yml` says the same to Cairn.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from made_up.delivery import FORM, NAMES, Delivery, Row, form_rows, of_place, sent_on
from made_up.formats import csv_bytes, gzip_bytes, xlsx_bytes
from made_up.sites import AGES, PLACES, Quarter, Site, chance, sites
from made_up.world import (
    awards,
    enrolled,
    lead_teachers,
    median_income,
    operating,
    stars,
    subsidised,
    tracts,
    visits,
    waiting_list,
    weekly_price,
)

# -- the licensing agency -----------------------------------------------------------------------------

_AREA = dict(zip(PLACES, ("HBR", "NSD", "OML", "SVL", "EFL", "PRG"), strict=True))
_FACILITY = {
    "centre": "Child Care Center", "home": "Family Child Care Home", "head_start": "Head Start / Early Head Start",
    "school": "Public School Pre-K", "coop": "Parent Cooperative",
}  # fmt: skip


def licensing(quarter: Quarter) -> Iterator[Delivery]:
    for number, month in enumerate(quarter.months):
        rows: list[Row] = [
            ("REPORT_MONTH", "LICENSE_NO", "FACILITY_TYPE", "AREA", "SHIFT", "LICENSED_CAP", "ENROLLED", "STARS")
        ]
        for site in sites(quarter):
            rows += _state_rows(site, quarter, month, number)
        content = gzip_bytes(csv_bytes(rows))
        yield Delivery(f"licensing/sites/ccl_sites_{month}.csv.gz", content, sent_on(10, month))
    rows = [("quarter", "tract", "area", "children_under_5", "licensed_spots")]
    rows += [(quarter, *_tract_row(place, tract)) for place in PLACES for tract in tracts(place, quarter)]
    at = sent_on(10, quarter.months[2])
    yield Delivery(f"licensing/tracts/tract_supply_{quarter}.csv", csv_bytes(rows), at)


def _tract_row(place: str, tract: tuple[str, int, int]) -> Row:
    number, children, spots = tract
    return number, _AREA[place], children, spots


def _state_rows(site: Site, quarter: Quarter, month: str, number: int) -> Iterator[Row]:
    """A row for each shift. One form in twelve leaves out how many children came."""
    spots, draw = sum(site.licensed(quarter)), chance("form", site.licence, month)
    before = Quarter(quarter.year - (quarter.number == 1), (quarter.number - 2) % 4 + 1)
    earlier = sum(enrolled(site, before)) if site.is_open(before) else 0
    children = round(earlier + (sum(enrolled(site, quarter)) - earlier) * (number + 1) / 3)
    late = round(children * 0.1) if "evening" in site.hours else 0
    is_blank = draw.random() < 1 / 12
    common = (month, site.licence, _FACILITY[site.setting], _AREA[site.place])
    rating = stars(site, quarter) or "NA"
    yield *common, 1, spots, "NA" if is_blank else children - late, rating
    if "evening" in site.hours:
        yield *common, 2, round(spots * 0.3), "NA" if is_blank else late, rating


# -- resource and referral ----------------------------------------------------------------------------


def referral(quarter: Quarter) -> Iterator[Delivery]:
    at = sent_on(20, quarter.months[2])
    rows: list[Row] = [FORM]
    for place, found in of_place(quarter, None):  # the sites that belong to no partner
        rows += form_rows(quarter, place, found, AGES)
        rows += [(quarter, NAMES[place], "waiting", age, n) for age, n in waiting_list(place, quarter).items()]
    yield Delivery(f"referral/quarterly_form_{quarter}.csv", csv_bytes(rows), at)
    rows = [("quarter", "community", "age", "setting", "priced spots", "price x spots", "spots x median income")]
    rows += [row for place in PLACES for row in _price_rows(quarter, place)]
    yield Delivery(f"referral/price_survey_{quarter}.csv", csv_bytes(rows, delimiter=";"), at)


def _price_rows(quarter: Quarter, place: str) -> Iterator[Row]:
    """Full-time prices by age and setting, as sums so that they add up over places."""
    for setting in ("centre", "home", "coop"):
        for position, age in enumerate(AGES):
            spots = cents = 0
            for site in sites(quarter):
                price = weekly_price(site, quarter, age) if (site.place, site.setting) == (place, setting) else None
                if price is not None:
                    spots += operating(site, quarter)[position]
                    cents += operating(site, quarter)[position] * 52 * price
            if spots:
                income = spots * median_income(place, quarter.year) * 100
                yield quarter, NAMES[place], age, setting, spots, _with_comma(cents), _with_comma(income)


def _with_comma(cents: int) -> str:
    """``1.234.567,50``, as the survey's program writes money."""
    return f"{cents // 100:,}".replace(",", ".") + f",{cents % 100:02d}"


# -- county human services ----------------------------------------------------------------------------

_MONTHS_OLD = {"infant": "0-11 months", "toddler": "12-35 months", "preschool": "36-59 months", "five": "60-71 months"}


def human_services(quarter: Quarter) -> Iterator[Delivery]:
    at = sent_on(20, quarter.months[2])
    if quarter == Quarter(2026, 2):  # one of the two offices in East Flats was left out; corrected four weeks later
        yield Delivery(f"human_services/caseload_{quarter}.xlsx", _caseload(quarter, at, 0.55), at)
        at += timedelta(days=29)
        yield Delivery(f"human_services/caseload_{quarter}_corrected.xlsx", _caseload(quarter, at), at)
    else:
        yield Delivery(f"human_services/caseload_{quarter}.xlsx", _caseload(quarter, at), at)


def _caseload(quarter: Quarter, at: datetime, east_flats: float = 1.0) -> bytes:
    heading = "Children subsidized" if quarter <= Quarter(2025, 2) else "Children with subsidy"
    rows: list[Row] = [
        ("Riverbend County Human Services",),
        (f"Child-care subsidy caseload {quarter}, children under six, by the family's address",),
        (f"Run {at:%Y-%m-%d}",),
        ("Month", "Service area", "Age", heading),
    ]
    for number, month in enumerate(quarter.months):
        first = date.fromisoformat(f"{month}-01")
        for place in PLACES:
            share = east_flats if place == "east_flats" else 1
            counts = [round(subsidised(place, age, quarter, number) * share) for age in AGES]
            rows += [(first, NAMES[place], _MONTHS_OLD[age], n) for age, n in zip(AGES, counts, strict=True)]
            rows.append((first, NAMES[place], "All ages", sum(counts)))
    return xlsx_bytes("Caseload", rows, at)


# -- the college's workforce registry -----------------------------------------------------------------


def college(quarter: Quarter) -> Iterator[Delivery]:
    rows: list[Row] = [("As of quarter", "Registry no.", "Community", "Setting", "Site", "Role", "Credential")]
    for teacher in lead_teachers(quarter):
        site, draw = teacher.site, chance("registry", teacher.number)
        if site.setting in ("head_start", "school"):
            continue
        credential = "Current" if teacher.certified else draw.choice(("None", "In training", "Lapsed"))
        row = [str(quarter), teacher.number, NAMES[site.place], site.setting, site.licence, "Lead teacher", credential]
        rows.append(row)
        if draw.random() < 0.04:  # leads a second room: one teacher, two rows
            rows.append(row)
        if site.setting == "centre" and draw.random() < 0.5:
            rows.append([*row[:1], f"{teacher.number}a", *row[2:5], "Assistant", "None"])
    at = sent_on(10, quarter.months[2])
    yield Delivery(f"college/registry_{quarter}.csv", csv_bytes(rows), at)


# -- the clinic ---------------------------------------------------------------------------------------

_MONTHS_CODE = {"infant": "0_11", "toddler": "12_35", "preschool": "36_59", "five": "60_71"}


def clinic(quarter: Quarter) -> Iterator[Delivery]:
    rows: list[Row] = [
        ("start", "group_child/child_ref", "group_child/age_months", "group_home/community", "group_care/needs_care",
         "group_care/found_place", "_index")
    ]  # fmt: skip
    first = date.fromisoformat(f"{quarter.months[0]}-01")
    for index, visit in enumerate(sorted(visits(quarter), key=lambda v: (v.day, v.child)), 1):
        found = ("yes" if visit.found_place else "no") if visit.needs_care else "n/a"
        rows.append((
            first + timedelta(days=visit.day), visit.child, _MONTHS_CODE[visit.age], visit.place,
            "yes" if visit.needs_care else "no", found, index,
        ))  # fmt: skip
    at = sent_on(10, quarter.months[2])
    yield Delivery(f"clinic/wraparound_{quarter}.csv", csv_bytes(rows, delimiter=";"), at)


# -- the foundation -----------------------------------------------------------------------------------


def foundation(quarter: Quarter) -> Iterator[Delivery]:
    rows: list[Row] = [("Award", "Quarter", "Paid on", "Community", "Age group", "Dollars", "Status")]
    first = date.fromisoformat(f"{quarter.months[0]}-01")
    for award in sorted(awards(quarter), key=lambda a: (a.day, a.number)):
        day = first + timedelta(days=award.day)
        rows.append((award.number, str(quarter), day, NAMES[award.place], award.age, award.dollars, award.status))
    at = sent_on(10, quarter.months[2])
    yield Delivery(f"foundation/awards_{quarter}.xlsx", xlsx_bytes("Awards", rows, at), at)
