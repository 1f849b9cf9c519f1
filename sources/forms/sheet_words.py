"""What the template's sheet says in one language, and how its headings are found again in any of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from agenda.catalogue import Speech
from agenda.folder import Folder
from agenda.model import Dimension, Layout, Measure, Partner
from agenda.periods import Calendar, PeriodType
from agenda.spelling import plain
from sources.forms.stamp import TEMPLATE
from sources.letters.findings import LOCALES

DIMENSION = "dimension "
"""Begins the id of a column of members: ``dimension age_group``."""


@dataclass(frozen=True)
class SheetWords:
    """One language's words. Ids on the left, what the sheet says on the right."""

    headings: dict[str, str]
    choices: dict[str, str]
    this: str
    total: str


def sheet_words(speech: Speech, type_: PeriodType = "quarter") -> SheetWords:
    """The words of a sheet for a quarter, a month or a year."""
    _ = speech._
    this, same = {
        "month": (_("This month:"), _("same as last month")),
        "quarter": (_("This quarter:"), _("same as last quarter")),
        "year": (_("This year:"), _("same as last year")),
    }[type_]
    headings = {
        "measure": _("Measure"), "period": _("Period"), "place": _("Place"), "number": _("Number"),
        "last": _("Last time"), "unit": _("Unit"), "note": _("Note"), "about": _("What counts"),
    }  # fmt: skip
    choices = {"numbers": _("numbers below"), "nil": _("nothing to report"), "same": same}
    return SheetWords(headings, choices, this, _("Total"))


def columns(dimensions: Sequence[Dimension], words: SheetWords) -> dict[str, str]:
    """The heading of every column there may be, by its id; a dimension that is called like another column by its id."""
    found = dict(words.headings)
    for dimension in dimensions:
        taken = {plain(text) for text in found.values()}
        name = dimension.name if plain(dimension.name) not in taken else f"{dimension.name} ({dimension.id})"
        found[DIMENSION + dimension.id] = name
    return found


def layouts_of(folder: Folder, partner: Partner) -> dict[str, Layout]:
    """The layouts that were agreed with a partner, and the template's own, which fits no name."""
    template = template_layout(folder.agenda.dimensions, folder.initiative.calendar, partner.language)
    return {**folder.layouts_of(partner), TEMPLATE: template}


@cache  # asked for with every file
def template_layout(dimensions: tuple[Dimension, ...], calendar: Calendar, language: str) -> Layout:
    """How a template is laid out: a number a row, its members beside it, under the headings of the language.

    Like every layout that says nothing else, it replaces what it spoke of before.
    """
    heads = columns(dimensions, sheet_words(Speech(language, calendar, LOCALES)))
    members = {d.id: {"column": heads[DIMENSION + d.id]} for d in dimensions}
    value = {"measure": {"column": heads["measure"]}, "column": heads["number"], "members": members}
    return Layout.model_validate(
        {"files": "", "period": heads["period"], "place": heads["place"], "values": [value], "note": heads["note"]}
    )


def when(speech: Speech, measure: Measure) -> str:
    """Which moment or time a number is about."""
    return speech._("on the last day") if measure.kind == "stock" else speech._("in the whole time")


@cache
def spoken() -> Mapping[tuple[str, str], str]:
    """What any language says, by kind (heading, choice, this, total) and plain spelling: its id."""
    found: dict[tuple[str, str], str] = {}
    for language in ("en", *sorted(path.stem for path in LOCALES.glob("*.po"))):
        speech = Speech(language, Calendar(), LOCALES)
        for type_ in ("month", "quarter", "year"):
            words = sheet_words(speech, type_)
            said = [("heading", id_, text) for id_, text in words.headings.items()]
            said += [("choice", id_, text) for id_, text in words.choices.items()]
            for kind, id_, text in [*said, ("this", "this", words.this), ("total", "_T", words.total)]:
                found.setdefault((kind, plain(text)), id_)
    return found
