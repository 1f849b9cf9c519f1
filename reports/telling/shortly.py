"""Where everything stands, in few words: a tile for each goal, a line for each indicator."""

from __future__ import annotations

from dataclasses import dataclass

from agenda.indicators import Indicator
from agenda.model import Goal
from reports.escape import plain
from reports.quarter.tables import Quarter
from reports.telling.figures import Figures
from reports.telling.sentences import Sentences
from reports.telling.value_tables import Table, ValueTables
from reports.words import Words, sentence_case

CODES = ("met", "on_track", "at_risk", "off_track", "no_target", "no_data")
"""Of a status, the best first; what is not known last."""


@dataclass(frozen=True)
class Tile:
    """A goal on the first screen, by its headline indicator."""

    goal: str
    name: str
    indicator: str
    value: str
    is_number: bool  # else the value says why there is none
    unit: str
    change: str
    target: str
    code: str
    status: str
    others: str  # how the goal's other indicators stand
    spark: str


@dataclass(frozen=True)
class Shortly:
    quarter: Quarter
    words: Words
    sentences: Sentences
    values: ValueTables
    figures: Figures

    def tiles(self) -> list[Tile]:
        return [self._tile(goal) for goal in self.quarter.goals]

    def glance(self) -> Table:
        """Every indicator in one line, in the order of the goals."""
        words, indicators = self.words, self.quarter.indicators
        codes = tuple(self.code(id_) for id_ in indicators)
        rows = tuple(
            (sentence_case(plain(i.name)), self.values.shown(i, self.quarter.value(i.id), unit=code != "no_data"),
             self._change_of_all(i), self.sentences.target_text(i), words.standing(code))
            for i, code in zip(indicators.values(), codes, strict=True)
        )  # fmt: skip
        head = (words._("Indicator"), words._("Now"), words._("Change"), words._("Target"), words._("Status"))
        caption = words._("All indicators at a glance")
        return Table(caption, head, rows, frozenset({0, 2, 3, 4}), codes={4: codes}, to=tuple(indicators))

    def code(self, indicator: str) -> str:
        """The status of the indicator; without a value there is none."""
        return self.quarter.standing(indicator).code if indicator in self.sentences.moved else "no_data"

    def _tile(self, goal: Goal) -> Tile:
        words, indicator = self.words, self.quarter.indicators[goal.headline]
        moved = self.sentences.moved.get(indicator.id)
        target = self.sentences.target_text(indicator)
        standing = self.code(indicator.id)
        unit = "" if indicator.formula.kind == "percent" else indicator.unit
        return Tile(
            goal.id, goal.name, sentence_case(plain(indicator.name)),
            self.values.shown(indicator, self.quarter.value(indicator.id)), moved is not None,
            unit if moved else "", self._change(indicator), words._("target {target}", target=target) if target else "",
            standing, words.standing(standing), self._others(goal), self.figures.spark(indicator),
        )  # fmt: skip

    def _others(self, goal: Goal) -> str:
        """``Other indicators: 2 on track, 1 off track``; empty where the goal has one indicator."""
        words, codes = self.words, [self.code(id_) for id_ in goal.indicators if id_ != goal.headline]
        counts = [(code, codes.count(code)) for code in CODES if code in codes]
        said = [words._("{number} {status}", number=words.number(n), status=words.standing(code).lower())
                for code, n in counts]  # fmt: skip
        return words._("Other indicators: {statuses}", statuses=words._(", ").join(said)) if said else ""

    def _change(self, indicator: Indicator) -> str:
        """``▲ 86 on a year ago``, also among the same partners; of what has no value, the last that is known."""
        moved = self.sentences.moved.get(indicator.id)
        if moved is None or moved.amount is None:
            return self._change_of_all(indicator)
        said = self._change_of_all(indicator), self.sentences.cohorts.brief(indicator, moved.against)
        return self.words._("; ").join(filter(None, said))

    def _change_of_all(self, indicator: Indicator) -> str:
        """``▲ 86 on a year ago``, and whether chance could explain it; empty where nothing can be compared."""
        words, moved = self.words, self.sentences.moved.get(indicator.id)
        if moved is None:
            return self._last_known(indicator)
        if moved.amount is None:
            return ""
        amount = moved.amount
        parts = {"amount": words.amount(indicator, amount)}
        direction = words.direction(indicator, amount)
        if moved.change.is_on_year:
            said = (words._("▲ {amount} on a year ago", **parts) if direction > 0
                    else words._("▼ {amount} on a year ago", **parts) if direction
                    else words._("as a year ago"))  # fmt: skip
        else:
            parts["before"] = words.period_short(self.quarter.calendar.parse(moved.change.told.period or ""))
            said = (words._("▲ {amount} since {before}", **parts) if direction > 0
                    else words._("▼ {amount} since {before}", **parts) if direction
                    else words._("as in {before}", **parts))  # fmt: skip
        is_noise = direction and moved.change.told.is_beyond_chance is False
        return words._("{change} (may be chance)", change=said) if is_noise else said

    def _last_known(self, indicator: Indicator) -> str:
        """``last known: 71.4 % (Q2 2026)``, by the definition in force; empty where there never was a value."""
        words, version = self.words, self.quarter.version(indicator.id)
        for period, value in reversed(self.quarter.series(indicator.id)):
            if value is not None and value.value is not None and version.holds(period):
                return words._("last known: {value} ({period})", value=words.value(indicator, value.value),
                               period=words.period_short(period))  # fmt: skip
        return ""
