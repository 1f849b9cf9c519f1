"""The six partners who care for children: what they write each quarter, and how.

Each part says how its file is laid out; `partners.yml` says the same to Cairn. In the newest quarter the employers have
sent nothing yet, Head Start has renamed a column, and the school district has four faulty rows.
"""

from __future__ import annotations

from collections.abc import Iterator

from made_up.delivery import FORM, NAMES, Delivery, Row, form_rows, of_place, sent_on, summed
from made_up.formats import csv_bytes, xlsx_bytes
from made_up.sites import AGES, HOURS, NEWEST, PLACES, Quarter, Site, sites
from made_up.world import enrolled, extended, lead_teachers, operating, own_list

# -- the centre chain ---------------------------------------------------------------------------------

_ROOM = {"infant": 8, "toddler": 12, "preschool": 20, "five": 16}


def brightwater(quarter: Quarter) -> Iterator[Delivery]:
    rows: list[Row] = [
        ("Quarter", "Site", "Area", "Room", "Age group", "Licensed", "Enrolled", "Staffed", "Waiting",
         "Longer hours", "Before 7", "After 6", "Weekend")
    ]  # fmt: skip
    for site in sites(quarter, "brightwater"):
        rows += _room_rows(site, quarter)
    at = sent_on(10, quarter.months[2])
    yield Delivery(f"brightwater/rooms_{quarter}.csv", csv_bytes(rows), at)


def _room_rows(site: Site, quarter: Quarter) -> Iterator[Row]:
    """A row for each room; the site's longer hours are filled room by room."""
    left = [extended(site, quarter), *(extended(site, quarter, hour) for hour in HOURS)]
    for age, *numbers in zip(
        AGES,
        site.licensed(quarter),
        enrolled(site, quarter),
        operating(site, quarter),
        own_list(site, quarter),
        strict=True,
    ):
        rooms = -(-numbers[0] // _ROOM[age])
        for room, parts in enumerate(zip(*(_split(n, rooms) for n in numbers), strict=True), 1):
            longer = [min(n, parts[2]) for n in left]
            left = [n - taken for n, taken in zip(left, longer, strict=True)]
            name = f"{age.capitalize()} {room}"
            yield f"Q{quarter.number} {quarter.year}", site.name, NAMES[site.place], name, age, *parts, *longer


def _split(total: int, parts: int) -> list[int]:
    """``total`` in nearly equal parts, the larger ones first."""
    return [total // parts + (n < total % parts) for n in range(parts)]


# -- the family homes ---------------------------------------------------------------------------------


def home_network(quarter: Quarter) -> Iterator[Delivery]:
    rows: list[Row] = [
        ("Riverbend Family Child Care Network",),
        (f"All member homes on the last Friday of {quarter}",),
        (
            "Community", "Homes", "Licensed", *(f"Enrolled {age}" for age in AGES),
            *(f"Can care for {age}" for age in AGES), *(f"Waiting {age}" for age in AGES),
            "Open longer", *(f"Open longer: {hour}" for hour in HOURS),
        ),
    ]  # fmt: skip
    numbers = []
    for place, homes in of_place(quarter, "home_network"):
        numbers.append([
            len(homes), sum(sum(home.licensed(quarter)) for home in homes),
            *summed(enrolled(home, quarter) for home in homes), *summed(operating(home, quarter) for home in homes),
            *summed(own_list(home, quarter) for home in homes), sum(extended(home, quarter) for home in homes),
            *(sum(extended(home, quarter, hour) for home in homes) for hour in HOURS),
        ])  # fmt: skip
        rows.append((NAMES[place], *numbers[-1]))
    rows.append(("Total", *map(sum, zip(*numbers, strict=True))))
    at = sent_on(20, quarter.months[2])
    path = f"home_network/family-homes_{quarter.year}-Q{quarter.number}.xlsx"
    yield Delivery(path, xlsx_bytes("Homes", rows, at), at)


# -- Head Start ---------------------------------------------------------------------------------------


def head_start(quarter: Quarter) -> Iterator[Delivery]:
    at = sent_on(10, quarter.months[2])
    rows: list[Row] = [
        ("Quarter", "Community", "Age group", "Children enrolled", "Operating spots", "Children waiting")
    ]
    for place, found in of_place(quarter, "head_start"):
        kinds = [summed(of(site, quarter) for site in found) for of in (enrolled, operating, own_list)]
        rows += [(str(quarter), NAMES[place], age, *(kind[n] for kind in kinds)) for n, age in enumerate(AGES)]
    yield Delivery(f"head_start/enrolment_{quarter}.xlsx", xlsx_bytes("Enrolment", rows, at), at)

    # A new clerk tidied the headings in the newest quarter: this workbook will be refused.
    credential = "Lead teachers with credential" if quarter == NEWEST else "Lead teachers with a current credential"
    rows = [("Quarter", "Community", "Lead teachers", credential)]
    teachers = [t for t in lead_teachers(quarter) if t.site.partner == "head_start"]
    for place in PLACES:
        here = [t.certified for t in teachers if t.site.place == place]
        rows.append((str(quarter), NAMES[place], len(here), sum(here)))
    yield Delivery(f"head_start/staff_{quarter}.xlsx", xlsx_bytes("Staff", rows, at), at)


# -- the parents' co-op -------------------------------------------------------------------------------

_AGE_KOREAN = ("영아 (0~11개월)", "걸음마기 (12~35개월)", "유아 (36~59개월)", "만 5세")


def parent_coop(quarter: Quarter) -> Iterator[Delivery]:
    for site in sites(quarter, "parent_coop"):
        rows: list[Row] = [("분기", "연령", "재원 아동", "운영 정원", "대기 아동")]
        numbers = zip(enrolled(site, quarter), operating(site, quarter), own_list(site, quarter), strict=True)
        name = f"{quarter.year}년 {quarter.number}분기"
        rows += [(name, age, *found) for age, found in zip(_AGE_KOREAN, numbers, strict=True)]
        at = sent_on(20, quarter.months[2])
        yield Delivery(f"parent_coop/현황_{quarter}.csv", csv_bytes(rows, encoding="cp949"), at)


# -- the school district ------------------------------------------------------------------------------


def schools(quarter: Quarter) -> Iterator[Delivery]:
    rows: list[Row] = [FORM]
    ages = ("preschool", "five")
    teachers = [t for t in lead_teachers(quarter) if t.site.partner == "schools"]
    for place, found in of_place(quarter, "schools"):
        rows += form_rows(quarter, place, found, ages)
        waiting = summed(own_list(site, quarter) for site in found)
        rows += [(quarter, NAMES[place], "waiting", age, waiting[AGES.index(age)]) for age in ages]
        here = [t.certified for t in teachers if t.site.place == place]
        rows.append((quarter, NAMES[place], "lead teachers", "pre-k", len(here)))
        rows.append((quarter, NAMES[place], "with credential", "pre-k", sum(here)))
    if quarter == NEWEST:
        rows = _with_faults(rows)
    at = sent_on(10, quarter.months[2])
    yield Delivery(f"schools/prek_form_{quarter}.csv", csv_bytes(rows), at)


def _with_faults(rows: list[Row]) -> list[Row]:
    """A text where a number belongs, one number given twice, a place outside the valley."""
    faulty: list[Row] = []
    for row in rows:
        match row[1:4]:
            case ("Pine Ridge", "enrolled", "five"):
                faulty.append((*row[:4], "three or four"))
            case ("Old Mill", "waiting", "five"):
                faulty += [row, (*row[:4], int(str(row[4])) + 2)]
            case _:
                faulty.append(row)
    return [*faulty, (NEWEST, "Lakeside", "enrolled", "preschool", 11)]


# -- the employers ------------------------------------------------------------------------------------


def employers(quarter: Quarter) -> Iterator[Delivery]:
    if quarter == NEWEST:
        return  # late
    rows: list[Row] = [
        ("Quarter", "Worksite", "Community", "Age", "Reserved spots", "Enrolled",
         "Longer hours", "Early", "Evening", "Weekend")
    ]  # fmt: skip
    for site in sites(quarter, "employers"):
        hours = ["x" if site.hours else "", *("x" if hour in site.hours else "" for hour in HOURS)]
        for age, spots, children in zip(AGES, operating(site, quarter), enrolled(site, quarter), strict=True):
            rows.append((str(quarter), site.name, NAMES[site.place], age, spots, children, *hours))
    at = sent_on(20, quarter.months[2])
    yield Delivery(f"employers/worksites {quarter}.xlsx", xlsx_bytes("Worksites", rows, at), at)
