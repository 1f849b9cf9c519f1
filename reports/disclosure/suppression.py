"""Hides in all components of an edition what must not be seen; those with much work in several processes at once.

Every component is a matter of its own (`reports.disclosure.choice`), so who does it, and when, changes nothing.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from agenda.errors import Unavailable
from reports.disclosure import kept
from reports.disclosure.choice import Choice, choose
from reports.disclosure.linked import Attacker, Linked, Part, apart
from reports.disclosure.memory import keeping
from reports.disclosure.witnesses import Changes, Witness

ALONE = 1000
"""Small cells that are done before other processes have begun to help."""

_START = """
import pickle, sys
sys.path[:] = {path!r}
from reports.disclosure.choice import choose
parts = pickle.load(sys.stdin.buffer)
pickle.dump([choose(part.linked, part.attackers) for part in parts], sys.stdout.buffer)
"""


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
            cells[part.cells[i]] = replace(cells[part.cells[i]], is_marked=False)
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
        return _made(parts)
    names = [kept.name_of(part) for part in parts]
    past = kept.read(cache)
    known = [past.of(part, name) for part, name in zip(parts, names, strict=True)]
    new = [n for n, before in enumerate(known) if before is None]
    made = dict(zip(new, _made([parts[n] for n in new]), strict=True))
    all_of_them = [before or kept.keep(parts[n], names[n], made[n]) for n, before in enumerate(known)]
    kept.write(cache, all_of_them)
    return [each.choice for each in all_of_them]


def _made(parts: Sequence[Part]) -> list[Choice]:
    """The choice of each part, in order: as many processes as there are processors, each with its share."""
    work = [sum(cell.is_small for cell in part.linked.cells) for part in parts]
    count = min(os.cpu_count() or 1, len(parts))
    if sum(work) <= ALONE or count < 2:
        return [choose(part.linked, part.attackers) for part in parts]
    shares: list[list[int]] = [[] for _ in range(count)]
    for number in sorted(range(len(parts)), key=lambda n: -work[n]):
        min(shares, key=lambda share: sum(work[n] for n in share)).append(number)
    with ThreadPoolExecutor(count) as threads:
        answers = threads.map(lambda share: _elsewhere([parts[n] for n in share]), shares)
        found = {n: choice for share, choices in zip(shares, answers, strict=True)
                 for n, choice in zip(share, choices, strict=True)}  # fmt: skip
    return [found[n] for n in range(len(parts))]


def _elsewhere(parts: Sequence[Part]) -> list[Choice]:
    ran = subprocess.run(
        [sys.executable, "-B", "-c", _START.format(path=sys.path)],
        input=pickle.dumps(parts), capture_output=True, check=False,
    )  # fmt: skip
    if ran.returncode:
        last = ran.stderr.decode(errors="replace").strip().splitlines()[-1:] or [f"it ended with {ran.returncode}"]
        raise Unavailable(f"a process that helps to protect people failed: {last[0]}")
    choices: list[Choice] = pickle.loads(ran.stdout)
    return choices
