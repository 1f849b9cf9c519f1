"""Sense of places: what lies in what, from when until when each is there, and what it becomes a part of."""

from __future__ import annotations

from collections.abc import Iterator

from agenda.errors import Problem
from agenda.known import Known
from agenda.lifetimes import Lifetime, lifetimes
from agenda.model import Place
from agenda.periods import PeriodError
from agenda.written import Path_

FILE = "agenda.yml"


def place_problems(known: Known) -> Iterator[Problem]:
    yield from _places(known)
    places = known.folder.agenda.places
    try:
        lives = lifetimes(places, known.folder.initiative.calendar)
    except PeriodError:  # said with all other periods
        return
    for i, place in enumerate(places):
        for key, message in _lifetime(place, lives):
            yield known.problem(FILE, ("places", i, key), message)
        yield from _heir(known, i, place, lives)


def _places(known: Known) -> Iterator[Problem]:
    roots = [id_ for id_, parent in known.places.items() if parent is None]
    if len(roots) > 1:
        message = f"{', '.join(roots)} have no parent; one place holds all the others"
        yield known.problem(FILE, ("places",), message)
    for i, place in enumerate(known.folder.agenda.places):
        path: Path_ = ("places", i, "parent")
        if place.parent is not None:
            yield from known.check(FILE, path, "place", place.parent, known.places)
        seen, at = {place.id}, place.parent
        while at is not None and at not in seen:
            seen.add(at)
            at = known.places.get(at)
        if at == place.id:
            yield known.problem(FILE, path, f"{place.id!r} lies within itself")


def _lifetime(place: Place, lives: dict[str, Lifetime]) -> Iterator[tuple[str, str]]:
    """A place is there as long as what lies in it."""
    own = lives[place.id]
    if place.parent is None and own != Lifetime(None, None):
        yield "until" if place.until else "since", f"{place.id!r} holds all other places, so it can't open or close"
    around = lives.get(place.parent or "")
    if around is not None and around.closes is not None and (own.closes is None or own.closes > around.closes):
        yield "until", f"{place.id!r} lies in {place.parent!r}, which closes before it"
    if around is not None and around.opens is not None and (own.opens is None or own.opens < around.opens):
        yield "since", f"{place.id!r} lies in {place.parent!r}, which opens after it"


def _heir(known: Known, i: int, place: Place, lives: dict[str, Lifetime]) -> Iterator[Problem]:
    """A place goes into one beside it, which is there then; so the places that hold both keep their numbers."""
    path: Path_ = ("places", i, "into")
    if place.into is None:
        return
    yield from known.check(FILE, path, "place", place.into, known.places)
    heir, closes = lives.get(place.into), lives[place.id].closes
    if heir is None or closes is None:
        return
    if place.into == place.id or known.places[place.into] != place.parent:
        yield known.problem(FILE, path, f"{place.into!r} is no place beside {place.id!r} in {place.parent!r}")
    elif (heir.opens or closes) > closes or (heir.closes is not None and heir.closes <= closes):
        yield known.problem(FILE, path, f"{place.into!r} is not there when {place.id!r} becomes a part of it")
