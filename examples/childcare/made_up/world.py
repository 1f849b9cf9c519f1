"""What happens in the valley: spots filled, children enrolled, teachers certified, prices paid.

Every number is asked for by name (site, quarter, age) and drawn by that name, so the order of questions changes
nothing, and what two partners say about the same thing is the same. Population comes from the reference series
beside the agenda; nothing here is data about anybody.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from math import ceil
from pathlib import Path

from made_up.sites import AGES, FIRST, PLACES, TRACTS, Quarter, Rooms, Site, chance, sites

REFERENCE = Path(__file__).parent.parent / "reference"


# -- spots and children -------------------------------------------------------------------------------

_STAFFED = {"centre": 0.665, "home": 0.80, "head_start": 0.84, "school": 0.92, "coop": 0.88}
_SUMMER = {2025: {"head_start": 0.82, "school": 0.62}, 2026: {"head_start": 0.90, "school": 0.62}}  # rooms open in June
_FILLED = {"infant": 0.95, "toddler": 0.92, "preschool": 0.87, "five": 0.88}


@cache
def operating(site: Site, quarter: Quarter) -> Rooms:
    """Spots by age that the staff of the day can fill. Staffing improves slowly, infant rooms fastest of all."""
    own = chance("staff", site.licence).uniform(-0.09, 0.09)
    draw = chance("staff", site.licence, quarter)
    found = []
    for age, spots in zip(AGES, site.licensed(quarter), strict=True):
        staffed = _STAFFED[site.setting] + own + 0.005 * quarter.step + draw.uniform(-0.02, 0.02)
        if age == "infant":
            staffed += -0.10 + 0.019 * quarter.step
        if quarter.number == 2 and age in ("preschool", "five"):
            staffed *= _SUMMER[quarter.year].get(site.setting, 1.0)
        found.append(min(spots, round(spots * staffed)))
    return tuple(found)


@cache
def enrolled(site: Site, quarter: Quarter) -> Rooms:
    """Children by age. In September the five-year-olds have left for school and their places fill slowly."""
    draw = chance("children", site.licence, quarter)
    found = []
    for age, spots in zip(AGES, operating(site, quarter), strict=True):
        filled = _FILLED[age] + 0.004 * quarter.step + draw.uniform(-0.05, 0.05)
        if age == "five" and quarter.number == 3:
            filled -= 0.24
        found.append(min(spots, round(spots * filled)))
    return tuple(found)


def extended(site: Site, quarter: Quarter, hour: str | None = None) -> int:
    """Operating spots open at an hour; without one, at any of them. Centres keep only some rooms open longer."""
    share = 1.0 if site.setting == "home" or site.partner == "employers" else 0.24 + 0.012 * quarter.step
    is_longer = bool(site.hours) if hour is None else hour in site.hours
    return round(sum(operating(site, quarter)) * share) if is_longer else 0


def stars(site: Site, quarter: Quarter) -> int | None:
    """The site's rating; None where it has none, as in its first year. Ratings rise as sites are coached."""
    is_new = site.opens > FIRST and quarter.step - site.opens.step < 4
    if is_new and site.setting != "coop":  # the co-op brought its stars along from two years in a church hall
        return None
    luck = chance("stars", site.licence).random()
    good = {"centre": 0.34, "home": 0.16, "head_start": 0.85, "school": 0.75, "coop": 1.0}[site.setting]
    good += 0.016 * quarter.step if site.setting in ("centre", "home") else 0.0
    if luck < good:
        return 5 if luck < good / 3 else 4
    return 3 if luck < good + 0.25 else 2 if luck < good + 0.38 else None


def waiting_list(place: str, quarter: Quarter) -> dict[str, int]:
    """Children on the valley's common list by age: a share of those whose parents work and who have no place."""
    season = {2: 1.08, 3: 0.9}.get(quarter.number, 1.0)
    open_sites = [enrolled(site, quarter) for site in sites(quarter) if site.place == place]
    found = {}
    for position, (age, share) in enumerate(zip(AGES, (0.38, 0.21, 0.11, 0.08), strict=True)):
        in_care = sum(spots[position] for spots in open_sites)
        without = reference("children_working_families", place, quarter.year, age) - in_care
        pace = share * (1 - 0.022 * quarter.step) * season * chance("list", place, age, quarter).uniform(0.94, 1.06)
        found[age] = max(0, round(without * pace))
    return found


def own_list(site: Site, quarter: Quarter) -> Rooms:
    """Children on a site's own list by age; many of them are on the common list too."""
    draw = chance("own list", site.licence, quarter)
    most = (8, 7, 3, 1) if site.setting == "centre" else (2, 3, 9, 2) if sum(site.rooms) > 12 else (1, 1, 0, 0)
    fewer = 1 - 0.03 * quarter.step
    return tuple(
        round(draw.uniform(0.5, 1.5) * n * fewer) if spots else 0
        for n, spots in zip(most, site.licensed(quarter), strict=True)
    )


# -- teachers -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Teacher:
    number: str
    site: Site
    certified: bool


def lead_teachers(quarter: Quarter) -> Iterator[Teacher]:
    """Everyone who leads a room. A teacher gains the credential once and keeps it; few let it lapse."""
    share, pace = (
        {"centre": 0.64, "home": 0.52, "head_start": 0.80, "school": 0.97, "coop": 0.66},
        {"centre": 0.013, "home": 0.011, "head_start": 0.008, "school": 0.0, "coop": 0.02},
    )
    for site in sites(quarter):
        rooms = 1 if site.setting == "home" else ceil(sum(site.licensed(quarter)) / 15)
        for room in range(rooms):
            luck = chance("teacher", site.licence, room).random()
            certified = luck < share[site.setting] + pace[site.setting] * quarter.step
            yield Teacher(f"R{int(site.licence[-3:]):03d}-{room + 1}", site, certified)


# -- money --------------------------------------------------------------------------------------------

_PRICE = {"infant": 16200, "toddler": 14500, "preschool": 12600, "five": 12000}
_PRICE_HERE = dict(zip(PLACES, (1.10, 1.08, 0.96, 0.98, 0.86, 0.85), strict=True))
_INCOME = dict(zip(PLACES, (80300, 81900, 68400, 71200, 57600, 60900), strict=True))
_SUBSIDY_HERE = dict(zip(PLACES, (0.03, 0.02, 0.0, -0.01, 0.02, -0.08), strict=True))


def median_income(place: str, year: int) -> int:
    """Median family income in dollars: last year's, as the survey has it."""
    return round(_INCOME[place] * 1.027 ** (year - 2024))


def weekly_price(site: Site, quarter: Quarter, age: str) -> int | None:
    """Cents for a week of full-time care; None where care is free or has no list price."""
    factor = {"centre": 1.0, "home": 0.80, "coop": 0.87}.get(site.setting)
    if factor is None or site.partner == "employers":
        return None
    rises = quarter.step // 2 + quarter.step % 2  # prices change in January and July
    own = chance("price", site.licence).uniform(0.95, 1.05)
    yearly = _PRICE[age] * _PRICE_HERE[site.place] * factor * own * 1.038**rises
    return round(yearly / 52 * 100 / 5) * 5


def subsidised(place: str, age: str, quarter: Quarter, month: int) -> int:
    """Children with a subsidy in the quarter's month (0, 1, 2)."""
    steps = quarter.step + (month - 2) / 3
    luck = chance("subsidy", place, age, quarter, month).uniform(-0.008, 0.008)
    share = 0.285 + _SUBSIDY_HERE[place] + (0.04 if age in ("toddler", "preschool") else -0.03) + 0.0085 * steps + luck
    return round(reference("children_eligible", place, quarter.year, age) * share)


# -- people and tracts --------------------------------------------------------------------------------


@cache
def _series(name: str) -> dict[tuple[str, ...], int]:
    with (REFERENCE / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        rows = csv.DictReader(stream)
        return {tuple(v for k, v in row.items() if k != "value"): int(row["value"]) for row in rows}


def reference(name: str, place: str, year: int, *members: str) -> int:
    """A number of the reference series beside the agenda."""
    return _series(name)[(place, str(year), *members)]


def tracts(place: str, quarter: Quarter) -> Iterator[tuple[str, int, int]]:
    """Each census tract of a place: its number, its children under five, its licensed spots."""
    count = TRACTS[place]
    weights = [chance("tract", place, n).uniform(0.6, 1.4) for n in range(count)]
    weights[-1] = 0.12 if count > 4 else weights[-1]  # the outermost tracts of the towns are nearly empty
    children = reference("children_under_five", place, quarter.year)
    shares = [int(children * weight / sum(weights)) for weight in weights]
    shares[0] += children - sum(shares)
    for number, under_five in enumerate(shares):
        spots = sum(sum(s.licensed(quarter)) for s in sites(quarter) if s.place == place and s.tract == number)
        yield f"99001{PLACES.index(place) + 1:02d}{number + 1:02d}00", under_five, spots


# -- help that is asked for and given -----------------------------------------------------------------


@dataclass(frozen=True)
class Award:
    number: str
    place: str
    age: str
    status: str
    day: int  # of the quarter, from 0
    dollars: int


def awards(quarter: Quarter) -> Iterator[Award]:
    """The foundation's scholarships: most before the school year, more each year as the fund grows."""
    many = {1: 44, 2: 52, 3: 88, 4: 62}[quarter.number] * {2024: 1.0, 2025: 1.22, 2026: 1.5}[quarter.year]
    for number in range(round(many * chance("fund", quarter).uniform(1.08, 1.16))):
        draw = chance("award", quarter, number)
        place = draw.choices(PLACES, (20, 16, 20, 18, 17, 9))[0]
        age = draw.choices(AGES, (20, 36, 34, 10))[0]
        status = draw.choices(("Paid", "Pledged", "Returned"), (90, 7, 3))[0]
        yield Award(f"A{quarter.year % 100}{quarter.number}-{number + 1:03d}", place, age, status,
                    draw.randrange(88), draw.randrange(12, 37) * 50)  # fmt: skip


@dataclass(frozen=True)
class Visit:
    child: str
    place: str
    age: str
    needs_care: bool
    found_place: bool
    day: int


def visits(quarter: Quarter) -> Iterator[Visit]:
    """Children about whom the clinic asked at a check-up; some come twice."""
    for place, children in zip(PLACES, (26, 22, 24, 20, 27, 14), strict=True):
        for number in range(children):
            draw = chance("visit", quarter, place, number)
            child = f"c-{draw.randrange(16**6):06x}"
            age = draw.choices(AGES, (40, 32, 20, 8))[0]
            needs = draw.random() < 0.62
            found = needs and draw.random() < 0.34 + 0.02 * quarter.step
            day = draw.randrange(60)
            yield Visit(child, place, age, needs, found, day)
            if draw.random() < 0.08:
                yield Visit(child, place, age, needs, found, day + 20)
