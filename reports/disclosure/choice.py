"""Which cells of one component to hide beside the small ones, so that nobody can reckon these back.

A choice of hidden cells is safe where every small cell has witnesses (`reports.disclosure.witnesses`) at both ends of
the hidden range, for everybody. Where most cells are small, witnesses are looked for that many of them share
(`reports.disclosure.crowd`); elsewhere first those that the public asks for, one small cell after the other, the
smallest first, the cheapest that hides some more, and then such as many share among what is hidden. Nobody doubts what
is shared, so it is where each small cell starts from that is not yet as low or as high as it must go, or that somebody
asks more of: mostly it has but one or two people to go. At last each cell that was added is shown again if all small
cells find other witnesses without it. Where nothing is found, all that is linked is hidden.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from reports.disclosure import search
from reports.disclosure.crowd import OFFERS, Crowd
from reports.disclosure.linked import Attacker, Linked
from reports.disclosure.merged import together
from reports.disclosure.network import Network
from reports.disclosure.search import Footing
from reports.disclosure.witnesses import HIGH, LOW, NOTHING, Changes, Goal, Ground, Witness

STEPS, STEPS_FAR = 30, 500
"""How far to look for a chain that may hide more: not far for most, farther for those that are left, before all cells
are looked at. Steps, not seconds, so that the same numbers have the same cells hidden on every machine."""
STEPS_AGAIN, STEPS_DEAR = 20, 1000
"""How far to look for another witness, so that a cell is shown again; so that a dear one is."""
DEAR = 2.0
"""The cost from which a cell is worth a long search."""
CROWD = 0.5
"""The share of small cells from which on cells are hidden for many at once. With fewer of them, chains hide less and
take fewer marks away."""
MANY = 50
"""A cell that serves more small ones than this is not tried to be shown again, unless it is dear."""
NEAREST = 2
"""From how many bases to look for a chain, before it is looked for from the truth."""
LATEST = 30
"""How many of the chains through a cell that were found last to follow again before another is looked for."""
QUICK = 60
"""Up to so many cells a choice is made in several ways."""
BLUR = 0.6
"""What a mark is worth: rather one number more shown than one cell more that says why it isn't."""


@dataclass(frozen=True)
class Choice:
    """What to hide, the marks that must go, and by small cell the witnesses: the proof that this is enough."""

    hidden: frozenset[int]
    blurred: frozenset[int]
    witnesses: dict[int, list[Witness]]


class _Way(NamedTuple):
    """How to go about a choice: what to hide before anything else, whether to look for witnesses that many share, and
    with which small cells to begin."""

    ahead: frozenset[int]
    is_crowded: bool
    is_largest_first: bool = False


def choose(linked: Linked, attackers: Sequence[Attacker]) -> Choice:
    """A choice for all of ``linked``; witnesses lack where not even hiding everything is enough.

    No way is the best for all, so where each takes but a moment several are gone, and what hides least is taken.
    """
    tried = (_chosen(linked, attackers, way) for way in _ways(linked))
    return min(tried, key=lambda found: found[0])[1]


def _ways(linked: Linked) -> Iterator[_Way]:
    cells = [cell for cell in linked.cells if not cell.is_out]
    is_crowded = sum(cell.is_small for cell in cells) >= CROWD * len(cells)
    for ahead in _ahead(linked):
        yield _Way(ahead, is_crowded)
        if len(linked.cells) <= QUICK:
            yield _Way(ahead, not is_crowded)
            yield _Way(ahead, is_crowded=True, is_largest_first=True)


def _ahead(linked: Linked) -> Iterator[frozenset[int]]:
    """Nothing; where merged groups have small parts, also these groups, all their parts, and all groups there are."""
    yield frozenset()
    groups = {group for group, parts in linked.merged.items() if any(linked.cells[part].is_small for part in parts)}
    if groups:
        yield frozenset(groups)
        yield frozenset(part for group in groups for part in linked.merged[group])
        yield frozenset(linked.merged)


def _chosen(linked: Linked, attackers: Sequence[Attacker], way: _Way) -> tuple[tuple[int, float], Choice]:
    """How many small cells aren't safe, and what is lost; and the choice for that."""
    work = _Choosing(linked, attackers, way)
    unsafe = work.protect()
    work.keep_together()
    work.show_again()
    hidden = together(frozenset(work.hidden), linked.merged)
    loss = sum(linked.cells[i].cost for i in hidden) + BLUR * len(work.blurred)
    return (unsafe, loss), Choice(hidden, frozenset(work.blurred), work.witnesses)


class _Effort(NamedTuple):
    """How to look for witnesses: chains within some steps, or (None) by any means; whether to hide more for them and
    take marks away; for all who attack, or for the public alone."""

    steps: int | None
    may_hide: bool = True
    is_public: bool = False


class _Choosing:
    """The choice in the making."""

    def __init__(self, linked: Linked, attackers: Sequence[Attacker], way: _Way) -> None:
        self.way, self.linked, self.ground = way, linked, Ground(linked, attackers)
        self.network = Network(self.ground)
        cells = list(enumerate(linked.cells))
        self.hidden = {i for i, cell in cells if not cell.is_implied and (cell.is_small or cell.was_hidden)}
        self.secrets = sorted((i for i, cell in cells if cell.is_small and not cell.is_out),
                              key=lambda i: (linked.cells[i].value, i), reverse=way.is_largest_first)  # fmt: skip
        unseen = [not cell.is_out and (cell.is_implied or i in self.hidden) for i, cell in cells]
        self.free: list[float | None] = [0.0 if is_unseen else None for is_unseen in unseen]
        self.prices = [None if cell.is_out else 0.0 if unseen[i] else cell.cost for i, cell in cells]
        self.witnesses: dict[int, list[Witness]] = {i: [] for i in self.secrets}
        self.uses: dict[int, set[int]] = defaultdict(set)  # by cell, the small cells with steps that move it
        self.bases: dict[int, tuple[Changes, set[int]]] = {}  # each with the small cells whose witnesses rest on it
        self.blurred: set[int] = set()
        self.chains: dict[int, list[Changes]] = defaultdict(list)
        self.merging: dict[int, dict[int, Sequence[int]]] = defaultdict(dict)  # by cell, the groups it is of, or is
        for group, parts in linked.merged.items():
            for i in (group, *parts):
                self.merging[i][group] = parts
        self.truth, self.footings = Footing(self.ground), list[Footing]()

    def protect(self) -> int:
        """Hides what must be; how many small cells aren't safe with all of it hidden."""
        for i in sorted(self.way.ahead):
            self._hide(i)
        if self.way.is_crowded:
            self._settle_together(OFFERS)
        else:
            for secret in self.secrets:
                self._settle(secret, _Effort(STEPS, is_public=True))
            self.show_again(is_public=True)
            if len(self.ground.attackers) > 1:  # who know more than the public
                self._settle_together(())
        left = self.secrets
        # where most is hidden anyway, a long search saves little
        for steps in (STEPS, *(() if self.way.is_crowded else (STEPS_FAR,)), None):
            left = [secret for secret in left if not self._settle(secret, _Effort(steps))]
        return len(left)

    def keep_together(self) -> None:
        """Hides what would stand beside a merged group that it is a part of, or that group."""
        for i in together(frozenset(self.hidden), self.linked.merged) - self.hidden:
            self._hide(i)

    def _settle_together(self, offers: Sequence[float]) -> None:
        """Witnesses that many small cells share, and that nobody doubts."""
        free = {i for i, price in enumerate(self.prices) if price == 0.0}
        for changes, reached in Crowd(self.ground, self.network.problem, self.secrets, self.prices).witnesses(offers):
            self.blurred.update(self.ground.blur(Witness(changes)))
            self.footings.append(Footing(self.ground, changes))
            for i in changes.keys() - free:
                self._hide(i)
            for secret in reached:
                self._take(secret, Witness(NOTHING, changes))

    def show_again(self, *, is_public: bool = False) -> None:
        """Shows again what was hidden for others' sake and isn't needed, the dearest first."""
        cells, needed = self.linked.cells, Counter[int]()
        added = {i: len(self._users(i)) for i in self.hidden
                 if not (cells[i].is_small or cells[i].was_hidden or cells[i].is_out)}  # fmt: skip
        for cell in sorted(added, key=lambda i: (-cells[i].cost, added[i], i)):
            is_dear = cells[cell].cost >= DEAR
            users = self._users(cell)
            if (len(users) > MANY and not is_dear) or not self._may_be_shown(cell):
                continue
            self.free[cell] = None
            without = {secret: [w for w in self.witnesses[secret] if cell not in w.step and cell not in w.base]
                       for secret in users}  # fmt: skip
            before = {i: self.witnesses[i] for i, rest in without.items() if len(rest) < len(self.witnesses[i])}
            footings, self.footings = self.footings, [each for each in self.footings if cell not in each.base]
            self.witnesses |= {secret: without[secret] for secret in before}
            effort = _Effort(STEPS_DEAR if is_dear else STEPS_AGAIN, may_hide=False, is_public=is_public)
            asked = sorted(before, key=lambda secret: (-needed[secret], secret))
            lost = next((secret for secret in asked if not self._settle(secret, effort)), None)
            if lost is None:
                self.hidden.discard(cell)
                self.prices[cell] = cells[cell].cost
            else:
                needed[lost] += 1  # it is asked first the next time
                self.free[cell] = 0.0
                self.footings = footings
                self.witnesses |= before

    def _may_be_shown(self, cell: int) -> bool:
        """Whether a cell would not stand beside a merged group that it is a part of, or be that group."""
        return not self.merging[cell] or cell not in together(frozenset(self.hidden - {cell}), self.merging[cell])

    def _users(self, cell: int) -> set[int]:
        """The small cells with witnesses that move a cell, or that did."""
        return self.uses[cell].union(*(users for base, users in self.bases.values() if cell in base))

    def _hide(self, cell: int) -> None:
        if self.prices[cell]:
            self.prices[cell] = self.free[cell] = 0.0
            self.hidden.add(cell)

    def _take(self, secret: int, witness: Witness) -> None:
        """One more witness for a small cell; what it moves is hidden from now on."""
        self.blurred.update(self.ground.blur(witness))
        self.witnesses[secret] = [*self.witnesses[secret], witness]
        if witness.base:
            self.bases.setdefault(id(witness.base), (witness.base, set()))[1].add(secret)
        for i in witness.step:
            self._hide(i)
            self.uses[i].add(secret)

    def _settle(self, secret: int, effort: _Effort) -> bool:
        """Finds the witnesses that a small cell lacks; whether it did."""
        for end in (LOW, HIGH):
            last = None
            while goals := self.ground.goals(secret, end, self.witnesses[secret]):
                goal = goals[0]
                if effort.is_public and not goal.is_public:
                    break
                if goal == last:  # what was found comes near, but in fractions of people
                    return False
                last = goal
                witness = self._followed(goal) or self._found(goal, effort)
                if witness is None:
                    return False
                self._take(secret, witness)
        return True

    def _near(self, goal: Goal) -> list[Footing]:
        """The footings from which it is the shortest way to a goal, the truth at last."""
        secret, aim = goal.secret, goal.aim
        near = sorted(self.footings, key=lambda footing: abs(aim - footing.counts[secret]))[:NEAREST]
        return [*near, self.truth]

    def _found(self, goal: Goal, effort: _Effort) -> Witness | None:
        first = goal._replace(attackers=goal.attackers[:1])
        prices, blur = (self.prices, BLUR) if effort.may_hide else (self.free, None)
        if effort.steps is None:
            for witness in self.witnesses[goal.secret]:
                mended = search.mend(self.truth, witness.step, first, prices, STEPS, blur) if not witness.base else None
                if mended is not None:
                    return Witness(mended, witness.step)
        for footing in self._near(goal):
            if (chain := search.find(footing, first, prices, effort.steps or STEPS, blur)) is not None:
                for i in chain:
                    self.chains[i].append(chain)
                return Witness(chain, footing.base)
        if effort.steps is not None:
            return None
        changes = self.network.find(goal, prices)
        if changes is None and first != goal:
            changes = self.network.find(first, prices)
        return None if changes is None else Witness(changes)

    def _followed(self, goal: Goal) -> Witness | None:
        """A chain that was found for another goal, followed as far as this one asks, if it hides nothing more."""
        chains = [chain for chain in self.chains[goal.secret][:-LATEST - 1:-1]
                  if all(self.free[i] is not None for i in chain)]  # fmt: skip
        for footing in self._near(goal) if chains else ():
            step = goal.aim - footing.counts[goal.secret]
            for chain in chains:
                times = step / chain[goal.secret]
                changes = {i: times * by for i, by in chain.items()}
                if footing.allows(changes, goal) and all(
                    by == round(by) or not self.ground.is_whole[i] for i, by in changes.items()
                ):
                    return Witness(changes, footing.base)
        return None
