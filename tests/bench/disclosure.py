"""Times disclosure control of one edition beside dbt's build of the same lake: 200 partners × 40 indicators × 6
dimensions, one at a time by place.

    python -m tests.bench.disclosure [--quarters 1] [--published 0] [--places 20] [--seed 1]

The counts are made up, some measures common and some rare, so that about a fifth of all cells are small. Prints how
many cells there are, how many are small, how many are hidden, and the seconds of each step, also those of all
processors together, which say more on a busy machine. With ``--published`` so many quarters have had an edition each, as
in any quarter but a coalition's first: what these hide and show is settled. The audit, by attackers who are told no
witness, is no part of the control's sum.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

import duckdb
import numpy as np
import polars as pl
import yaml

from agenda.folder import Folder
from agenda.lint import read
from agenda.store import open_store
from flows.warehouse import build_warehouse
from reports.disclosure.attackers import exposed
from reports.disclosure.cells import ROW, Row
from reports.disclosure.memory import keeping
from reports.disclosure.own import read_own
from reports.disclosure.suppression import suppress
from reports.disclosure.withhold import Earlier, Reads, judged, take_in
from sources.collect import collect
from tests.disclosure.made import as_shown

PARTNERS, INDICATORS, DIMENSIONS, MEMBERS = 200, 40, 6, 4
PLACES_OF_A_PARTNER = 2
HIDE = (1, 10)
_ROWS = """
    select s.indicator, v.* exclude (indicator), s.version
    from ind_values v join dim_series s on v.indicator = s.series and v.period = s.period"""
Done = TypeVar("Done")
BENCH = Path(__file__).resolve().parents[2] / "build" / "bench" / "disclosure"
CHOICES = BENCH / "choices"


def initiative(places: int) -> dict[str, object]:
    """The initiative's files: half of the indicators are counts, half percents of a measure that others share."""
    dimensions = [f"d{n}" for n in range(DIMENSIONS)]
    partners = [f"partner{n:03}" for n in range(PARTNERS)]
    measures = [{"id": f"m{n}", "name": f"M{n}", "unit": "people", "kind": "stock", "subject": "people",
                 "dimensions": dimensions} for n in range(INDICATORS)]  # fmt: skip
    indicators = []
    for n in range(INDICATORS):
        formula = {"kind": "percent", "of": f"m{n}", "per": f"m{n - 1}"} if n % 2 else {"kind": "count", "of": f"m{n}"}
        indicators.append({"id": f"i{n}", "name": f"I{n}", "definition": "-", "unit": "people", "formula": formula,
                           "level": "output", "better": "more", "by": dimensions})  # fmt: skip
    value = {"measure": {"column": "measure"}, "column": "value"}
    splits = [{**value, "where": {"dimension": d}, "members": {d: {"column": "member"}}} for d in dimensions]
    layout = {"files": "*.csv", "period": "period", "place": "place",
              "values": [{**value, "where": {"dimension": "none"}}, *splits]}  # fmt: skip
    return {
        "initiative.yml": {"id": "bench", "name": "Bench", "reports_from": "2025Q1", "reviewers": [{"name": "Bench"}],
                           "disclosure": {"policy": "small_counts"}},
        "agenda.yml": {
            "places": [{"id": "all", "name": "All", "level": "region"},
                       *({"id": f"p{n}", "name": f"P{n}", "level": "town", "parent": "all"} for n in range(places))],
            "dimensions": [{"id": d, "name": d, "members": [{"id": f"{d}_{n}", "name": f"{d} {n}"}
                                                            for n in range(MEMBERS)]} for d in dimensions],
            "measures": measures, "indicators": indicators,
            "goals": [{"id": "g", "name": "G", "statement": "-", "headline": "i0",
                       "indicators": [indicator["id"] for indicator in indicators]}],
        },
        "partners.yml": {"layouts": {"long": layout},
                         "partners": [{"id": p, "name": p, "layouts": ["long"],
                                       "owes": [{"measures": [m["id"] for m in measures], "every": "quarter"}]}
                                      for p in partners]},
    }  # fmt: skip


def reported(places: int, quarter: str, rng: np.random.Generator) -> Iterator[tuple[str, str, str, str, str, int]]:
    """What a partner counts in its places: wholes and their six splits; every second measure is a part."""
    for place in rng.choice(places, min(places, PLACES_OF_A_PARTNER), replace=False):
        whole, splits = 0, np.zeros((DIMENSIONS, MEMBERS), dtype=int)
        for n in range(INDICATORS):
            if n % 2:  # some of those of the measure before
                whole = int(rng.binomial(whole, 0.6))
                splits = np.array([rng.multivariate_hypergeometric(split, whole) for split in splits])
            else:
                whole = int(rng.poisson(40 * 0.92**n))
                splits = np.array([rng.multinomial(whole, share)
                                   for share in rng.dirichlet(np.ones(MEMBERS), DIMENSIONS)])  # fmt: skip
            yield quarter, f"p{place}", f"m{n}", "none", "none", whole
            for d in range(DIMENSIONS):
                for m in range(MEMBERS):
                    yield quarter, f"p{place}", f"m{n}", f"d{d}", f"d{d}_{m}", int(splits[d, m])


def write(folder: Path, places: int, quarters: int, seed: int) -> None:
    """The initiative with its inbox filled; one of the same kind that is there stays."""
    done, kind = folder / "generated", f"{places} {quarters} {seed}"
    if done.is_file() and done.read_text() == kind:
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, content in initiative(places).items():
        (folder / name).write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    columns = ("period", "place", "measure", "dimension", "member", "value")
    rng = np.random.default_rng(seed)
    for number in range(PARTNERS):
        inbox = folder / "store" / "inbox" / f"partner{number:03}"
        inbox.mkdir(parents=True)
        for n in range(quarters):
            quarter = f"{2025 + n // 4}Q{n % 4 + 1}"
            pl.DataFrame(list(reported(places, quarter, rng)), columns, orient="row").write_csv(
                inbox / f"{quarter}.csv"
            )
    done.write_text(kind)


@dataclass
class Clock:
    """Seconds by step; for the steps asked, those of all processors too."""

    seconds: dict[str, float] = field(default_factory=dict)

    def time(self, step: str, work: Callable[[], Done]) -> Done:
        start, cpu = time.perf_counter(), _processors()
        done = work()
        self.seconds[f"{step}_seconds"] = round(time.perf_counter() - start, 2)
        self.seconds[f"{step}_cpu_seconds"] = round(_processors() - cpu, 2)
        return done


def _processors() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def editions(folder: Folder, values: pl.DataFrame, own: Reads, count: int) -> Iterator[Earlier]:
    """An edition at the end of each of the first quarters, proved beside those before."""
    shutil.rmtree(CHOICES, ignore_errors=True)
    quarters = sorted(values.filter(pl.col("period_type") == "quarter")["period"].unique())
    done: list[Earlier] = []
    for n in range(count):
        known = values.filter(pl.col("period").is_in(quarters[: n + 1]))
        verdicts = judged(folder, known, HIDE, own, done, CHOICES / f"{n}.json")
        done.append(Earlier(quarters[n], as_shown((Row(*row) for row in known.iter_rows()), verdicts)))
        yield done[-1]


@keeping()
def protected(clock: Clock, folder: Folder, values: pl.DataFrame, own: Reads, earlier: list[Earlier]) -> dict[str, int]:
    """Times the steps of `withhold.judged`, and the audit; gives how many cells there are, small, hidden and found out."""
    rows = (Row(*row) for row in values.iter_rows())
    cells, attackers = clock.time("take", lambda: take_in(folder, rows, HIDE, own, earlier))
    linked = clock.time("link", cells.linked)
    done = clock.time("hide", lambda: suppress(linked, attackers, CHOICES / "last.json"))
    leaks = clock.time("prove", lambda: exposed(done.linked, done.hidden, attackers, done.witnesses))
    leaks += clock.time("audit", lambda: exposed(done.linked, done.hidden, attackers))
    return {"cells": len(linked.cells), "small": sum(c.is_small for c in linked.cells), "hidden": len(done.hidden),
            "leaks": len(leaks)}  # fmt: skip


def timed(places: int, quarters: int, seed: int, published: int) -> dict[str, float]:
    write(BENCH, places, quarters, seed)
    folder, clock, warehouse = read(BENCH), Clock(), BENCH / "warehouse.duckdb"
    collect(folder, open_store(folder.initiative.store, BENCH))
    build = partial(build_warehouse, BENCH / "store" / "lake", warehouse)
    build()  # so that dbt has read the project before, as on any day but the first
    clock.time("dbt", build)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        values = connection.execute(_ROWS).pl().select(*ROW, "numerator", "denominator", "upper")
        own = partial(read_own, connection)
        counts = protected(clock, folder, values, own, list(editions(folder, values, own, published)))
    control = ("take", "link", "hide", "prove")
    sums = {unit: round(sum(clock.seconds[f"{step}_{unit}"] for step in control), 2)
            for unit in ("seconds", "cpu_seconds")}  # fmt: skip
    return {
        **counts, **clock.seconds, **sums,
        "times_dbt": round(sums["seconds"] / clock.seconds["dbt_seconds"], 2),
        "times_dbt_cpu": round(sums["cpu_seconds"] / clock.seconds["dbt_cpu_seconds"], 2),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description="Time disclosure control of one edition.")
    parser.add_argument("--quarters", type=int, default=1)
    parser.add_argument("--places", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--published", type=int, default=0)
    options = parser.parse_args()
    print(json.dumps(timed(options.places, options.quarters, options.seed, options.published)))


if __name__ == "__main__":
    main()
