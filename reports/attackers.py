"""Attackers: for every small cell, the least and the most it can be, from all that can be seen.

This is the proof that an edition is safe, and it shares nothing with the way the hidden cells were chosen: each end
is a problem of its own, in whole numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from reports.linked import Attacker, Linked, Sum
from reports.solver import INFINITE, solve

_NEAR = 1e-6


@dataclass(frozen=True)
class Exposed:
    """A small cell that somebody can narrow down, and to what; the range is empty where nothing fits."""

    cell: int
    attacker: str
    least: float
    most: float


def exposed(linked: Linked, hidden: Iterable[int], attackers: Sequence[Attacker]) -> list[Exposed]:
    """The small cells that ``attackers`` find out more of than that they are in the hidden range."""
    unseen = {i for i in hidden if not linked.cells[i].is_out}
    unknown = unseen | {i for i, cell in enumerate(linked.cells) if cell.is_implied}
    found = [
        Exposed(i, "", cell.value, cell.value)
        for i, cell in enumerate(linked.cells)
        if cell.is_small and i not in unknown
    ]
    for cells, sums in linked.components(unknown):
        if not any(linked.cells[i].is_small for i in cells):
            continue
        done: set[tuple[tuple[float, ...], int]] = set()
        for attacker in attackers:
            knows = tuple(attacker.least(linked, i) for i in cells)
            secrets = [i for i in attacker.secrets(linked, cells) if (knows, i) not in done]
            done |= {(knows, i) for i in secrets}
            found += _narrowed(linked, cells, sums, attacker, secrets)
    return found


def _narrowed(
    linked: Linked, cells: Sequence[int], sums: Sequence[Sum], attacker: Attacker, secrets: Sequence[int]
) -> Iterator[Exposed]:
    for secret in secrets:
        low, high = attacker.range(linked, secret)
        least, most = (_end(linked, cells, sums, attacker, secret, sign) for sign in (1, -1))
        if least is None or most is None or least > low + _NEAR or most < high - _NEAR:
            yield Exposed(secret, attacker.name, least or 0.0, most or 0.0)


def _end(
    linked: Linked, cells: Sequence[int], sums: Sequence[Sum], attacker: Attacker, secret: int, sign: int
) -> float | None:
    """The least (``sign`` 1) or the most (-1) that the secret can be; beyond the hidden range it doesn't matter."""
    at = {cell: column for column, cell in enumerate(cells)}
    ends = linked.hide
    most = [float(ends[1]) if linked.cells[i].is_marked or i == secret else INFINITE for i in cells]
    solution = solve(
        [float(sign) if i == secret else 0.0 for i in cells],
        [attacker.least(linked, i) for i in cells], most,
        [({at[i]: w for i, w in each.weights.items()}, each.total, each.total) for each in sums],
        [linked.cells[i].is_whole for i in cells],
    )  # fmt: skip
    return None if solution is None else solution[at[secret]]
