"""The gate before publishing: no scorecard shows a number of the coalition that the edition withholds.

A partner is thought to know its own rows and all published editions (`reports.disclosure.linked.Attacker`). Its
scorecard holds its own numbers, which follow from its rows, and those of the coalition. Where each of these is one that
the edition shows everybody, the scorecard adds no equation, and what was proved of the edition holds for who has one,
too. That it is so is looked up here, in what was kept and in what is to be published, whoever wrote the two.
"""

from __future__ import annotations

import polars as pl

from agenda.errors import HeldBack
from agenda.folder import Folder
from agenda.store import Store
from reports.cards.scorecard import Line, Step
from reports.cards.scorecards import Scorecards, read
from reports.data.package import TABLE, WHOLE
from reports.edition import Edition
from reports.editions.revisions import read_values


def require_public(folder: Folder, store: Store, edition: Edition) -> None:
    """Raises `HeldBack`, naming partner and indicator, where people are protected and a scorecard tells more."""
    if folder.initiative.hides is None or not folder.initiative.scorecards:
        return
    cards, table = read(store, edition), read_values(store.get(f"{edition.folder}/data/{TABLE}.csv"))
    if told := telling(folder, cards, table):
        raise HeldBack(
            f"edition {edition.short} of {edition.period} withholds numbers that scorecards show: "
            f"{'; '.join(f'{indicator} ({partner})' for partner, indicator in told)}. Nothing is published. Make the "
            f"draft again: cairn run {edition.period}"
        )


def telling(folder: Folder, cards: Scorecards, table: pl.DataFrame) -> list[tuple[str, str]]:
    """Partner and indicator of every line that says something of a whole which ``table``, the edition's, withholds."""
    root = next(place.id for place in folder.agenda.places if place.parent is None)
    dimensions = [d.id for d in folder.agenda.dimensions if d.id in table.columns]
    is_whole = pl.all_horizontal(pl.col("place") == root, *(pl.col(dimension) == WHOLE for dimension in dimensions))
    withheld = set(table.filter(is_whole, pl.col("conf_status") != "F").select("indicator", "period").iter_rows())
    told = {(card.partner, line.indicator) for card in cards.cards
            for line in (*(line for group in card.groups for line in group.lines),
                         *(aim for doing in card.doing for aim in doing.aims))
            if ((line.indicator, line.period) in withheld and _tells(line))
            or any((line.indicator, step.period) in withheld and _is_told(step) for step in line.course)}  # fmt: skip
    return sorted(told)


def _is_told(step: Step) -> bool:
    return step.value is not None or any(sign.isdigit() for sign in step.text)


def _tells(line: Line) -> bool:
    """Where a number is withheld there is no digit in its place, and nobody can say how it stands."""
    return line.is_all or line.code != "no_data" or any(sign.isdigit() for sign in line.all)
