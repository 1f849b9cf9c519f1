"""Times disclosure control of one edition: 200 partners × 40 indicators × 6 dimensions, one at a time by place.

    python -m tests.bench.disclosure [--quarters 4] [--places 20] [--seed 1]

The counts are made up, some measures common and some rare, so that about a fifth of all cells are small. Prints how
many cells there are, how many are small, how many are hidden, and the seconds of each step.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import numpy as np

from agenda.folder import Folder
from agenda.model import Activities, Agenda, Initiative, Partners
from reports.attackers import exposed
from reports.cells import Cells, Key, Row
from reports.suppression import suppress

PARTNERS, INDICATORS, DIMENSIONS, MEMBERS = 200, 40, 6, 4
PLACES_OF_A_PARTNER = 2
Counts = dict[Key, int]


def initiative(places: int) -> Folder:
    """The agenda: half of the indicators are counts, half are percents of a measure that others share."""
    dimensions = [f"d{n}" for n in range(DIMENSIONS)]
    measures = [{"id": f"m{n}", "name": f"M{n}", "unit": "people", "kind": "stock", "subject": "people",
                 "dimensions": dimensions} for n in range(INDICATORS)]  # fmt: skip
    indicators = []
    for n in range(INDICATORS):
        formula = {"kind": "percent", "of": f"m{n}", "per": f"m{n - 1}"} if n % 2 else {"kind": "count", "of": f"m{n}"}
        indicators.append({"id": f"i{n}", "name": f"I{n}", "definition": "-", "unit": "people", "formula": formula,
                           "level": "output", "better": "more", "by": dimensions})  # fmt: skip
    agenda = {
        "places": [{"id": "all", "name": "All", "level": "region"},
                   *({"id": f"p{n}", "name": f"P{n}", "level": "town", "parent": "all"} for n in range(places))],
        "dimensions": [{"id": d, "name": d, "members": [{"id": f"{d}_{n}", "name": str(n)} for n in range(MEMBERS)]}
                       for d in dimensions],
        "measures": measures, "indicators": indicators,
        "goals": [{"id": "g", "name": "G", "statement": "-", "headline": "i0", "indicators": ["i0"]}],
    }  # fmt: skip
    return Folder(
        Path(), Initiative.model_validate({"id": "bench", "name": "Bench"}), Agenda.model_validate(agenda),
        Partners.model_validate({"layouts": {}, "partners": ()}), Activities.model_validate({"activities": ()}),
        {}, {}, frozenset(),
    )  # fmt: skip


def reported(places: int, quarters: int, seed: int) -> dict[str, Counts]:
    """What each partner counts in its places: wholes and their six splits; every second measure is a part."""
    rng = np.random.default_rng(seed)
    found: dict[str, Counts] = {}
    for partner in range(PARTNERS):
        mine: Counts = {}
        for place in rng.choice(places, min(places, PLACES_OF_A_PARTNER), replace=False):
            for quarter in range(quarters):
                whole, splits = 0, np.zeros((DIMENSIONS, MEMBERS), dtype=int)
                for n in range(INDICATORS):
                    if n % 2:  # some of those of the measure before
                        whole = int(rng.binomial(whole, 0.6))
                        splits = np.array([rng.multivariate_hypergeometric(split, whole) for split in splits])
                    else:
                        whole = int(rng.poisson(40 * 0.92**n))
                        shares = rng.dirichlet(np.ones(MEMBERS), DIMENSIONS)
                        splits = np.array([rng.multinomial(whole, share) for share in shares])
                    at = Key(f"m{n}", "quarter", f"{2025 + quarter // 4}Q{quarter % 4 + 1}", f"p{place}", "")
                    mine[at] = whole
                    mine |= {at._replace(members=f"d{d}=d{d}_{m}"): int(splits[d, m])
                             for d in range(DIMENSIONS) for m in range(MEMBERS)}  # fmt: skip
        found[f"partner{partner:03}"] = mine
    for mine in found.values():
        for key in list(mine):
            above = key._replace(place="all")
            mine[above] = mine.get(above, 0) + mine[key]
    return found


def rows(own: dict[str, Counts]) -> Iterator[Row]:
    """The edition's values, as the marts have them."""
    total: Counts = defaultdict(int)
    for mine in own.values():
        for key, count in mine.items():
            total[key] += count
    for key, count in total.items():
        number = int(key.measure[1:])
        per = total[key._replace(measure=f"m{number - 1}")] if number % 2 else None
        breakdown = key.members.partition("=")[0]
        yield Row(f"i{number}", key.period_type, key.period, key.place, breakdown, key.members, Decimal(count),
                  None if per is None else Decimal(per), None)  # fmt: skip


def timed(places: int, quarters: int, seed: int) -> dict[str, float]:
    folder = initiative(places)
    own = reported(places, quarters, seed)
    values = list(rows(own))
    start = time.perf_counter()
    cells = Cells(folder, (1, 10))
    cells.add(values, is_now=True)
    linked, attackers = cells.linked(), cells.attackers(own)
    at_hand = time.perf_counter()
    done = suppress(linked, attackers)
    hidden = time.perf_counter()
    leaks = exposed(done.linked, done.hidden, attackers, done.witnesses)
    end = time.perf_counter()
    return {
        "cells": len(linked.cells), "small": sum(c.is_small for c in linked.cells), "hidden": len(done.hidden),
        "leaks": len(leaks), "link_seconds": round(at_hand - start, 2), "hide_seconds": round(hidden - at_hand, 2),
        "prove_seconds": round(end - hidden, 2), "seconds": round(end - start, 2),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description="Time disclosure control of one edition.")
    parser.add_argument("--quarters", type=int, default=4)
    parser.add_argument("--places", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(json.dumps(timed(options.places, options.quarters, options.seed)))


if __name__ == "__main__":
    main()
