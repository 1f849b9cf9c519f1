"""Whether the groups that may be shown together can be: each of at least two members, and less than all of them.

A member is in one of them at most, so that what is shown together never overlaps.
"""

from __future__ import annotations

from collections.abc import Iterator

from agenda.errors import Problem
from agenda.known import Known
from agenda.model import Dimension
from agenda.spelling import plain
from agenda.written import Path_

FILE = "agenda.yml"


def merged_problems(known: Known) -> Iterator[Problem]:
    for i, dimension in enumerate(known.folder.agenda.dimensions):
        base: Path_ = ("dimensions", i, "merge")
        if dimension.merge and dimension.overlap:
            message = (
                f"{dimension.id!r} overlaps: who is in several of its groups would be counted several times; leave "
                "'merge' out"
            )
            yield known.problem(FILE, base, message)
        yield from known.once(FILE, base, [merged.id for merged in dimension.merge])
        yield from _names(known, base, dimension)
        yield from _parts(known, base, dimension)


def _names(known: Known, base: Path_, dimension: Dimension) -> Iterator[Problem]:
    """A group bears neither the id nor the name of a member, or of another group."""
    ids = {member.id for member in dimension.members}
    names = {plain(member.name): member.id for member in dimension.members}
    for j, merged in enumerate(dimension.merge):
        if merged.id in ids:
            message = f"{merged.id!r} is a member of {dimension.id!r} already; a merged group needs an id of its own"
            yield known.problem(FILE, (*base, j, "id"), message)
        other = names.setdefault(plain(merged.name), merged.id)
        if other != merged.id:
            message = f"{merged.name!r} names {other!r} already; give one of them another name"
            yield known.problem(FILE, (*base, j, "name"), message)


def _parts(known: Known, base: Path_, dimension: Dimension) -> Iterator[Problem]:
    members = known.members[dimension.id]
    taken: dict[str, str] = {}
    for j, merged in enumerate(dimension.merge):
        path: Path_ = (*base, j, "of")
        for k, member in enumerate(merged.of):
            yield from known.check(FILE, (*path, k), f"member of {dimension.id}", member, members)
            other = taken.setdefault(member, merged.id)
            if other != merged.id:
                message = f"{member!r} is a part of {other!r} already; a member can be merged into one group only"
                yield known.problem(FILE, (*path, k), message)
        yield from known.once(FILE, path, merged.of)
        if len(set(merged.of)) < 2:
            message = f"{merged.id!r} is made of one member only; name at least two that may be shown together"
            yield known.problem(FILE, path, message)
        if set(merged.of) >= members:
            message = (
                f"{merged.id!r} is made of all members of {dimension.id!r}; that is the total, which is shown anyway"
            )
            yield known.problem(FILE, path, message)
