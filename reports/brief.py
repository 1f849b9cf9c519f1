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

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reports.escape import stress
from reports.figures import Figure
from reports.sentences import Moved
from reports.value_tables import Table
from reports.views import Section, Tile, Views

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

    def goals(self) -> Excerpt:
        """Where each goal stands, by its headline indicator."""
        views, words = self.views, self.views.words
        shown = self._chosen(GOALS)
        rows = [
            (stress(tile.name), tile.indicator, stress(" ".join(filter(None, (tile.value, tile.unit)))), tile.change,
             views.sentences.target_text(views.quarter.indicators[self._headline(tile)]), tile.status)
            for tile in shown
        ]  # fmt: skip
        head = (words._("Goal"), words._("Indicator"), words._("Now"), words._("Change"), words._("Target"),
                words._("Status"))  # fmt: skip
        kept = [i for i in range(len(head)) if any(row[i] for row in rows)]
        codes = {kept.index(5): tuple(tile.code for tile in shown)}
        caption = words._("Where the goals stand, {period}", period=words.period_short(views.quarter.period))
        cells = tuple(tuple(row[i] for i in kept) for row in rows)
        table = Table(caption, tuple(head[i] for i in kept), cells, frozenset(range(len(kept))), codes=codes)
        return Excerpt(table, self._rest(len(views.tiles) - len(shown)))

    def figures(self) -> list[Figure]:
        """What is drawn, in the agenda's order."""
        sections = {section.ident: section for goal in self.views.goals for section in goal.sections}
        drawn = {id_: figure for id_, section in sections.items() if (figure := self._telling(section))}
        first = [self._headline(tile) for tile in self._by_concern()]
        chosen = [id_ for id_ in dict.fromkeys([*first, *drawn]) if id_ in drawn][:CHARTS]
        return [drawn[id_] for id_ in drawn if id_ in chosen]

    def _telling(self, section: Section) -> Figure | None:
        """The figure that says most of an indicator; None where none fits or there is hardly a value."""
        points = self.views.figures.points(self.views.quarter.indicators[section.ident])
        is_long = sum(point.value is not None for point in points) >= _POINTS
        return next((figure for figure in section.figures if figure.is_low and (is_long or figure.kind != "trend")), None)

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
        return self._excerpt(self.views.decisions())

    def _excerpt(self, table: Table | None) -> Excerpt | None:
        if table is None:
            return None
        return Excerpt(replace(table, rows=table.rows[:LINES]), self._rest(len(table.rows) - LINES))

    def _rest(self, number: int) -> str:
        words = self.views.words
        if number < 1:
            return ""
        return words.n("{number} more is in the report.", "{number} more are in the report.", number)

    def _by_concern(self) -> Sequence[Tile]:
        return sorted(self.views.tiles, key=lambda tile: _CONCERN.index(tile.code))

    def _chosen(self, most: int) -> list[Tile]:
        """The tiles of most concern, in the agenda's order."""
        chosen = {tile.goal for tile in self._by_concern()[:most]}
        return [tile for tile in self.views.tiles if tile.goal in chosen]

    def _headline(self, tile: Tile) -> str:
        return next(goal.headline for goal in self.views.quarter.goals if goal.id == tile.goal)
