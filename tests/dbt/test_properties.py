"""What no accident of delivery may change: the split into partners and files, the order of arrival, repeats, what comes
later."""

from __future__ import annotations

import tempfile
import zlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from agenda.folder import Folder
from agenda.lint import read
from agenda.model import Place
from agenda.store import FolderStore
from agenda.tables import agenda_tables
from flows.revisions import Replay
from flows.warehouse import warehouse_key
from sources.lake import Lake as StoredLake
from tests.dbt.conftest import INITIATIVE
from tests.dbt.lake_fixture import Lake, Reading, Row
from tests.dbt.test_rules import PARTNERS, PERIODS, PLACES, SPLITS

ONCE = ("2025-07", "2025-08", "2025-09")
"""The months that east, which became a part of south then, was there."""


def _with_a_merge(folder: Folder) -> Folder:
    east = Place(id="east", name="East", level="county", parent="state", since=ONCE[0], until=ONCE[-1], into="south")
    return replace(folder, agenda=folder.agenda.model_copy(update={"places": (*folder.agenda.places, east)}))


FOLDER: Folder = _with_a_merge(read(INITIATIVE))
INDICATORS = [indicator.id for indicator in FOLDER.agenda.indicators]
MODELS = {measure.id: measure.model.of for measure in FOLDER.agenda.measures if measure.model is not None}
START = datetime(2026, 1, 1, tzinfo=UTC)
END = START + timedelta(days=1000)

Values = dict[tuple[str, str, str], tuple[Any, ...]]
"""By period, place and members: value, numerator, denominator, bounds, status and reporters."""

Key = tuple[str, str, str, str]
"""Measure, period, place and members."""


def keys_of(indicator: str) -> st.SearchStrategy[Key]:
    """What the indicator is made of and shown by, so that no example is about nothing."""
    asked = next(one for one in FOLDER.agenda.indicators if one.id == indicator)
    made_of = {id_ for term in asked.formula.terms for id_ in MODELS.get(term.measure, (term.measure,))} - REFERENCE
    periods = [period for period in PERIODS if period != "2026" or "year" in asked.periods]

    def splits(measure: str) -> list[str]:
        found = SPLITS.get(measure, [""])
        return [split for split in found if "age" in split] if asked.formula.standard else found

    times = st.tuples(st.sampled_from(periods), st.sampled_from(PLACES))
    times |= st.tuples(st.sampled_from(ONCE), st.just("east"))
    return st.sampled_from(sorted(made_of)).flatmap(
        lambda measure: st.tuples(st.just(measure), times, st.sampled_from(splits(measure))).map(
            lambda drawn: (drawn[0], *drawn[1], drawn[2])
        )
    )


REFERENCE = {series.id for series in FOLDER.agenda.reference}


def linked(rows: Iterable[Row]) -> dict[Key, set[int]]:
    """Who is in the numbers of people that come with hashes: always the same of the same row, and some in several."""
    return {
        (measure, *of): {zlib.crc32(f"{of}{n}".encode()) % 40 for n in range(min(int(value) // 2, 6))}
        for measure, *of, value in rows
        if measure == "reached" and isinstance(value, Decimal)
    }


numbers = st.integers(0, 4000).map(lambda quarters: Decimal(quarters) / 4)
amounts = numbers | numbers | numbers | st.sampled_from("MOQ")
"""Numbers; and not applicable, missing, suppressed."""
modest = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]}


def values_of(readings: Iterable[tuple[datetime, Reading]], indicator: str, at: datetime = END) -> Values:
    """The indicator's values as of a moment, where each reading arrived at its own; written in the order given."""
    with tempfile.TemporaryDirectory() as folder:
        lake = Lake(Path(folder) / "lake", FOLDER.initiative.calendar)
        lake.now = START - timedelta(days=1)
        lake.land_agenda(FOLDER)
        for moment, reading in readings:
            lake.now = moment
            lake.deliver(reading)
        return replayed(lake, indicator, at)


def replayed(lake: Lake, indicator: str, at: datetime) -> Values:
    replay = Replay(lake.path, StoredLake(FolderStore(lake.path.parent)).manifests(), indicator)
    assert replay.run(at)
    rows = replay.connection.execute(
        """select period, place, members, value, numerator, denominator, lower, upper, status, expected_reporters,
            actual_reporters from ind_values"""
    ).fetchall()
    replay.connection.close()
    return {(period, place, members): tuple(rest) for period, place, members, *rest in rows}


def in_days(readings: Sequence[Reading]) -> list[tuple[datetime, Reading]]:
    return [(START + timedelta(days=day), reading) for day, reading in enumerate(readings)]


@settings(max_examples=12, **modest)  # type: ignore[arg-type]
@given(st.sampled_from(INDICATORS), st.data())
def test_any_split_into_files_any_order_and_any_repeats_give_the_same_values(
    indicator: str, data: st.DataObject
) -> None:
    given_ = st.dictionaries(st.tuples(st.sampled_from(PARTNERS), keys_of(indicator)), amounts, min_size=1, max_size=25)
    reported = data.draw(given_, label="reported")

    def files(of: dict[tuple[str, int], list[Row]]) -> list[Reading]:
        return [
            Reading(f"{p}-{n}", p, rows, layout=f"l{n % 2}", mode="updates", people=linked(rows))
            for (p, n), rows in of.items()
        ]

    whole: dict[tuple[str, int], list[Row]] = defaultdict(list)
    split: dict[tuple[str, int], list[Row]] = defaultdict(list)
    for (partner, key), value in reported.items():
        whole[partner, 0].append((*key, value))
        split[partner, data.draw(st.integers(0, 4), label="file")].append((*key, value))
    pieces = files(split)
    repeats = data.draw(st.lists(st.sampled_from(pieces), max_size=4), label="repeats")
    arriving = data.draw(st.permutations([*pieces, *repeats]), label="order")
    found = values_of(in_days(arriving), indicator)
    assert found == values_of(in_days(files(whole)), indicator)
    assert found


MONTHS = ["2025-07", "2025-08", "2025-09"]
GROUPS = {"awards": ["age=infant", "age=toddler"], "enrolled": ["age=infant", "age=toddler"], "staff": [""]}
NEEDED = {
    "awards_paid": "awards", "net_awards": "awards", "staff_mean": "staff", "enrolled_children": "enrolled",
    "uptake": "enrolled", "infant_share": "enrolled",
}  # fmt: skip
AREAS = ["south", "harbor", "east"]
"""None lies in another, of which one number would stand for both if one partner gave them."""
TWO = tuple(zip(AREAS, PARTNERS, strict=False))
"""Two partners, whose thirds must come to two thirds."""


@settings(max_examples=8, **modest)  # type: ignore[arg-type]
@given(
    st.sampled_from(sorted(NEEDED)),
    st.dictionaries(
        st.sampled_from([(m, place, group) for m in GROUPS for place in AREAS for group in GROUPS[m]]),
        st.tuples(st.lists(numbers, min_size=3, max_size=3), st.lists(st.sampled_from(PARTNERS), min_size=3, max_size=3)),
        min_size=3,
    ),
)  # fmt: skip
@example("staff_mean", {("staff", place, ""): ([Decimal(1), Decimal(0), Decimal(0)], [who] * 3) for place, who in TWO})
def test_any_split_into_partners_gives_the_same_values(
    indicator: str, reported: dict[tuple[str, str, str], tuple[list[Decimal], list[str]]]
) -> None:
    """Of a flow each number may be another partner's; of a stock those of one place are one partner's."""
    whole: list[Row] = []
    split: dict[str, list[Row]] = defaultdict(list)
    for (measure, place, group), (values, partners) in reported.items():
        for month, value, partner in zip(MONTHS, values, partners, strict=True):
            whole.append((measure, month, place, group, value))
            split[partner if measure == "awards" else partners[0]].append(whole[-1])
    assume(NEEDED[indicator] in {measure for measure, *_ in reported})
    found = values_of(in_days([Reading(p, p, rows) for p, rows in split.items()]), indicator)
    one = values_of(in_days([Reading("all", "agency", whole)]), indicator)
    same = 5 if NEEDED[indicator] == "enrolled" else 6  # who owes children enrolled and sent none is said in the status
    assert {key: said[:same] for key, said in found.items()} == {key: said[:same] for key, said in one.items()}
    assert found


def readings_of(indicator: str, data: st.DataObject, at_most: int) -> list[Reading]:
    """Readings that contradict, replace and lose rows of one another."""
    made = []
    for number in range(data.draw(st.integers(2, at_most), label="files")):
        rows = data.draw(st.dictionaries(keys_of(indicator), amounts, min_size=1, max_size=8), label="rows")
        lost = data.draw(st.booleans(), label="loses")
        first, said = next(iter(rows)), [(*key, value) for key, value in rows.items()]
        made.append(
            Reading(
                f"r{number}", data.draw(st.sampled_from(PARTNERS)), said, people=linked(said),
                layout=data.draw(st.sampled_from("ab")), mode=data.draw(st.sampled_from(["replaces", "updates"])),
                rejected=[(first[0], first[1], None, None)] if lost else (), outcome="partial" if lost else "accepted",
            )
        )  # fmt: skip
    return made


@settings(max_examples=12, **modest)  # type: ignore[arg-type]
@given(st.sampled_from(INDICATORS), st.data())
def test_any_order_of_arrival_with_fixed_knowledge_times_gives_the_same_values(
    indicator: str, data: st.DataObject
) -> None:
    known = in_days(readings_of(indicator, data, 8))
    shuffled = data.draw(st.permutations(known), label="order")
    found = values_of(shuffled, indicator)
    assert found == values_of(known, indicator)
    assert found


@settings(max_examples=10, **modest)  # type: ignore[arg-type]
@given(st.sampled_from(INDICATORS), st.data())
def test_what_was_known_in_the_past_never_changes(indicator: str, data: st.DataObject) -> None:
    known = in_days(readings_of(indicator, data, 8))
    cut = data.draw(st.integers(1, len(known) - 1), label="known then")
    then = known[cut - 1][0]
    with tempfile.TemporaryDirectory() as folder:
        lake = Lake(Path(folder) / "lake", FOLDER.initiative.calendar, now=START - timedelta(days=1))
        lake.land_agenda(FOLDER)
        seen: list[tuple[Values, str]] = []
        for part in (known[:cut], known[cut:]):
            for moment, reading in part:
                lake.now = moment
                lake.deliver(reading)
            seen.append((replayed(lake, indicator, then), warehouse_key(lake.path, then)))
            lake.now = END  # later the agenda is another one, too: without a formula
            lake.commit(
                "agenda", agenda_tables(FOLDER) | {"agenda_terms": agenda_tables(FOLDER)["agenda_terms"][:0]}, []
            )
    assert seen[0] == seen[1]
    assert seen[0][0]


@settings(max_examples=10, **modest)  # type: ignore[arg-type]
@given(
    st.dictionaries(
        st.tuples(st.sampled_from(PARTNERS), st.sampled_from(["2025-07", "2025-09"]), st.sampled_from(AREAS)),
        st.tuples(st.sampled_from(["", "age", "setting", "age * setting"]), st.lists(numbers, min_size=4, max_size=4)),
        min_size=1, max_size=10,
    )
)  # fmt: skip
def test_groups_and_the_unassigned_add_up_to_the_total(
    reported: dict[tuple[str, str, str], tuple[str, list[Decimal]]],
) -> None:
    """Each report is split in its own way; what isn't split by a dimension is unassigned in it, and in the total."""
    ages, settings_ = ["age=infant", "age=toddler"], ["setting=center", "setting=home"]
    groups = {
        "": [""], "age": ages, "setting": settings_, "age * setting": [f"{a}|{s}" for a in ages for s in settings_],
    }  # fmt: skip
    rows: dict[str, list[Row]] = defaultdict(list)
    for (partner, month, place), (split, values) in reported.items():
        for members, value in zip(groups[split], values, strict=False):
            rows[partner].append(("enrolled", month, place, members, value))
    found = values_of(in_days([Reading(p, p, own) for p, own in rows.items()]), "enrolled_children")
    for month in {month for _, month, _ in reported}:
        total = found[month, "state", ""][1]
        assert total == sum((r[4] for own in rows.values() for r in own if r[1] == month), Decimal())
        for dimension in ("age", "setting", "age * setting"):
            has = [g for g in groups[dimension] if (month, "state", g) in found]
            shown = sum((found[month, "state", g][1] for g in has), Decimal())
            unassigned = sum(
                (value for (_, m, _), (split, values) in reported.items() if m == month
                 for _, value in zip(groups[split], values, strict=False)
                 if not set(dimension.split(" * ")) <= set(split.split(" * "))), Decimal(),
            )  # fmt: skip
            assert shown + unassigned == total, (month, dimension)


months = st.sampled_from(["2025-07", "2025-09", "2025-10"])
homes = st.tuples(st.sampled_from(["harbor", "south"]), st.sampled_from(["infant", "toddler"]))


@settings(max_examples=8, **modest)  # type: ignore[arg-type]
@given(
    st.dictionaries(
        st.tuples(st.sampled_from(PARTNERS), months, st.integers(1, 12)),
        st.tuples(st.booleans(), st.sets(homes, min_size=1)),
        min_size=1, max_size=40,
    ),
    st.sets(st.sampled_from(PARTNERS)),
)  # fmt: skip
def test_however_people_are_spread_over_partners_the_truth_is_inside_and_of_those_who_agreed_exact(
    spread: dict[tuple[str, str, int], tuple[bool, set[tuple[str, str]]]], hashing: set[str]
) -> None:
    """Who is on which partner's list in which month, whether they agreed, and where; only some partners hash.

    Within a list whoever has no hash stands once, as in every number that is added up over places and groups.
    """
    cells: dict[tuple[str, Row], tuple[set[int], set[int]]] = defaultdict(lambda: (set(), set()))
    everyone: dict[tuple[str, str, str], set[tuple[int, bool]]] = defaultdict(set)
    for (partner, month, person), (agreed, found) in spread.items():
        is_linked = agreed and partner in hashing
        for place, age in sorted(found)[: None if is_linked else 1]:
            of = cells[partner, ("reached", month, place, f"age={age}", None)]
            of[is_linked].add(person)
            for period in (month, *longer(month)):
                for ancestor in around(place):
                    for members in ("", f"age={age}"):
                        everyone[period, ancestor, members].add((person, is_linked))
    readings = [
        Reading(
            partner, partner,
            [(*row[:4], len(others) + len(linked)) for (p, row), (others, linked) in cells.items() if p == partner],
            people={row[:4]: linked for (p, row), (_, linked) in cells.items() if p == partner},
        )
        for partner in sorted({partner for partner, _ in cells})
    ]  # fmt: skip
    found = values_of(in_days(readings), "families_reached")
    for key, people in everyone.items():
        _, _, _, lower, upper, *_ = found[key]
        assert lower <= len({person for person, _ in people}) <= upper, key
        if all(is_linked for _, is_linked in people):
            assert lower == upper, key


def longer(month: str) -> Iterable[str]:
    """The quarter and the year that the month is in."""
    calendar = FOLDER.initiative.calendar
    return [key for key in ("2026Q1", "2026Q2", "2026") if calendar.parse(key).contains(calendar.parse(month))]


def around(place: str) -> Iterable[str]:
    parents = {each.id: each.parent for each in FOLDER.agenda.places}
    at: str | None = place
    while at is not None:
        yield at
        at = parents[at]
