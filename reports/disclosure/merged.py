"""Groups that the agenda allows to show together: what each is made of, and what must be hidden with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from reports.disclosure.groups import Key

Merges = Mapping[str, Mapping[str, Sequence[str]]]
"""By dimension, by the id of a merged group: the members that it is made of."""


def parts_of(said: str, merges: Merges) -> tuple[str, ...]:
    """The groups that a merged one is made of, in the canonical text of members; none for any other group."""
    members = _pairs(said) if merges else ()
    for i, (dimension, member) in enumerate(members):
        if found := merges.get(dimension, {}).get(member):
            return tuple(_text(members, i, part) for part in found)
    return ()


def _groups_of(said: str, merges: Merges) -> Iterator[str]:
    """The merged groups that a group is a part of, one dimension at a time."""
    members = _pairs(said)
    for i, (dimension, member) in enumerate(members):
        yield from (_text(members, i, id_) for id_, of in merges.get(dimension, {}).items() if member in of)


@lru_cache(1 << 16)
def _pairs(said: str) -> tuple[tuple[str, str], ...]:
    return tuple((dimension, member) for dimension, _, member in (part.partition("=") for part in said.split("|")))


def _text(members: Sequence[tuple[str, str]], at: int, member: str) -> str:
    named = [(dimension, member if i == at else other) for i, (dimension, other) in enumerate(members)]
    return "|".join(f"{dimension}={one}" for dimension, one in named)


def unsaid(hidden: Iterable[Key], merges: Merges) -> set[Key]:
    """The merged groups that an edition which hides these could have shown in their place."""
    return {key._replace(members=group) for key in hidden for group in _groups_of(key.members, merges)}


def together(hidden: frozenset[int], parts: Mapping[int, Sequence[int]]) -> frozenset[int]:
    """``hidden``, and more, so that no part of a merged group stands beside it: the part that is left, where it is one;
    else the group, which would take more numbers away than it gives."""
    gone = set(hidden)
    of: dict[int, list[int]] = defaultdict(list)
    for group, cells in parts.items():
        for cell in cells:
            of[cell].append(group)
    left = sorted(hidden & of.keys())
    while left:
        for group in of[left.pop()]:
            shown = [cell for cell in parts[group] if cell not in gone]
            if group not in gone and shown:
                new = shown if len(shown) == 1 else [group]
                gone.update(new)
                left += [cell for cell in new if cell in of]
    return frozenset(gone)
