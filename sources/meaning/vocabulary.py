"""What the agenda's ids are called in partners' files: from a cell's text to an id, or to nothing.

Spelling is forgiven (case, spaces, underscores, dashes, full-width forms); meaning is never guessed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from agenda.errors import ConfigurationError
from agenda.folder import Folder
from agenda.model import From, Layout, Measure
from agenda.periods import Period, PeriodError
from agenda.spelling import closest
from agenda.spelling import plain as plain
from agenda.tables import members_text

TOTAL = "_T"
"""SDMX's code for the total over a dimension: the same as leaving the dimension out."""
TOTAL_WORDS = frozenset(
    plain(word).replace(" ", "") for word in (
        "Total", "Totals", "Grand total", "Subtotal", "Sum", "All", "Overall", "Gesamt", "Insgesamt", "Summe",
        "Zwischensumme", "Total general", "Totales", "Suma", "Todos", "Todas", "Ensemble", "합계", "소계", "총계",
        "총합", "계", "전체", "合计", "小计", "总计", "總計", "小計", "合計", "総計", "计", "計",
    )
)  # fmt: skip
"""How people head the row or the column that adds the others up, in plain spelling and without spaces."""
SPLIT, JOIN = "\x1f", "\x1e"
"""Separators inside one text of several members (``age_group␟0-2␞sex␟f``); no sheet's cell holds them."""


class Vocabulary:
    """The ids of one initiative, found by any of their spellings."""

    def __init__(self, folder: Folder) -> None:
        agenda = folder.agenda
        self.initiative, self.calendar = folder.initiative, folder.initiative.calendar
        self.measures: dict[str, Measure] = {m.id: m for m in agenda.measures if m.model is None}
        self._measures = _spellings({m.id: (m.id, m.name) for m in self.measures.values()})
        self._places = _spellings({p.id: (p.id, p.name, *p.aliases) for p in agenda.places})
        self._names = {p.id: p.name for p in agenda.places}
        self._place_names = tuple(name for p in agenda.places for name in (p.name, p.id, *p.aliases))
        self._lives = {place.id: place for place in agenda.places if place.since or place.until}
        self.within = _within({p.id: p.parent for p in agenda.places})
        self.overlapping = frozenset(d.id for d in agenda.dimensions if d.overlap)
        self.members = {d.id: {m.id: (m.id, m.name, *m.aliases) for m in d.members} for d in agenda.dimensions}
        self._members = {dimension: _spellings(members) for dimension, members in self.members.items()}
        only_said = {"name", "unit", "definition", "precedence", "model", "keyed"}  # what changes no reading
        self._contract = json.dumps(
            [
                [folder.initiative.year.starts, folder.initiative.year.named],
                [m.model_dump(mode="json", exclude=only_said) for m in self.measures.values()],
                [self._measures, self._places, self._members],
                *([place.id, place.since, place.until] for place in self._lives.values()),
            ],
            sort_keys=True,
        )

    def reading_of(
        self,
        submission: str,
        key: str,
        partner: str,
        place: str | None,
        layout_name: str,
        layout: Layout,
        mapping: str = "",
    ) -> str:
        """The id of a submission read under this contract and layout: the same bytes read alike have the same id.

        The object's key is part of what is read where the layout looks into it, for a period, say.
        """
        # what layouts could not say when a lake was begun, and don't: so nothing of it is read again for that
        unsaid: dict[str, Any] = {name: True for name in ("marks", "status") if not getattr(layout, name)}
        if not layout.hashed:
            unsaid["values"] = {"__all__": {"consent"}}
        looked_into = any(found is not None and found.path for found in (layout.period, layout.place))
        said = "\0".join(
            [submission, key if looked_into else "", partner, place or "", layout_name,
             layout.model_dump_json(exclude=unsaid), self._contract, *([mapping] if mapping else [])]
        )  # fmt: skip
        return hashlib.sha256(said.encode()).hexdigest()[:32]

    # -- from text to id; None where there is none --------------------------------------------------------

    def measure(self, text: str) -> str | None:
        return self._measures.get(plain(text))

    def place(self, text: str) -> str | None:
        return self._places.get(plain(text))

    def outside(self, place: str, period: Period) -> str | None:
        """Why the place has no number of the period, as the code of a finding; None where it may have one."""
        at = self._lives.get(place)
        if at is not None and at.since is not None and period.end <= self.calendar.parse(at.since).start:
            return "place_not_open"
        if at is not None and at.until is not None and self.calendar.parse(at.until).end <= period.start:
            return "place_merged" if at.into is not None else "place_closed"
        return None

    def life_of(self, code: str, text: str) -> dict[str, object]:
        """What a finding says of such a place: since or until when it was there, and what it is a part of now."""
        at = self._lives[self.place(text) or ""]
        found: dict[str, object] = {
            "period": self.calendar.parse(str(at.since if code == "place_not_open" else at.until))
        }
        return found | ({"heir": self._names[at.into]} if at.into is not None and code == "place_merged" else {})

    def period(self, text: str) -> Period | None:
        try:
            return self.calendar.parse(text)
        except PeriodError:
            return None

    def member(self, dimension: str, text: str) -> str | None:
        known = None if text == TOTAL else self._members[dimension].get(plain(text))
        return TOTAL if known is None and is_total(text) else known

    def canonical_members(self, measure: str, texts: Mapping[str, str]) -> tuple[str | None, str | None]:
        """The canonical members of a measure's cell, or None and the dimension that could not be read.

        A total is left out; an empty cell is right only for a dimension that the measure is not split by.
        """
        members = {}
        for dimension, text in texts.items():
            member = self.member(dimension, text)
            split = dimension in self.measures[measure].dimensions
            if member is None and (split or text):
                return None, dimension
            if member is not None and member != TOTAL:
                if not split:
                    return None, dimension
                members[dimension] = member
        return members_text(members), None

    # -- what to say instead ------------------------------------------------------------------------------

    def like_measure(self, text: str) -> str:
        return _like(text, tuple(name for m in self.measures.values() for name in (m.name, m.id)))

    def like_place(self, text: str) -> str:
        return _like(text, self._place_names)

    def like_member(self, dimension: str, text: str) -> str:
        return _like(text, tuple(name for names in self.members[dimension].values() for name in names))


def is_total(text: str) -> bool:
    """Whether a cell says that its row adds others up; the agenda's own words come before."""
    return text == TOTAL or plain(text).replace(" ", "") in TOTAL_WORDS


def translated(found: From | str | None, text: str) -> str:
    """``text`` as the layout's own ``values`` translate it."""
    if isinstance(found, From):
        return {plain(k): v for k, v in found.values.items()}.get(plain(text), text)
    return text


def _within(parents: Mapping[str, str | None]) -> dict[str, tuple[str, ...]]:
    """Each place with those it lies in, the nearest first."""
    found: dict[str, tuple[str, ...]] = {}
    for place, parent in parents.items():
        line: tuple[str, ...] = ()
        while parent is not None:
            line, parent = (*line, parent), parents[parent]
        found[place] = line
    return found


def _spellings(names: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Each spelling's id. Raises `ConfigurationError` where one spelling means two things."""
    found: dict[str, str] = {}
    for id_, spellings in names.items():
        for spelling in spellings:
            other = found.setdefault(plain(spelling), id_)
            if other != id_:
                raise ConfigurationError(f"{spelling!r} names both {other!r} and {id_!r}; give one another name")
    return found


@cache  # the same wrong word stands in thousands of rows
def _like(text: str, names: tuple[str, ...]) -> str:
    """The one of the agreed names that is close, else nothing."""
    written = {plain(name): name for name in reversed(names)}
    close = closest(plain(text), written)
    return written[close] if close else ""
