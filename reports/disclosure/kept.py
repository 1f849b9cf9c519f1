"""What was chosen for a component before, kept on this machine: equal cells, sums and attackers have the same choice.

So has a component that was published just as it was chosen: there is nothing left to choose, and what proved it safe
still does. Only a shortcut: whatever it says is proved again with everything else, so a wrong one stops a draft and
reveals nobody.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

import orjson

from reports.disclosure.choice import Choice
from reports.disclosure.linked import Part
from reports.disclosure.witnesses import Witness

_CHOOSERS = ("choice.py", "crowd.py", "linked.py", "merged.py", "network.py", "search.py", "solver.py", "witnesses.py")

_SAID = {"unpublished", "hidden", "blurred", "marked", "changes", "witnesses"}


class Name(NamedTuple):
    """SHA-256 of all that a choice follows from, the code included; and of that but what was published of it."""

    chosen: str
    unpublished: str


@dataclass(frozen=True)
class Kept:
    """A choice, and the cells that have a mark by it."""

    name: Name
    choice: Choice
    marked: frozenset[int]


def name_of(part: Part) -> Name:
    cells = part.linked.cells
    facts = [
        _code(),
        part.linked.hide,
        [(cell.value, cell.is_small, cell.is_implied, cell.cost) for cell in cells],
        [(list(each.weights.items()), each.total) for each in part.linked.sums],
        list(part.linked.merged.items()),
    ]
    digest = hashlib.sha256(orjson.dumps(facts))
    for attacker in part.attackers:
        digest.update(attacker.name.encode() + b"\0" + attacker.own.cells.tobytes() + attacker.own.counts.tobytes())
    unpublished = digest.hexdigest()
    published = [(cell.is_marked, cell.was_marked, cell.is_out, cell.was_hidden) for cell in cells]
    digest.update(orjson.dumps(published))
    return Name(digest.hexdigest(), unpublished)


@cache
def _code() -> str:
    files = (Path(__file__).with_name(name).read_bytes() for name in _CHOOSERS)
    return hashlib.sha256(b"\0".join(files)).hexdigest()


def keep(part: Part, name: Name, choice: Choice) -> Kept:
    marked = {i for i, cell in enumerate(part.linked.cells) if cell.is_marked}
    return Kept(name, choice, frozenset(marked - choice.blurred))


class Past:
    """All that was kept, for looking up."""

    def __init__(self, choices: Mapping[str, Kept]) -> None:
        self._chosen = choices
        self._unpublished = {kept.name.unpublished: kept for kept in choices.values()}

    def of(self, part: Part, name: Name) -> Kept | None:
        """What was chosen for ``part``, where it was, or where that is what was published of it."""
        if name.chosen in self._chosen:
            return self._chosen[name.chosen]
        before = self._unpublished.get(name.unpublished)
        if before is None or not _is_published(part, before):
            return None
        return Kept(name, replace(before.choice, blurred=frozenset()), before.marked)


def _is_published(part: Part, before: Kept) -> bool:
    """Whether earlier editions hide just what was chosen, show all the rest, and no mark says more than it did then."""
    cells = list(enumerate(part.linked.cells))
    return (
        all(cell.is_implied or cell.is_out != cell.was_hidden for _, cell in cells)
        and {i for i, cell in cells if cell.was_hidden and not cell.is_implied} == before.choice.hidden
        and {i for i, cell in cells if cell.is_marked} <= before.marked
    )


def read(path: Path) -> Past:
    """What the file keeps; where there is none yet, the one before it by name. Nothing where it is not whole."""
    if not path.is_file():
        path = max((other for other in path.parent.glob("*.json") if other.name < path.name), default=path)
    try:
        said = orjson.loads(path.read_bytes())
    except (FileNotFoundError, orjson.JSONDecodeError):
        return Past({})
    found = {}
    for name, each in said.items():
        if each.keys() != _SAID:  # kept in another form
            continue
        changes = [dict(one) for one in each["changes"]]
        serving = {secret: [Witness(changes[step], changes[base]) for step, base in numbers]
                   for secret, numbers in each["witnesses"]}  # fmt: skip
        choice = Choice(frozenset(each["hidden"]), frozenset(each["blurred"]), serving)
        found[name] = Kept(Name(name, each["unpublished"]), choice, frozenset(each["marked"]))
    return Past(found)


def write(path: Path, choices: list[Kept]) -> None:
    """These and no others, so that the file doesn't grow."""
    said = {}
    for name, choice, marked in ((each.name, each.choice, each.marked) for each in choices):
        once = {id(changes): changes for found in choice.witnesses.values() for each in found for changes in each}
        at = {identity: number for number, identity in enumerate(once)}
        said[name.chosen] = {
            "unpublished": name.unpublished, "hidden": sorted(choice.hidden), "blurred": sorted(choice.blurred),
            "marked": sorted(marked), "changes": [list(changes.items()) for changes in once.values()],
            "witnesses": [(secret, [(at[id(each.step)], at[id(each.base)]) for each in found])
                          for secret, found in choice.witnesses.items()],
        }  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.write_bytes(orjson.dumps(said))
    new.replace(path)
