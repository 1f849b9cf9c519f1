"""Random linked tables: places × groups with all their margins, and a percent's parts, as an edition links them.

And the rows of an edition as readers have them.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from itertools import product

from reports.disclosure.cells import Row
from reports.disclosure.linked import PUBLIC, Attacker, Cell, Linked, Own, Sum
from reports.disclosure.withhold import Judged

Key = tuple[str, ...]


def table(seed: int) -> tuple[Linked, list[Attacker]]:
    """A table of two or three ways, counts of two partners, sometimes with its share of a larger table."""
    rng = random.Random(seed)
    ways = [[f"{way}{n}" for n in range(rng.randint(2, 3))] for way in "abc"[: rng.choice([1, 2, 2, 2, 2, 3])]]
    partners = rng.choice([0, 0, 2])
    counts: dict[Key, list[int]] = {}
    for key in product(*ways):
        own = [rng.choice([0, rng.randint(1, 12), rng.randint(8, 90)]) for _ in range(2)]
        counts[key] = own
    return _linked(ways, counts, partners)


def _linked(ways: list[list[str]], counts: dict[Key, list[int]], partners: int) -> tuple[Linked, list[Attacker]]:
    """The counts of two with all their margins, and as many of the two who know their own."""
    for way, names in enumerate(ways):
        for key in list(counts):
            if key[way] == names[0]:
                parts = [counts[(*key[:way], name, *key[way + 1 :])] for name in names]
                counts[(*key[:way], "", *key[way + 1 :])] = [sum(both) for both in zip(*parts, strict=True)]
    at = {key: i for i, key in enumerate(counts)}
    sums = []
    for way, names in enumerate(ways):
        for key in counts:
            if key[way] == "":
                sums.append(Sum({at[key]: 1.0, **{at[(*key[:way], n, *key[way + 1 :])]: -1.0 for n in names}}))
    values = [float(sum(both)) for both in counts.values()]
    small = [0 < value <= 10 for value in values]
    inside = {part for each in sums for whole, *parts in [list(each.weights)] if small[whole] for part in parts}
    cells = [Cell("/".join(key), values[i], small[i], is_marked=small[i] and i not in inside)
             for key, i in at.items()]  # fmt: skip
    attackers = [PUBLIC]
    for partner in range(partners):
        attackers.append(Attacker(f"p{partner}", Own.of({at[key]: float(own[partner]) for key, own in counts.items()})))
    return Linked(cells, sums), attackers


def merged(seed: int) -> tuple[Linked, list[Attacker]]:
    """A table of two or three ways with groups of the first one that may be shown together.

    A group of few people is none. Sometimes a second group is made of the members that are left.
    """
    rng = random.Random(seed)
    ways = [
        [f"{way}{n}" for n in range(rng.randint(2, 3) + 2 * (way == "a"))] for way in "abc"[: rng.choice([1, 2, 2, 3])]
    ]
    counts = {key: [rng.choice([0, rng.randint(1, 12), rng.randint(8, 90)]) for _ in "12"] for key in product(*ways)}
    first = ways[0][: rng.randint(2, len(ways[0]) - 1)]
    groups = {"first": first, "second": [name for name in ways[0] if name not in first]}
    linked, attackers = _linked(ways, counts, rng.choice([0, 0, 2]))
    at = {cell.name: i for i, cell in enumerate(linked.cells)}
    cells, sums, parts = list(linked.cells), list(linked.sums), {}
    for name, of in groups.items():
        for rest in sorted({tuple(cell.name.split("/")[1:]) for cell in cells[: len(at)]}) if len(of) > 1 else ():
            within = [at["/".join((part, *rest))] for part in of]
            count = sum(cells[i].value for i in within)
            if count > linked.hide[1]:
                parts[len(cells)] = within
                sums.append(Sum({len(cells): 1.0, **dict.fromkeys(within, -1.0)}))
                cells.append(Cell("/".join((name, *rest)), count))
    return Linked(cells, sums, merged=parts), attackers


def as_shown(rows: Iterable[Row], verdicts: Iterable[Judged | None]) -> tuple[Row, ...]:
    """The rows as an edition shows them that judges so; a merged group that it doesn't show is none of them."""
    return tuple(
        row._replace(has_numerator=not one.numerator, has_denominator=not one.denominator,
                     has_upper=one.code == "F", code=one.code)
        for row, one in zip(rows, verdicts, strict=True) if one is not None
    )  # fmt: skip
