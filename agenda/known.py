"""What may be referred to in an initiative, and how a reference to something else is reported."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from agenda.errors import Problem
from agenda.folder import Folder
from agenda.layouts import From
from agenda.periods import Period, PeriodError
from agenda.spelling import nearest
from agenda.written import Path_


class Known:
    """Every id of one initiative, by kind; and the problems of its files, at their lines."""

    def __init__(self, folder: Folder) -> None:
        agenda = folder.agenda
        self.folder = folder
        self.measures = {m.id: frozenset(m.dimensions) for m in agenda.measures}
        self.modelled = {m.id for m in agenda.measures if m.model is not None}
        self.numbers = self.measures | {s.id: frozenset(s.dimensions) for s in agenda.reference}
        self.members = {d.id: frozenset(m.id for m in d.members) for d in agenda.dimensions}
        self.places = {p.id: p.parent for p in agenda.places}
        self.indicators = {i.id for i in agenda.indicators}
        self.partners = {p.id for p in folder.partners.partners}
        self.layouts = folder.partners.layouts

    def period(self, text: str) -> Period | None:
        """The period, or None where it can't be read (which is said once, with all other periods)."""
        try:
            return self.folder.initiative.calendar.parse(text)
        except PeriodError:
            return None

    def problem(self, file: str, path: Path_, message: str) -> Problem:
        return self.folder.sources[file].problem(path, message)

    def check(self, file: str, path: Path_, kind: str, said: str, known: Collection[str]) -> Iterator[Problem]:
        """A problem if ``said`` is none of the ``known``."""
        if said not in known:
            yield self.problem(file, path, f"there is no {kind} {said!r}{nearest(said, known)}")

    def reported(self, file: str, path: Path_, measure: str) -> Iterator[Problem]:
        """A problem if ``measure`` is nothing that a partner can report."""
        yield from self.check(file, path, "measure", measure, self.measures)
        if measure in self.modelled:
            yield self.problem(file, path, f"{measure!r} is made by a model; partners report what it is made of")

    def once(self, file: str, path: Path_, said: Sequence[str]) -> Iterator[Problem]:
        """A problem for everything that the list at ``path`` says more than once, at its last place."""
        for text, count in Counter(said).items():
            if count > 1:
                last = len(said) - 1 - said[::-1].index(text)
                yield self.problem(file, (*path, last), f"{text!r} is given {count} times; keep one")


def answers(found: From | str) -> list[str]:
    """Every id that a layout's `From` names outright."""
    if isinstance(found, str):
        return [found]
    return [*found.values.values(), *([found.constant] if found.constant else [])]
