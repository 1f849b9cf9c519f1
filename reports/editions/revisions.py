"""What changed between two editions: their `indicator_values.csv` laid side by side, value by value.

Values are compared as the text they were published with, so nothing is lost in reading them.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

import polars as pl

from reports.data.package import WHOLE

COMPARED = ("value", "numerator", "denominator", "status", "conf_status")
"""A value has changed when one of these has; the interval follows from them."""


def read_values(content: bytes) -> pl.DataFrame:
    """``indicator_values.csv`` with every cell as text, an empty one as ``""``.

    Older ones withheld nothing, and had one definition of each indicator.
    """
    found = pl.read_csv(io.BytesIO(content), infer_schema=False).with_columns(pl.all().fill_null(""))
    lacking = {"conf_status": "F", "version": "1", "is_in_force": "true"}
    return found.with_columns(pl.lit(text).alias(name) for name, text in lacking.items() if name not in found.columns)


def compare(before: pl.DataFrame, after: pl.DataFrame, dimensions: Sequence[str]) -> pl.DataFrame:
    """The values of ``after`` that are not as they were in ``before``, sorted by what they are values of.

    Columns: indicator, period_type, period, place, the ``dimensions``, ``change`` (``changed``, ``new`` or ``gone``)
    and, for each of `COMPARED` and ``version``, ``<name>_before`` and ``<name>_after``, null where there was no such
    value. A dimension that one of the two doesn't have yet counts as whole there. Compared are the values that count:
    where their versions differ, the method is another one.
    """
    key = ["indicator", "period_type", "period", "place", *dimensions]

    def side(frame: pl.DataFrame, suffix: str) -> pl.DataFrame:
        lacking = [pl.lit(WHOLE).alias(column) for column in dimensions if column not in frame.columns]
        named = [pl.col(name).alias(f"{name}_{suffix}") for name in (*COMPARED, "version")]
        return (
            frame.filter(pl.col("is_in_force") == "true")
            .with_columns(lacking)
            .select(*key, *named, pl.lit(True).alias(f"in_{suffix}"))
        )

    both = side(before, "before").join(side(after, "after"), on=key, how="full", coalesce=True)
    differs = pl.any_horizontal(pl.col(f"{name}_before") != pl.col(f"{name}_after") for name in COMPARED)
    change = (
        pl.when(pl.col("in_before").is_null())
        .then(pl.lit("new"))
        .when(pl.col("in_after").is_null())
        .then(pl.lit("gone"))
        .when(differs)
        .then(pl.lit("changed"))
    )
    values = [f"{name}_{suffix}" for name in (*COMPARED, "version") for suffix in ("before", "after")]
    return both.select(*key, change.alias("change"), *values).filter(pl.col("change").is_not_null()).sort(key)
