"""The sentences a report computes from its values: best, worst, most doubtful; what moved.

A sentence is chosen by rule, never by hand, so that nobody can pick the kind ones. The rules:

- *best* and *worst*: first by status (met, on track, no target, at risk, off track), then by how far the indicator
  moved in a year (or against the period before, where no year is known yet) as a share of the whole way from its
  baseline to its next target. Movement counts in the agreed direction.
- *most doubtful*: a value that is missing, then the one with the smallest share of its reporters, then the widest
  interval, if it is wide (`Show` in `agenda.model`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from agenda.indicators import Indicator, Target
from agenda.periods import Period
from agenda.stories import Activity
from reports.escape import plain, stress
from reports.quarter.changes import Change, Difference
from reports.quarter.standings import Standing
from reports.quarter.tables import Quarter, Value
from reports.telling.cohorts import Against, Cohorts
from reports.words import Words, sentence_case

_RANK = {"met": 4, "on_track": 3, "no_target": 2, "at_risk": 1, "off_track": 0}


@dataclass(frozen=True)
class Moved:
    """An indicator that has a value, and how it moved. ``gain`` is in shares of the way to its target."""

    indicator: Indicator
    value: Value
    change: Change
    standing: Standing
    target: tuple[Period, Target] | None
    gain: float

    @property
    def amount(self) -> float | None:
        """The change that sentences speak of."""
        return self.change.told.amount

    @property
    def against(self) -> Against:
        return "year_before" if self.change.is_on_year else "previous"


@dataclass(frozen=True)
class Sentences:
    """All sentences of one quarter in one language."""

    quarter: Quarter
    words: Words

    @cached_property
    def cohorts(self) -> Cohorts:
        return Cohorts(self.quarter, self.words)

    # -- the opening -----------------------------------------------------------------------------------

    def headline(self) -> str:
        """The story's own; else how many indicators are where they should be, or how the first one moved."""
        if self.quarter.story.headline:
            return plain(self.quarter.story.headline)
        if said := self.on_track():
            return plain(said)
        first = next(iter(self._aimed() or self.moved.values()), None)
        if first is None:
            return self.words._("No numbers yet for the {period}", period=self.words.period(self.quarter.period))
        return plain(self._movement(first))

    def on_track(self) -> str:
        """``5 of 11 indicators with a target are on track``; empty where fewer than two have one."""
        aimed = self._aimed()
        if len(aimed) < 2:
            return ""
        good = sum(m.standing.code in ("met", "on_track") for m in aimed)
        return self.words.n(
            "{good} of {number} indicator with a target is on track",
            "{good} of {number} indicators with a target are on track",
            len(aimed), good=stress(self.words.number(good)),
        )  # fmt: skip

    def _aimed(self) -> list[Moved]:
        return [m for m in self.moved.values() if m.standing.code in ("met", "on_track", "at_risk", "off_track")]

    def three(self) -> list[tuple[str, str]]:
        """(mark, sentence); marks are ``best``, ``worst``, and ``doubt`` or, where nothing is in doubt, ``sure``."""
        ranked = sorted(self.moved.values(), key=lambda m: (-_RANK.get(m.standing.code, 2), -m.gain, m.indicator.id))
        chosen = [("best", ranked[0])] if ranked else []
        if len(ranked) > 1:
            chosen.append(("worst", ranked[-1]))
        return [(mark, self._opening(moved)) for mark, moved in chosen] + [self._doubt()]

    def _opening(self, moved: Moved) -> str:
        return self.words.running((*self._moved(moved), self._standing(moved)))

    def _doubt(self) -> tuple[str, str]:
        doubted = self._doubted()
        if doubted is None:
            return "sure", self.words._("Everything that was owed has been reported, and every number is complete.")
        return "doubt", doubted

    def _doubted(self) -> str | None:
        """The sentence on what is most doubtful; None where nothing is."""
        words = self.words
        absent = [i for id_, i in self.quarter.indicators.items() if id_ not in self.moved and not self._is_known(id_)]
        if absent:
            names = words.listed([self._absence(indicator) for indicator in absent])
            return words._("Not known for this quarter: {names}.", names=names)
        doubted = max(self.moved.values(), key=_doubtfulness, default=None)
        if doubted is None or not any(_doubtfulness(doubted)):
            return None
        name, value = plain(doubted.indicator.name), doubted.value
        if value.is_provisional and value.actual < value.expected:
            return words.n(
                "{name}: provisional, as {actual} of {number} partner reported.",
                "{name}: provisional, as {actual} of {number} partners reported.",
                value.expected, name=name, actual=stress(words.number(value.actual)),
            )  # fmt: skip
        if value.is_provisional:
            return words._("{name}: provisional, as some of what was owed is still missing.", name=name)
        return words._("{name}: somewhere from {low} to {high}; read it with care.", name=name,
                       low=words.value(doubted.indicator, value.lower or 0.0),
                       high=words.quantity(doubted.indicator, value.upper or 0.0))  # fmt: skip

    def _absence(self, indicator: Indicator) -> str:
        """``Uptake of care (too few partners reported)``"""
        value = self.quarter.value(indicator.id)
        why = self.words.absent(value.absence if value else "missing")
        return self.words._("{value} ({counted})", value=plain(indicator.name), counted=why)

    def _is_known(self, indicator: str) -> bool:
        """Whether it is, though not shown as a value: withheld, or too few to tell."""
        value = self.quarter.value(indicator)
        return value is not None and (value.is_withheld or value.parts is not None)

    # -- one indicator ---------------------------------------------------------------------------------

    @cached_property
    def moved(self) -> Mapping[str, Moved]:
        """Every indicator that has a value for the quarter, by id, in the order of the goals."""
        found = {}
        for id_, indicator in self.quarter.indicators.items():
            value = self.quarter.value(id_)
            if value is not None and value.value is not None:
                change, standing, target = self.quarter.change(id_), self.quarter.standing(id_), self.target(indicator)
                way = gain(indicator, value.value, change.told.value, standing, target)
                found[id_] = Moved(indicator, value, change, standing, target, way)
        return found

    def target(self, indicator: Indicator) -> tuple[Period, Target] | None:
        """The next target due at or after the shown period, else the last one."""
        targets = self.targets(indicator)
        end = self.quarter.shown_period(indicator.id).end
        return next((t for t in targets if t[0].end >= end), targets[-1] if targets else None)

    def targets(self, indicator: Indicator) -> list[tuple[Period, Target]]:
        """Every target of the whole with its period, in time."""
        dated = [(self.quarter.calendar.parse(t.by), t) for t in indicator.targets if t.is_whole]
        return sorted(dated, key=lambda pair: pair[0].end)

    def target_text(self, indicator: Indicator) -> str:
        """``1,500 by December 2026``; empty where none is agreed."""
        found = self.target(indicator)
        if found is None:
            return ""
        period, target = found
        return self.words._("{target} by {month}", target=self.aim(indicator, target), month=self.words.due(period))

    def aim(self, indicator: Indicator, target: Target) -> str:
        """A target's value, or its band."""
        return self.words.aimed(indicator, target.value, target.low, target.high)

    def say(self, indicator: str) -> str:
        """What the quarter says of one indicator, in two or three sentences."""
        words, moved = self.words, self.moved.get(indicator)
        if moved is None:
            found = self.quarter.value(indicator)
            period = words.period(self.quarter.shown_period(indicator))
            if found is not None and found.parts is not None:
                return words._("In the {period} it was {counted}: too few to tell.", period=period,
                               counted=stress(words.counted(*found.parts)))  # fmt: skip
            return {
                "missing": words._("There is no value for the {period}: it was not reported.", period=period),
                "suppressed": words._("There is no value for the {period}: a partner suppressed a part of it, so that "
                                      "the sum is not known.", period=period),
                "withheld": words._("The value for the {period} is withheld to protect people.", period=period),
                "thin": self._thin(indicator, found),
                "not_applicable": words._("There is no value for the {period}: there can be none.", period=period),
                "undivided": words._("There is no value for the {period}: nothing was counted to divide by.",
                                     period=period),
            }[found.absence if found else "missing"]  # fmt: skip
        said = [*self._moved(moved), *self._redefined(moved), self._since_baseline(moved), self._standing(moved)]
        if moved.value.is_provisional:
            said.append(
                words.n("Provisional: {actual} of {number} partner reported.",
                        "Provisional: {actual} of {number} partners reported.",
                        moved.value.expected, actual=words.number(moved.value.actual))
                if moved.value.actual < moved.value.expected
                else words._("Provisional: some of what was owed is still missing.")
            )  # fmt: skip
        return words.running(said)

    def _redefined(self, moved: Moved) -> Iterator[str]:
        """Within a year of a changed definition: since when, and what the number was compared with."""
        version, calendar = self.quarter.version(moved.indicator.id), self.quarter.calendar
        compared = moved.change.told.period
        last = calendar.year_before(moved.value.period)
        if version.since is None or version.holds(last):
            return
        period, words = self.words.period_short(version.since), self.words
        if moved.amount is not None and compared is not None and not version.holds(calendar.parse(compared)):
            yield words._("Defined otherwise since {period}; both numbers are by the new definition.", period=period)
        else:
            yield words._("Defined otherwise since {period}; numbers before can't be compared.", period=period)

    def _thin(self, indicator: str, value: Value | None) -> str:
        words = self.words
        return words.n(
            "The value for the {period} is withheld: {actual} of {number} partner reported, less than {minimum}.",
            "The value for the {period} is withheld: {actual} of {number} partners reported, less than {minimum}.",
            value.expected if value else 0, actual=words.number(value.actual if value else 0),
            period=words.period(self.quarter.shown_period(indicator)),
            minimum=words.percent(self.quarter.folder.initiative.coverage.minimum),
        )  # fmt: skip

    def _movement(self, moved: Moved) -> str:
        """``Licensed spots rose by 86 in a year, to 1,204 spots``, without a full stop."""
        words, indicator, amount = self.words, moved.indicator, moved.amount
        parts = {"name": sentence_case(plain(indicator.name)),
                 "value": stress(words.quantity(indicator, moved.value.value or 0.0))}  # fmt: skip
        if amount is None:
            return words._("{name}: {value}", **parts)
        direction = words.direction(indicator, amount)
        parts["amount"] = words.amount(indicator, amount)
        in_a_year = moved.change.is_on_year
        if in_a_year and direction:
            return (words._("{name} rose by {amount} in a year, to {value}", **parts) if direction > 0
                    else words._("{name} fell by {amount} in a year, to {value}", **parts))  # fmt: skip
        if in_a_year:
            return words._("{name} stayed where it was a year ago, at {value}", **parts)
        parts["before"] = words.period_short(self.quarter.calendar.parse(moved.change.told.period or ""))
        if direction:
            return (words._("{name} rose by {amount} since {before}, to {value}", **parts) if direction > 0
                    else words._("{name} fell by {amount} since {before}, to {value}", **parts))  # fmt: skip
        return words._("{name} stayed where it was in {before}, at {value}", **parts)

    def _moved(self, moved: Moved) -> Iterator[str]:
        """The movement as a sentence, whether chance could explain it, and how those moved that can be compared."""
        yield self.words.sentence(self._movement(moved))
        yield self._chance(moved.indicator, moved.change.told)
        yield self.cohorts.sentence(moved.indicator, moved.against)

    def _chance(self, indicator: Indicator, change: Difference) -> str:
        """Empty where nothing moved that could be seen, or no interval says."""
        if change.is_beyond_chance is None or not self.words.direction(indicator, change.amount or 0.0):
            return ""
        if change.is_beyond_chance:
            return self.words._("That is more than chance would explain.")
        return self.words._("Chance alone could explain that.")

    def _since_baseline(self, moved: Moved) -> str:
        """``Since the baseline, Q4 2024, it rose by 86. …``; empty where the first sentence compares with it, too."""
        words, indicator, change = self.words, moved.indicator, moved.change.baseline
        if change.amount is None or change.period is None or change.period == moved.change.told.period:
            return ""
        parts = {"period": words.period_short(self.quarter.calendar.parse(change.period)),
                 "amount": words.amount(indicator, change.amount)}  # fmt: skip
        direction = words.direction(indicator, change.amount)
        said = (words._("Since the baseline, {period}, it rose by {amount}.", **parts) if direction > 0
                else words._("Since the baseline, {period}, it fell by {amount}.", **parts) if direction
                else words._("It is where it was at the baseline, {period}.", **parts))  # fmt: skip
        return words.running((said, self._chance(indicator, change)))

    def _standing(self, moved: Moved) -> str:
        """``On track for 1,500 by December 2026.``; empty without a target."""
        words, code = self.words, moved.standing.code
        target = self.target_text(moved.indicator)
        if not target or code in ("no_target", "no_data"):
            return ""
        if moved.target is not None and moved.target[1].value is None:
            return {
                "met": words._("Inside the agreed band of {target}.", target=target),
                "on_track": words._("Inside the agreed band of {target}.", target=target),
                "at_risk": words._("Just outside the agreed band of {target}.", target=target),
            }.get(code, words._("Well outside the agreed band of {target}.", target=target))
        if code == "off_track" and moved.gain < 0:
            return words._("Off track for {target}, and moving away from it.", target=target)
        return {
            "met": words._("The target of {target} is met.", target=target),
            "on_track": words._("On track for {target}.", target=target),
            "at_risk": words._("Behind the path to {target}.", target=target),
        }.get(code, words._("Off track for {target}.", target=target))

    # -- what moved, who had a hand in it, what isn't known --------------------------------------------

    def movers(self, most: int = 4) -> list[tuple[Moved, str, list[Activity]]]:
        """The indicators that moved most, each with its sentence and the activities that aim at it."""
        moving = [m for m in self.moved.values()
                  if m.amount is not None and self.words.direction(m.indicator, m.amount)]  # fmt: skip
        moving.sort(key=lambda m: (-abs(m.gain), m.indicator.id))
        return [(m, self.words.running(self._moved(m)), self.activities(m.indicator.id)) for m in moving[:most]]

    def activities(self, indicator: str) -> list[Activity]:
        """What partners did for the indicator in the quarter."""
        return [activity for activity in self.quarter.activities if indicator in activity.indicators]


def gain(
    indicator: Indicator, value: float, earlier: float | None, standing: Standing, target: tuple[Period, Target] | None
) -> float:
    """The movement from the earlier value in the agreed direction, as a share of the way from baseline to target.

    Without a baseline and target it is a share of the earlier value; without an earlier value it is 0.
    """
    if earlier is None:
        return 0.0
    if indicator.better == "band":
        if target is None or target[1].low is None or target[1].high is None:
            return 0.0
        low, high = float(target[1].low), float(target[1].high)
        return (_outside(earlier, low, high) - _outside(value, low, high)) / ((high - low) or 1.0)
    way = 0.0
    if target is not None and target[1].value is not None and standing.baseline_value is not None:
        way = abs(float(target[1].value) - standing.baseline_value)
    return (value - earlier) * (1 if indicator.better == "more" else -1) / (way or abs(earlier) or 1.0)


def _outside(value: float, low: float, high: float) -> float:
    return max(low - value, 0.0, value - high)


def _doubtfulness(moved: Moved) -> tuple[float, float]:
    """How doubtful a known value is: first what is missing of its reporters, then its interval.

    A provisional value whose partners all reported (a month is missing) is less doubtful than any missing partner.
    """
    value = moved.value
    missing = 0.0
    if value.is_provisional:
        missing = max(1 - value.actual / value.expected if value.expected else 0.0, 1e-6)
    size = 1.0 if moved.indicator.formula.kind == "percent" else abs(value.value or 1.0) or 1.0
    return missing, value.width / size if value.is_wide else 0.0
