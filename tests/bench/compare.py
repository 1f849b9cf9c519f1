"""Whether Cairn and its raw twin ended in the same observations and the same indicators.

    python -m tests.bench.compare FOLDER

Runs in a process of its own: on Linux a process passes its peak memory on to those it starts, so the bench itself
must stay small.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

OBSERVED = "partner, measure, period_type, period, period_start, period_end, place, members, value, obs_status"
NUMBERS = "indicator, period_type, period, place, breakdown, members, value, numerator, denominator"


def main() -> None:
    folder = Path(sys.argv[1])
    lake, raw = f"'{folder}/store/lake/data/observations/*/*.parquet'", f"'{folder}/raw.parquet'"
    pairs = {
        "observations": (f"select {OBSERVED} from {lake}", f"select {OBSERVED} from {raw}"),
        "indicators": (f"select {NUMBERS} from warehouse.ind_values", f"select {NUMBERS} from raw.ind_values"),
    }
    with duckdb.connect() as connection:
        for name in ("warehouse", "raw"):
            connection.execute(f"attach '{folder}/{name}.duckdb' as {name} (read_only)")
        for what, (ours, theirs) in pairs.items():
            [(differing,)] = connection.execute(
                f"select count(*) from ((({ours}) except all ({theirs})) union all (({theirs}) except all ({ours})))"
            ).fetchall()
            if differing:
                sys.exit(f"{what}: {differing} rows differ between Cairn and its raw twin")


if __name__ == "__main__":
    main()
