"""The valley of the example: its communities, its census tracts, and every site that is licensed to care for children.

The list is written by hand where it tells a story (which room opened when, which centre closed) and drawn for the
family homes. What happens in the sites is `made_up.world`'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from random import Random

SEED = 20261021
AGES = ("infant", "toddler", "preschool", "five")
PLACES = ("harbor", "northside", "old_mill", "south_valley", "east_flats", "pine_ridge")
HOURS = ("early", "evening", "weekend")

Rooms = tuple[int, ...]
"""Licensed spots by age, in the order of AGES."""


@dataclass(frozen=True, order=True)
class Quarter:
    year: int
    number: int

    @property
    def step(self) -> int:
        """Quarters since the first one, 2024Q4."""
        return (self.year - 2024) * 4 + self.number - 4

    @property
    def months(self) -> tuple[str, ...]:
        first = 3 * self.number - 2
        return tuple(f"{self.year}-{month:02d}" for month in (first, first + 1, first + 2))

    def __str__(self) -> str:
        return f"{self.year}Q{self.number}"


QUARTERS = tuple(Quarter(2024 + (n + 3) // 4, (n + 3) % 4 + 1) for n in range(8))
FIRST, NEWEST = QUARTERS[0], QUARTERS[-1]


@dataclass(frozen=True)
class Site:
    """A licensed place of care. ``added`` are rooms opened later: (quarter, spots by age)."""

    licence: str
    name: str
    place: str
    setting: str
    partner: str | None  # none: it belongs to no partner, and the referral agency calls it
    rooms: Rooms
    tract: int  # which of the place's census tracts
    hours: frozenset[str] = frozenset()
    added: tuple[tuple[Quarter, Rooms], ...] = ()
    opens: Quarter = FIRST
    closes: Quarter | None = None

    def is_open(self, quarter: Quarter) -> bool:
        return self.opens <= quarter and (self.closes is None or quarter < self.closes)

    def licensed(self, quarter: Quarter) -> Rooms:
        rooms = [self.rooms, *(spots for when, spots in self.added if when <= quarter)]
        return tuple(map(sum, zip(*rooms, strict=True)))


def chance(*name: object) -> Random:
    """The random numbers that belong to ``name``: the same at every call, in every run."""
    return Random("/".join(map(str, (SEED, *name))))


# -- sites --------------------------------------------------------------------------------------------

Q = Quarter

# What has changed since the first quarter; the stories tell why.
_NEW_ROOMS: dict[str, tuple[tuple[Quarter, Rooms], ...]] = {
    "Brightwater Mill Race": ((Q(2025, 2), (0, 10, 0, 0)), (Q(2026, 3), (8, 10, 0, 0))),
    "Brightwater Lighthouse": ((Q(2025, 3), (0, 10, 0, 0)),),
    "Brightwater Flats": ((Q(2026, 1), (8, 0, 0, 0)),),
    "First Steps Northside": ((Q(2026, 2), (4, 0, 0, 0)),),
    "Brightwater Quay": ((Q(2026, 3), (8, 0, 0, 0)),),
}
_OPENED = {"Hana–Heping Parent Co-op": Q(2025, 2), "Cannery Row Nursery": Q(2025, 4), "Cedar Hollow": Q(2026, 3)}
_CLOSED = {"Cooper's Yard": Q(2025, 4)}

_SITES = [  # partner, name, place, rooms, tract, hours
    ("brightwater", "Brightwater Quay", "harbor", (8, 20, 38, 14), 0, "early"),
    ("brightwater", "Brightwater Customs House", "harbor", (8, 24, 42, 14), 1, "early evening"),
    ("brightwater", "Brightwater Lighthouse", "harbor", (6, 18, 40, 14), 1, ""),
    ("brightwater", "Brightwater North Gate", "northside", (8, 22, 44, 16), 0, "early"),
    ("brightwater", "Brightwater College Hill", "northside", (6, 18, 34, 10), 2, ""),
    ("brightwater", "Brightwater Mill Race", "old_mill", (8, 20, 40, 14), 0, "evening"),
    ("brightwater", "Brightwater Weir", "old_mill", (6, 16, 30, 10), 1, ""),
    ("brightwater", "Brightwater Orchard", "south_valley", (6, 18, 36, 12), 0, "early"),
    ("brightwater", "Brightwater Flats", "east_flats", (4, 12, 24, 8), 0, ""),
    (None, "Little Anchors", "harbor", (12, 30, 46, 14), 0, ""),
    (None, "Gull Street Nursery", "harbor", (10, 24, 38, 10), 2, ""),
    (None, "The Sandbox", "harbor", (6, 18, 34, 10), 1, "early"),
    (None, "Pier School", "harbor", (0, 18, 50, 16), 3, ""),
    (None, "Northside Montessori", "northside", (0, 18, 46, 18), 0, ""),
    (None, "Sunny Porch", "northside", (6, 14, 24, 8), 1, ""),
    (None, "First Steps Northside", "northside", (8, 16, 26, 8), 2, ""),
    (None, "Millstone Children's House", "old_mill", (4, 14, 30, 10), 0, ""),
    (None, "Cooper's Yard", "old_mill", (6, 12, 20, 6), 2, ""),
    (None, "Grace Church Preschool", "old_mill", (0, 8, 32, 12), 1, ""),
    (None, "Valley Kids", "south_valley", (4, 14, 24, 8), 0, ""),
    (None, "Pear Tree House", "south_valley", (4, 10, 18, 6), 1, ""),
    (None, "St. Anne's Nursery", "south_valley", (0, 10, 24, 8), 0, ""),
    (None, "Flats Community Nursery", "east_flats", (4, 10, 16, 4), 1, ""),
    (None, "Ridge Road Early Learning", "pine_ridge", (4, 10, 16, 4), 0, ""),
    (None, "Cedar Hollow", "pine_ridge", (10, 16, 20, 6), 2, ""),
    ("employers", "Mercy Hospital Children's Centre", "harbor", (10, 20, 18, 6), 2, "early evening weekend"),
    ("employers", "Northside Depot Nursery", "northside", (6, 14, 12, 4), 3, "early evening"),
    ("employers", "Cannery Row Nursery", "south_valley", (8, 16, 12, 4), 2, "early"),
    ("head_start", "Head Start Wharf Street", "harbor", (0, 8, 34, 6), 3, ""),
    ("head_start", "Head Start Northside", "northside", (0, 8, 32, 4), 1, ""),
    ("head_start", "Head Start Old Mill", "old_mill", (8, 8, 34, 6), 1, ""),
    ("head_start", "Head Start South Valley", "south_valley", (0, 8, 32, 6), 1, ""),
    ("head_start", "Head Start East Flats", "east_flats", (6, 8, 24, 4), 0, ""),
    ("head_start", "Head Start Levee", "east_flats", (0, 6, 16, 2), 2, ""),
    ("head_start", "Head Start Pine Ridge", "pine_ridge", (0, 6, 18, 4), 0, ""),
    ("schools", "Harbor Elementary", "harbor", (0, 0, 28, 12), 0, "evening"),
    ("schools", "Bayview Elementary", "harbor", (0, 0, 28, 10), 2, ""),
    ("schools", "Northside Elementary", "northside", (0, 0, 28, 12), 1, "evening"),
    ("schools", "Franklin Elementary", "northside", (0, 0, 26, 10), 2, ""),
    ("schools", "Old Mill Elementary", "old_mill", (0, 0, 28, 10), 0, ""),
    ("schools", "Valley View Elementary", "south_valley", (0, 0, 28, 12), 1, ""),
    ("schools", "East Flats Elementary", "east_flats", (0, 0, 22, 8), 1, ""),
    ("schools", "Ridgeline Elementary", "pine_ridge", (0, 0, 16, 6), 0, ""),
    ("parent_coop", "Hana–Heping Parent Co-op", "northside", (0, 8, 12, 4), 1, ""),
]
_SETTING = {"head_start": "head_start", "schools": "school", "parent_coop": "coop"}  # of the others: centre

_HOMES = {  # place: (homes in the network, others); then when later ones of the network opened
    "harbor": (6, 5, ()),
    "northside": (7, 5, ()),
    "old_mill": (6, 4, (Q(2026, 1),)),
    "south_valley": (6, 4, (Q(2026, 2),)),
    "east_flats": (5, 3, (Q(2026, 2), Q(2026, 3))),
    "pine_ridge": (4, 2, (Q(2025, 3), Q(2025, 3))),
}
TRACTS = {"harbor": 6, "northside": 5, "old_mill": 4, "south_valley": 4, "east_flats": 4, "pine_ridge": 3}


@cache
def all_sites() -> tuple[Site, ...]:
    """Every site that was ever licensed, in the order of licences."""
    found: list[Site] = []
    for partner, name, place, rooms, tract, hours in _SITES:
        setting = _SETTING.get(partner or "", "centre")
        licence = f"99-C-{101 + len(found):04d}" if setting == "centre" else f"99-P-{201 + len(found):04d}"
        site = Site(licence, name, place, setting, partner, rooms, tract, frozenset(hours.split()))
        opens, closes = _OPENED.get(name, FIRST), _CLOSED.get(name)
        found.append(replace(site, added=_NEW_ROOMS.get(name, ()), opens=opens, closes=closes))
    for place, (members, others, later) in _HOMES.items():
        openings = [(True, FIRST)] * members + [(True, quarter) for quarter in later] + [(False, FIRST)] * others
        for number, (in_network, opens) in enumerate(openings):
            found.append(_home(f"99-H-{301 + len(found):04d}", place, number, in_network, opens))
    return tuple(found)


def _home(licence: str, place: str, number: int, in_network: bool, opens: Quarter) -> Site:
    draw = chance("home", place, number)
    rooms = draw.choice(((2, 3, 2, 1), (2, 3, 3, 0), (1, 3, 3, 1), (2, 2, 2, 0)))
    hours = frozenset(hour for hour, share in zip(HOURS, (0.22, 0.12, 0.06), strict=True) if draw.random() < share)
    tract = min(int(draw.random() ** 1.6 * TRACTS[place]), TRACTS[place] - 1)  # most lie near the middle of town
    partner = "home_network" if in_network else None
    return Site(licence, f"Home {licence[-3:]}", place, "home", partner, rooms, tract, hours, opens=opens)


def sites(quarter: Quarter, partner: str | None = "any") -> Iterator[Site]:
    """The sites open in a quarter: all, one partner's, or (None) those that belong to no partner."""
    for site in all_sites():
        if site.is_open(quarter) and partner in ("any", site.partner):
            yield site
