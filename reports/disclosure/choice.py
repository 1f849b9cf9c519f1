"""Which cells of one component to hide beside the small ones, so that nobody can reckon these back.

A choice of hidden cells is safe where every small cell has witnesses (`reports.disclosure.witnesses`) at both ends of
the hidden range, for everybody. Where most cells are small, witnesses are looked for that many of them share
(`reports.disclosure.crowd`); for what is left, and elsewhere, one small cell after the other, the smallest first, the
cheapest that hides some more. At last each cell that was added is shown again if all small cells find other witnesses
without it. Where nothing is found, all that is linked is hidden.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from reports.disclosure import search
from reports.disclosure.crowd import Crowd
from reports.disclosure.linked import Attacker, Linked
from reports.disclosure.network import Network
from reports.disclosure.search import Prices
from reports.disclosure.witnesses import HIGH, LOW, NEAR, Changes, Goal, Ground

STEPS, STEPS_FAR = 60, 500
"""How far to look for a chain that may hide more: not far for most, farther for those that are left, before all cells
are looked at. With less than half of the first, 1 % fewer cells are hidden, and it takes a sixth longer. Steps, not
seconds, so that the same numbers have the same cells hidden on every machine."""
STEPS_AGAIN, STEPS_DEAR = 20, 1000
"""How far to look for another witness, so that a cell is shown again; so that a dear one is."""
DEAR = 2.0
"""The cost from which a cell is worth a long search."""
CROWD = 0.5
"""The share of small cells from which on their witnesses are looked for together. With fewer of them, chains take as
long, hide less and take fewer marks away."""
MANY = 50
"""A cell that serves more small ones than this is not tried to be shown again, unless it is dear."""
LATEST = 30
"""How many of the chains through a cell that were found last to follow again before another is looked for."""
BLUR = 0.6
"""What a mark is worth: rather one number more shown than one cell more that says why it isn't."""


@dataclass(frozen=True)
class Choice:
    """What to hide, the marks that must go, and by small cell the witnesses: the proof that this is enough."""

    hidden: frozenset[int]
    blurred: frozenset[int]
    witnesses: dict[int, list[Changes]]


def choose(linked: Linked, attackers: Sequence[Attacker]) -> Choice:
    """A choice for all of ``linked``; witnesses lack where not even hiding everything is enough."""
    work = _Choosing(linked, attackers)
    work.protect()
    work.show_again()
    return Choice(frozenset(work.hidden), frozenset(work.blurred), work.witnesses)


class _Choosing:
    """The choice in the making."""

    def __init__(self, linked: Linked, attackers: Sequence[Attacker]) -> None:
        self.linked, self.ground = linked, Ground(linked, attackers)
        self.network = Network(self.ground)
        cells = list(enumerate(linked.cells))
        self.hidden = {i for i, cell in cells if not cell.is_implied and (cell.is_small or cell.was_hidden)}
        self.secrets = sorted((i for i, cell in cells if cell.is_small and not cell.is_out),
                              key=lambda i: (linked.cells[i].value, i))  # fmt: skip
        unseen = [not cell.is_out and (cell.is_implied or i in self.hidden) for i, cell in cells]
        self.free: list[float | None] = [0.0 if is_unseen else None for is_unseen in unseen]
        self.prices = [None if cell.is_out else 0.0 if unseen[i] else cell.cost for i, cell in cells]
        self.witnesses: dict[int, list[Changes]] = {i: [] for i in self.secrets}
        self.uses: dict[int, set[int]] = defaultdict(set)  # by cell, the small cells with witnesses that move it
        self.blurred: set[int] = set()
        self.chains: dict[int, list[Changes]] = defaultdict(list)

    def protect(self) -> None:
        """Hides what must be; in vain where a small cell isn't safe with all of it hidden."""
        self._settle_together()
        left = self.secrets
        is_sparse = 2 * len(left) < len(self.prices)  # else most is hidden anyway, and a long search saves little
        for steps in (STEPS, *((STEPS_FAR,) if is_sparse else ()), None):
            left = [secret for secret in left if not self._settle(secret, self.prices, steps, BLUR)]

    def _settle_together(self) -> None:
        """Where much is small: witnesses that many small cells share, and that nobody doubts."""
        if len(self.secrets) < CROWD * len(self.prices):
            return
        free = {i for i, price in enumerate(self.prices) if price == 0.0}
        for changes, reached in Crowd(self.ground, self.network.problem, self.secrets, self.prices).witnesses():
            self.blurred.update(self.ground.blur(changes))
            for i in changes.keys() - free:
                self._hide(i)
                self.uses[i].update(reached)
            for secret in reached:
                self.witnesses[secret] = [*self.witnesses[secret], changes]

    def show_again(self) -> None:
        """Shows again what was hidden for others' sake and isn't needed, the dearest first."""
        cells, needed = self.linked.cells, Counter[int]()
        added = [i for i in self.hidden if not (cells[i].is_small or cells[i].was_hidden or cells[i].is_out)]
        for cell in sorted(added, key=lambda i: (-cells[i].cost, len(self.uses[i]), i)):
            if len(self.uses[cell]) > MANY and cells[cell].cost < DEAR:
                continue
            users = sorted(self.uses[cell], key=lambda secret: (-needed[secret], secret))
            before = {secret: self.witnesses[secret] for secret in users}
            self.free[cell] = None
            for secret, witnesses in before.items():
                self.witnesses[secret] = [changes for changes in witnesses if cell not in changes]
            steps = STEPS_DEAR if cells[cell].cost >= DEAR else STEPS_AGAIN
            lost = next((secret for secret in users if not self._settle(secret, self.free, steps)), None)
            if lost is None:
                self.hidden.discard(cell)
                self.prices[cell] = cells[cell].cost
            else:
                needed[lost] += 1  # it is asked first the next time
                self.free[cell] = 0.0
                self.witnesses |= before

    def _hide(self, cell: int) -> None:
        if self.prices[cell]:
            self.prices[cell] = self.free[cell] = 0.0
            self.hidden.add(cell)

    def _settle(self, secret: int, prices: Prices, steps: int | None, blur: float | None = None) -> bool:
        """Finds the witnesses that a small cell lacks, by chains or (``steps`` None) by any means; whether it did."""
        for end in (LOW, HIGH):
            last = None
            while goals := self.ground.goals(secret, end, self.witnesses[secret]):
                goal = goals[0]
                if goal == last:  # what was found comes near, but in fractions of people
                    return False
                last = goal
                changes = self._followed(goal) or self._found(goal, prices, steps, blur)
                if changes is None:
                    return False
                self.blurred.update(self.ground.blur(changes))
                self.witnesses[secret] = [*self.witnesses[secret], changes]
                for i in changes:
                    self._hide(i)
                    self.uses[i].add(secret)
        return True

    def _found(self, goal: Goal, prices: Prices, steps: int | None, blur: float | None) -> Changes | None:
        first = goal._replace(attackers=goal.attackers[:1])
        if steps is not None:
            if (chain := search.find(self.ground, first, prices, steps, blur)) is None:
                return None
            for i in chain:
                self.chains[i].append(chain)
            return chain
        changes = self.network.find(goal, prices)
        return self.network.find(first, prices) if changes is None and first != goal else changes

    def _followed(self, goal: Goal) -> Changes | None:
        """A chain that was found for another goal, followed as far as this one asks, if it hides nothing more."""
        ground, free = self.ground, self.free
        values, least, most, floor = ground.values, ground.least, ground.most, ground.floor(goal.attackers[:1])
        step = goal.aim - values[goal.secret]
        for chain in reversed(self.chains[goal.secret][-LATEST:]):
            times = step / chain[goal.secret]
            for i, by in chain.items():
                count = values[i] + times * by
                if free[i] is None or not max(least[i], floor.get(i, 0.0)) - NEAR <= count <= most[i] + NEAR:
                    break
            else:
                changes = {i: times * by for i, by in chain.items()}
                if all(by == round(by) or not ground.linked.cells[i].is_whole for i, by in changes.items()):
                    return changes
        return None
