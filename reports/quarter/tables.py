"""Everything the pages say about one quarter, frozen; `reports.marts` reads it.

Pages, charts and downloads look at a `Quarter` and at nothing else, so what disclosure control hides there is
hidden everywhere. Texts (names, definitions, targets) come from the initiative's folder; numbers from the marts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property

import polars as pl

from agenda.folder import Folder
from agenda.in_language import in_language
from agenda.indicators import Indicator
from agenda.lifetimes import lifetimes
from agenda.model import Goal, Partner, Place
from agenda.periods import Calendar, Period, PeriodType
from agenda.statuses import UNRELIABLE
from agenda.stories import Activity, Story
from agenda.versions import Version, versions
from reports.quarter.absence import absence
from reports.quarter.changes import Change, changes
from reports.quarter.reporters import Reporter, reporters
from reports.quarter.standings import Projection, Standing, projections, standings


@dataclass(frozen=True)
class Value:
    """One indicator value with everything that travels with it. Percents are fractions.

    ``status`` is SDMX OBS_STATUS: A normal, P provisional, U of a wide interval (or, without a value, too few to
    tell), other codes of numbers as they were reported; O not reported, L of too few partners, M cannot exist,
    Q suppressed by a partner, or withheld.
    ``expected`` and ``actual`` count the partners that owed the number and those that reported it.
    """

    indicator: str
    period: Period
    place: str
    breakdown: str
    members: str
    value: float | None
    numerator: Decimal | None
    denominator: Decimal | None
    lower: float | None
    upper: float | None
    status: str
    expected: int
    actual: int
    conf: str = "F"
    version: int = 1  # the definition it is by, counted from the oldest

    @property
    def is_withheld(self) -> bool:
        """Whether it is hidden to protect people; CONF_STATUS ``conf`` says why."""
        return self.conf != "F"

    @property
    def is_provisional(self) -> bool:
        return self.status == "P"

    @property
    def absence(self) -> str:
        return absence(self.status, self.conf, self.denominator)

    @property
    def parts(self) -> tuple[Decimal, Decimal] | None:
        """Numerator and denominator where they are shown in the place of a percent of too few."""
        if self.value is not None or self.absence != "few" or self.numerator is None or self.denominator is None:
            return None
        return self.numerator, self.denominator

    @property
    def is_wide(self) -> bool:
        """Whether its interval, or its bounds, are so wide that it is to be read with care."""
        return self.status == UNRELIABLE and self.width > 0

    @property
    def width(self) -> float:
        """How wide the interval is; 0 where there is none."""
        return 0.0 if self.lower is None or self.upper is None else self.upper - self.lower


@dataclass(frozen=True)
class Quarter:
    """One quarter of one initiative, as known at ``as_of``. Frames are sorted; see `reports.marts`."""

    folder: Folder
    period: Period
    as_of: datetime
    values: pl.DataFrame
    trends: pl.DataFrame
    standings: pl.DataFrame
    projections: pl.DataFrame
    cohorts: pl.DataFrame
    reporting: pl.DataFrame
    contributors: pl.DataFrame
    readings: pl.DataFrame
    findings: pl.DataFrame

    def in_language(self, language: str) -> Quarter:
        """The same numbers, with the initiative's texts in ``language``."""
        return (
            self
            if language == self.folder.initiative.language
            else replace(self, folder=in_language(self.folder, language))
        )

    # -- what the agenda says --------------------------------------------------------------------------

    @property
    def calendar(self) -> Calendar:
        return self.folder.initiative.calendar

    @property
    def story(self) -> Story:
        return self.folder.story(self.period.key)

    @cached_property
    def activities(self) -> tuple[Activity, ...]:
        """What partners did at any time in the quarter, in the order of the file."""
        parse = self.calendar.parse
        return tuple(
            activity
            for activity in self.folder.activities.activities
            if parse(activity.since).start < self.period.end
            and (activity.until is None or parse(activity.until).end > self.period.start)
        )

    @property
    def withheld(self) -> int:
        """How many of all values are hidden to protect people."""
        return self.values.filter(pl.col("conf_status") != "F").height

    @cached_property
    def indicators(self) -> Mapping[str, Indicator]:
        """By id, in the order of the goals; each by the definition that is in force for its shown period."""
        ids = (id_ for goal in self.folder.agenda.goals for id_ in goal.indicators)
        return {id_: self.version(id_).indicator.model_copy(update={"id": id_}) for id_ in ids}

    @cached_property
    def versions(self) -> Mapping[str, tuple[Version, ...]]:
        """The definitions of each indicator, the oldest first."""
        return {indicator.id: versions(indicator, self.calendar) for indicator in self.folder.agenda.indicators}

    def version(self, indicator: str, period: Period | None = None) -> Version:
        """The definition in force for the period, by default the shown one."""
        return next(v for v in reversed(self.versions[indicator]) if v.holds(period or self.shown_period(indicator)))

    @cached_property
    def goals(self) -> tuple[Goal, ...]:
        return self.folder.agenda.goals

    @cached_property
    def root(self) -> Place:
        """The place that holds all the others."""
        return next(place for place in self.folder.agenda.places if place.parent is None)

    @cached_property
    def levels(self) -> Mapping[str, tuple[Place, ...]]:
        """The places below the root that are there in the quarter, by their level, in the agenda's order."""
        lives = lifetimes(self.folder.agenda.places, self.calendar)
        levels: dict[str, list[Place]] = {}
        for place in self.folder.agenda.places:
            if place.parent is not None and lives[place.id].holds(self.period):
                levels.setdefault(place.level, []).append(place)
        return {level: tuple(places) for level, places in levels.items()}

    @cached_property
    def partners(self) -> Mapping[str, Partner]:
        return {partner.id: partner for partner in self.folder.partners.partners}

    def shown_period(self, indicator: str) -> Period:
        """The period an indicator is shown for: the quarter, or else its last month or year by then."""
        types = self.versions[indicator][-1].indicator.periods
        if "quarter" in types:
            return self.period
        type_: PeriodType = "month" if "month" in types else "year"
        last = self.calendar.containing(self.calendar.within(self.period, "month")[-1].start, type_)
        return last if last.end <= self.period.end else self.calendar.shift(last, -1)

    # -- what the marts say ----------------------------------------------------------------------------

    @cached_property
    def _index(self) -> Mapping[tuple[str, str, str, str, str, int], Value]:
        """Every value of the period type its indicator is shown by, by all of its definitions."""
        shown = pl.DataFrame(
            [(id_, self.shown_period(id_).type) for id_ in self.indicators],
            schema={"indicator": pl.String, "period_type": pl.String}, orient="row",
        )  # fmt: skip
        periods: dict[tuple[date, str], Period] = {}
        index = {}
        facts = ["place", "breakdown", "members", "value", "numerator", "denominator", "lower", "upper", "status",
                 "expected_reporters", "actual_reporters", "conf_status", "version"]  # fmt: skip
        rows = self.values.join(shown, on=["indicator", "period_type"])
        for row in rows.select("indicator", "period_start", "period_type", "period", *facts).iter_rows():
            indicator, start, type_, key, *rest = row
            if (start, type_) not in periods:
                periods[start, type_] = self.calendar.containing(start, type_)
            value = Value(indicator, periods[start, type_], *rest)
            index[indicator, key, value.place, value.breakdown, value.members, value.version] = value
        return index

    @cached_property
    def _in_force(self) -> Mapping[tuple[str, str], int]:
        """By indicator and period: the definition that the value is by."""
        rows = self.values.filter("is_in_force").select("indicator", "period", "version").unique()
        return {(indicator, period): version for indicator, period, version in rows.iter_rows()}

    def value(
        self, indicator: str, place: str | None = None, breakdown: str = "", members: str = "",
        period: str | None = None, version: int | None = None,
    ) -> Value | None:  # fmt: skip
        """The value, by default of the whole for the shown period by the definition in force; None where no row is."""
        key = period or self.shown_period(indicator).key
        by = version if version is not None else self._in_force.get((indicator, key), 1)
        return self._index.get((indicator, key, place or self.root.id, breakdown, members, by))

    def series(self, indicator: str) -> list[tuple[Period, Value | None]]:
        """The whole's value for each period from the first known to the shown one, gaps included."""
        last = self.shown_period(indicator)
        known = (v.period for v in self._index.values()
                 if (v.indicator, v.place, v.breakdown) == (indicator, self.root.id, "")
                 and self._in_force.get((indicator, v.period.key)) == v.version)  # fmt: skip
        return [(p, self.value(indicator, period=p.key)) for p in self.calendar.span(min(known, default=last), last)]

    def change(self, indicator: str, period: str | None = None) -> Change:
        """How the whole's value moved, by default that of the shown period."""
        return self._changes.get((indicator, period or self.shown_period(indicator).key), Change())

    def standing(self, indicator: str, place: str | None = None, breakdown: str = "", members: str = "") -> Standing:
        """Where the whole stands, or a place or group with a target of its own; of others nothing is known."""
        key = (indicator, self.shown_period(indicator).key, place or self.root.id, breakdown, members)
        return self._standings.get(key, Standing())

    def projection(self, indicator: str) -> Projection | None:
        """Where the whole would come to at its pace; None where its numbers bear no projection."""
        return self._projections.get((indicator, self.shown_period(indicator).key))

    def as_known(self, indicator: str, period: Period) -> float | None:
        """What the data say of the whole for any period; None where that is nothing, or withheld."""
        of = {"indicator": indicator, "period": period.key, "place": self.root.id, "breakdown": "",
              "version": self.version(indicator).number}  # fmt: skip
        return next(iter(self.values.filter(**of)["value"]), None)

    @cached_property
    def _changes(self) -> Mapping[tuple[str, str], Change]:
        return changes(self.trends)

    @cached_property
    def _standings(self) -> Mapping[tuple[str, str, str, str, str], Standing]:
        return standings(self.standings)

    @cached_property
    def _projections(self) -> Mapping[tuple[str, str], Projection]:
        return projections(self.projections)

    def contributors_of(self, indicator: str) -> tuple[list[Partner], list[Partner]]:
        """The partners that owed or gave numbers for the indicator in its shown period: (reported, did not)."""
        at = self.shown_period(indicator)
        rows = self.contributors.filter(
            (pl.col("indicator") == indicator) & (pl.col("period_type") == at.type) & (pl.col("period") == at.key)
        )
        reported = set(rows.filter("is_reported")["partner"])
        owed = set(rows.filter("is_expected")["partner"])
        partners = self.partners.values()
        return [p for p in partners if p.id in reported], [p for p in partners if p.id in owed - reported]

    @cached_property
    def reporters(self) -> tuple[Reporter, ...]:
        """Every partner that owed or gave something for the quarter, in the agenda's order."""
        return reporters(self.folder, self.reporting.filter(pl.col("period") == self.period.key))

    @property
    def expected_reporters(self) -> tuple[Reporter, ...]:
        return tuple(reporter for reporter in self.reporters if reporter.owed)
