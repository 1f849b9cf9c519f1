"""What a report says of itself as an edition: which one it is, and which published numbers it gives otherwise.

A draft is set beside the report that readers last saw: this quarter's published edition, or else the one of the
quarter before. Made again from the same, a draft is set beside the same, whatever was published since; so it keeps
its digest.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from agenda.original import ORIGINAL
from agenda.store import Store
from reports.edition import Inputs, Manifest, decoded, load, newest
from reports.editions.drafting import agenda_digest
from reports.editions.pointers import published
from reports.editions.revisions import compare, read_values
from reports.quarter.absence import ABSENCE, absence
from reports.quarter.tables import Quarter
from reports.telling.revised import EditionLabel, Revised
from reports.telling.sentences import Sentences
from reports.words import Words

WHOLE = "_T"


@dataclass(frozen=True)
class Standing:
    """The edition's number within its quarter, and the digest of what it is set beside (empty: of nothing)."""

    number: int
    beside: str


def standing(store: Store, site: Store, quarter: Quarter, inputs: Inputs) -> Standing:
    """Where a draft made of ``inputs`` stands among the quarter's editions."""
    folder, period = quarter.folder, quarter.period
    draft = newest(store, period.key)
    if draft is not None:
        made = decoded(Manifest, store.get(f"{draft.folder}/manifest.json"))
        if (made.inputs, made.agenda) == (inputs.digest, agenda_digest(folder, period)):
            return Standing(made.number, made.beside)
    if pointer := published(site, period.key):
        number = decoded(Manifest, site.get(f"editions/{pointer.edition}/manifest.json")).number
        return Standing(number + 1, pointer.edition)
    before = published(site, quarter.calendar.shift(period, -1).key)
    return Standing(1, before.edition if before else "")


def headlines(quarter: Quarter) -> dict[str, str]:
    """The sentence the report opens with, for the site's list of quarters, in each language, the main one first.

    Empty where some of it is not translated.
    """
    said = {}
    for language in quarter.folder.initiative.published_in:
        words = Words(language, quarter.calendar)
        headline = Sentences(quarter.in_language(language), words).headline()
        said[words.language] = "" if ORIGINAL.search(headline) else headline
    return said


def label(store: Store, site: Store, quarter: Quarter, inputs: Inputs, values: bytes, at: Standing) -> EditionLabel:
    """The label of a draft whose ``indicator_values.csv`` is ``values``."""
    found = site.read(f"editions/{at.beside}/data/indicator_values.csv") if at.beside else None
    if found is None:
        return EditionLabel(at.number)
    dimensions = [dimension.id for dimension in quarter.folder.agenda.dimensions]
    changes = compare(read_values(found[0]), read_values(values), dimensions)
    whole = pl.all_horizontal(pl.col("place") == quarter.root.id, *(pl.col(name) == WHOLE for name in dimensions))
    changes = changes.filter(
        whole & (pl.col("change") == "changed") & (pl.col("value_before") != pl.col("value_after"))
    )
    fresh = _fresh_partners(store, site, inputs, at.beside)
    revised = []
    for id_ in quarter.indicators:
        shown = (pl.col("indicator") == id_) & (pl.col("period_type") == quarter.shown_period(id_).type)
        for row in changes.filter(shown).sort("period", descending=True).iter_rows(named=True):
            before, after = (
                float(row[f"value_{when}"])
                if row[f"value_{when}"]
                else absence(*(row[f"{name}_{when}"] for name in ABSENCE))
                for when in ("before", "after")
            )
            redefined = row["version_before"] != row["version_after"]
            partners = () if redefined else _senders(quarter, id_, row["period"], fresh)
            revised.append(Revised(id_, row["period"], before, after, partners, redefined))
    return EditionLabel(at.number, tuple(revised))


def _fresh_partners(store: Store, site: Store, inputs: Inputs, beside: str) -> set[str]:
    """Partners with a file in ``inputs`` that the edition beside did not rest on."""
    period = decoded(Manifest, site.get(f"editions/{beside}/manifest.json")).period
    try:
        known = {arrival.reading for arrival in load(store, period, beside).record.inputs.arrivals}
    except KeyError:  # its record was not kept; then nobody can say
        return set()
    return {arrival.partner for arrival in inputs.arrivals if arrival.reading not in known}


def _senders(quarter: Quarter, indicator: str, period: str, fresh: set[str]) -> tuple[str, ...]:
    """Whose new files changed the number. Without any, it was the definition or the way it is computed."""
    gave = quarter.contributors.filter(
        (pl.col("indicator") == indicator) & (pl.col("period") == period) & pl.col("is_reported")
    )["partner"]
    return tuple(id_ for id_ in quarter.partners if id_ in fresh and id_ in set(gave))
