"""A draft's private page for its reviewers: what changed, who reported, what is doubtful, how to approve.

It lies beside the draft, ``editions/<period>/<digest>.review/index.html``, and opens from the disk as it is. It
compares with what readers or reviewers saw last: the published edition of the quarter, else the last draft that
was approved, else the quarter before. ``changes.csv`` beside it holds every value that changed.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from agenda.errors import Unavailable
from agenda.periods import Period
from agenda.store import Store
from reports.edition import Edition, load, newest
from reports.editions.pointers import published
from reports.editions.review_words import Base, ReviewWords, Row
from reports.editions.revisions import compare, read_values
from reports.quarter.tables import Quarter
from reports.rendering.web import render
from reports.words import Words

_CSV = "data/indicator_values.csv"


def write_review_page(store: Store, site: Store, edition: Edition, quarter: Quarter, warehouse: Path) -> None:
    """Writes the review page of ``edition``, which was made from ``quarter`` of ``warehouse``; again changes nothing.

    Raises `Unavailable` where the findings can't be read from the warehouse.
    """
    initiative = quarter.folder.initiative
    words = Words(initiative.language, quarter.calendar)
    dimensions = [dimension.id for dimension in quarter.folder.agenda.dimensions]
    values = read_values(store.get(f"{edition.folder}/{_CSV}"))
    base = _base(store, site, edition, quarter, words)
    changes = compare(base.values if base else values.clear(), values, dimensions)
    say = ReviewWords(quarter, words, dimensions)
    goals, this = say.goals(base, values), say.revised(changes, base, earlier=False)
    lacking = say.lacking(quarter.expected_reporters)
    papers = [("report.pdf", words._("PDF")), ("brief.pdf", words._("Brief as PDF"))]
    parts = {
        "initiative": initiative,
        "quarter": words.period(quarter.period),
        "edition": edition,
        "draft": f"../{edition.digest}",
        "papers": [(name, label) for name, label in papers if store.exists(f"{edition.folder}/{name}")],
        "as_of": words.day(edition.record.inputs.as_of),
        "base": base,
        "before": words.period_short(base.period) if base and base.period != quarter.period else words._("Before"),
        "said": say.in_short(base, goals, this, len(lacking)),
        "goals": goals,
        "this": this,
        "earlier": say.revised(changes, base, earlier=True),
        "reported": [r.partner.name for r in quarter.expected_reporters if r.has_reported],
        "lacking": lacking,
        "withheld": quarter.withheld,
        "together": say.together(),
        "expected": len(quarter.expected_reporters),
        "files": say.files(edition, base),
        "findings": say.findings(_findings(warehouse, edition, base)),
        "command": f'cairn review {quarter.period} --approve --edition {edition.short} --as "NAME"',
        "publish": f"cairn publish {quarter.period}",
    }
    _keep(store, f"{edition.folder}.review/changes.csv", changes.write_csv().encode())
    _keep(store, edition.review_page, render("review.html", words, **parts))


def _keep(store: Store, key: str, content: bytes) -> None:
    found = store.read(key)
    if found is None or found[0] != content:
        store.put(key, content)


# -- what to compare with ------------------------------------------------------------------------------


def _base(store: Store, site: Store, edition: Edition, quarter: Quarter, words: Words) -> Base | None:
    """What was seen last, as the top of this module has it; None for a first edition."""
    this, previous = quarter.period, quarter.calendar.shift(quarter.period, -1)
    pointer = published(site, this.key)
    if pointer and pointer.edition != edition.digest:
        said = words._("the edition published on {day}", day=words.day(pointer.published_at))
        return _read_base(store, site, this, pointer.edition, said)
    if not pointer and (approved := _approved_before(store, edition)):
        said = words._("draft {edition}, whose approval does not hold for this one", edition=approved[:8])
        return _read_base(store, site, this, approved, said)
    if pointer := published(site, previous.key):
        said = words._("the {period}, as published", period=words.period(previous))
        return _read_base(store, site, previous, pointer.edition, said)
    if draft := newest(store, previous.key):
        said = words._("the {period}, which is a draft", period=words.period(previous))
        return _read_base(store, site, previous, draft.digest, said)
    return None


def _approved_before(store: Store, edition: Edition) -> str:
    """The last draft before this one that was approved."""
    digest = edition.record.follows
    while digest:
        record = load(store, edition.period, digest).record
        if any(event.event == "approved" for event in record.events):
            return digest
        digest = record.follows
    return ""


def _read_base(store: Store, site: Store, period: Period, digest: str, said: str) -> Base | None:
    """The edition's values, and what went into it where its record is still there."""
    places = ((store, f"editions/{period}/{digest}/{_CSV}"), (site, f"editions/{digest}/{_CSV}"))
    found = next((content for at, key in places if (content := at.read(key))), None)
    try:
        arrivals = load(store, period.key, digest).record.inputs.arrivals
    except KeyError:
        arrivals = ()
    return Base(said, period, read_values(found[0]), arrivals) if found else None


# -- findings ------------------------------------------------------------------------------------------


def _findings(warehouse: Path, edition: Edition, base: Base | None) -> list[Row]:
    """The findings of readings that went into this edition and not into the one it is compared with."""
    known = {(a.partner, a.reading) for a in base.arrivals} if base else set()
    fresh = {(a.partner, a.reading) for a in edition.record.inputs.arrivals} - known
    query = """
        select distinct partner, reading, key, severity, code, sheet, row_number, column_name, cell, message, fix
        from fct_findings order by partner, severity, key, sheet, row_number, column_name, code"""
    try:
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            rows = connection.execute(query).pl().to_dicts()
    except duckdb.Error as error:
        raise Unavailable(f"the warehouse {warehouse} can't be read: {error}") from error
    return [row for row in rows if (row["partner"], row["reading"]) in fresh]
