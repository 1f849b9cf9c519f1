"""The brief for funders and board: what of the report stands on its two pages, chosen by rule.

The brief says nothing that the report doesn't, and in the same words. It has room for so much, and no more:

- *goals*: eight. Of more those furthest from where they should be: off track, at risk, not known, on track, target
  met, no target; among equals in the agenda's order.
- *charts*: four, first of the goals (as above), then of the other indicators: the trend where it has three values, else
  the first breakdown that is no higher than it is wide.
- *what moved*: the three that moved most of those that the opening has not named.
- *what was revised*, *what we don't know*, *decisions needed*: five each, in the report's order.

What is left out is counted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from agenda.model import Goal
from reports.escape import stress
from reports.telling.figures import Figure
from reports.telling.sentences import Moved
from reports.telling.shortly import Tile
from reports.telling.value_tables import Table
from reports.telling.views import Section, Views

GOALS, CHARTS, MOVERS, LINES = 8, 4, 3, 5
"""How many of each there is room for on two pages A4."""

_POINTS = 3
"""Fewer known values than this are said sooner than drawn."""

_CONCERN = ("off_track", "at_risk", "no_data", "on_track", "met", "no_target")


@dataclass(frozen=True)
class Excerpt:
    """The first rows of a table. ``rest`` says how many more the report has; empty where there are none."""

    table: Table
    rest: str


@dataclass(frozen=True)
class Brief:
    """What the brief takes from all that is said of a quarter."""

    views: Views

    @property
    def address(self) -> str:
        """Where the whole report is: on the site, or in the file beside the brief where no address is known."""
        initiative, period = self.views.quarter.folder.initiative, self.views.quarter.period
        return initiative.public(f"{period}/{self.views.at}index.html") if initiative.address else "report.pdf"

    def goals(self) -> Excerpt:
        """Where each goal stands, by its headline indicator. Columns that no goal has something for are left out."""
        views, words = self.views, self.views.words
        most = self._by_concern()[:GOALS]
        shown = [(goal, tile) for goal, tile in self._goals if (goal, tile) in most]
        tiles = [tile for _, tile in shown]
        targets = [views.sentences.target_text(views.quarter.indicators[goal.headline]) for goal, _ in shown]
        columns = [
            (words._("Goal"), [stress(tile.name) for tile in tiles]),
            (words._("Indicator"), [tile.indicator for tile in tiles]),
            (words._("Now"), [stress(" ".join(filter(None, (tile.value, tile.unit)))) for tile in tiles]),
            (words._("Change"), [tile.change for tile in tiles]),
            (words._("Target"), targets),
            (words._("Status"), [tile.status for tile in tiles]),
        ]
        head, cells = zip(*(column for column in columns if any(column[1])), strict=True)
        caption = words._("Where the goals stand, {period}", period=words.period_short(views.quarter.period))
        codes = {len(head) - 1: tuple(tile.code for tile in tiles)}
        table = Table(caption, head, tuple(zip(*cells, strict=True)), frozenset(range(len(head))), codes=codes)
        return Excerpt(table, self._rest(len(self._goals) - len(shown)))

    @cached_property
    def figures(self) -> list[Figure]:
        """What is drawn, in the agenda's order."""
        sections = {section.ident: section for goal in self.views.goals for section in goal.sections}
        drawn = {id_: figure for id_, section in sections.items() if (figure := self._telling(section))}
        first = [goal.headline for goal, _ in self._by_concern()]
        chosen = [id_ for id_ in dict.fromkeys([*first, *drawn]) if id_ in drawn][:CHARTS]
        return [drawn[id_] for id_ in drawn if id_ in chosen]

    def _telling(self, section: Section) -> Figure | None:
        """The figure that says most of an indicator; None where none fits or there is hardly a value."""
        points = self.views.figures.points(self.views.quarter.indicators[section.ident])
        is_long = sum(point.value is not None for point in points) >= _POINTS
        for figure in (figure for figure in section.figures if figure.is_low):
            if figure.kind != "trend":
                words = self.views.words
                return replace(figure, caption=words._("{name}: {value}", name=section.name, value=figure.caption))
            if is_long:
                return figure
        return None

    def movers(self) -> list[tuple[Moved, str]]:
        """What moved most, but for what the opening has said already."""
        said = [sentence for _, sentence in self.views.sentences.three()]
        movers = self.views.sentences.movers(MOVERS + len(said))
        new = [(moved, text) for moved, text, _ in movers if not any(one.startswith(text) for one in said)]
        return new[:MOVERS]

    def unknown(self) -> list[str]:
        sentences = self.views.unknown()
        return list(filter(None, (*sentences[:LINES], self._rest(len(sentences) - LINES))))

    def revised(self) -> Excerpt | None:
        return self._excerpt(self.views.revised())

    def decisions(self) -> Excerpt | None:
        return self._excerpt(self.views.together.needed())

    def _excerpt(self, table: Table | None) -> Excerpt | None:
        if table is None:
            return None
        return Excerpt(replace(table, rows=table.rows[:LINES], to=()), self._rest(len(table.rows) - LINES))

    def _rest(self, number: int) -> str:
        words = self.views.words
        if number < 1:
            return ""
        return words.n("{number} more is in the report.", "{number} more are in the report.", number)

    @property
    def _goals(self) -> list[tuple[Goal, Tile]]:
        return list(zip(self.views.quarter.goals, self.views.tiles, strict=True))

    def _by_concern(self) -> list[tuple[Goal, Tile]]:
        return sorted(self._goals, key=lambda pair: _CONCERN.index(pair[1].code))
