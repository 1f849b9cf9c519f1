"""Hides in all components of an edition what must not be seen; those with much work in several processes at once.

Every component is a matter of its own (`reports.disclosure.choice`), so who does it, and when, changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from reports.disclosure import kept
from reports.disclosure.choice import Choice
from reports.disclosure.helpers import choices
from reports.disclosure.linked import Attacker, Linked, Part, apart
from reports.disclosure.memory import keeping
from reports.disclosure.witnesses import Changes, Witness


@dataclass(frozen=True)
class Suppressed:
    """What is hidden in ``linked``, which has the marks that are left. ``witnesses`` by small cell are the proof."""

    linked: Linked
    hidden: frozenset[int]
    witnesses: dict[int, list[Witness]]


@keeping()
def suppress(linked: Linked, attackers: Sequence[Attacker], cache: Path | None = None) -> Suppressed:
    """The published cells to hide: the small ones and those that would reveal them.

    Where telling primary from secondary would itself narrow a cell down (a whole said to be at most ten, of which a
    partner knows seven), marks go. Where even hiding all that is linked is not enough, witnesses lack; see
    `attackers.exposed`. ``cache`` is the file where choices are kept until next time.
    Raises `Unavailable` where a process that helps comes to grief.
    """
    parts = [part for part in apart(linked, attackers) if any(c.is_small or c.was_hidden for c in part.linked.cells)]
    hidden: set[int] = set()
    cells = list(linked.cells)
    witnesses: dict[int, list[Witness]] = {}
    for part, choice in zip(parts, _choices(parts, cache), strict=True):
        hidden |= {part.cells[i] for i in choice.hidden}
        for i in choice.blurred:
            cells[part.cells[i]] = cells[part.cells[i]]._replace(is_marked=False)
        named: dict[int, Changes] = {}  # many witnesses rest on the same base
        for changes in (changes for found in choice.witnesses.values() for witness in found for changes in witness):
            if id(changes) not in named:
                named[id(changes)] = {part.cells[i]: by for i, by in changes.items()}
        for secret, found in choice.witnesses.items():
            witnesses[part.cells[secret]] = [Witness(named[id(each.step)], named[id(each.base)]) for each in found]
    return Suppressed(replace(linked, cells=cells), frozenset(hidden), witnesses)


def _choices(parts: Sequence[Part], cache: Path | None) -> list[Choice]:
    """The choice of each part, in order; those that were made before are taken from ``cache``."""
    if cache is None:
        return choices(parts)
    names = [kept.name_of(part) for part in parts]
    past = kept.read(cache)
    known = [past.of(part, name) for part, name in zip(parts, names, strict=True)]
    new = [n for n, before in enumerate(known) if before is None]
    made = dict(zip(new, choices([parts[n] for n in new]), strict=True))
    all_of_them = [before or kept.keep(parts[n], names[n], made[n]) for n, before in enumerate(known)]
    kept.write(cache, all_of_them)
    return [each.choice for each in all_of_them]
