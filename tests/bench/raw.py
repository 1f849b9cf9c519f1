"""The raw twins: the same work by DuckDB alone, as one would write it for exactly these files.

No checks, no receipts, no history: columns are declared, the files are read once, and the same tables come out.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import fastexcel

from tests.bench.coalition import MEASURES

FLOWS = ", ".join(f"'{name}'" for name, kind in MEASURES.items() if kind == "flow")

OBSERVATIONS = """
copy (
    select
        filename as reading, row_number() over () as row_number, split_part(filename, '/', -2) as partner,
        measure, 'month' as period_type, period, (period || '-01')::date as period_start,
        ((period || '-01')::date + interval 1 month)::date as period_end, place,
        'age_group=' || age_group as members, value::decimal(18, 6) as value, 'A' as obs_status
    from read_csv(
        '{inbox}/*/*.csv', header = true, filename = true, auto_detect = false, delim = ',', quote = '"',
        columns = {'period': 'varchar', 'place': 'varchar', 'measure': 'varchar', 'age_group': 'varchar',
                    'value': 'decimal(18, 6)'}
    )
) to '{out}' (format parquet, compression snappy)
"""
"""All files to the columns that the lake's observations have."""

INDICATORS = f"""
create table ind_values as
with in_quarters as (
    select measure, partner, place, members, value,
        year(period_start) || 'Q' || quarter(period_start) as in_quarter,
        measure in ({FLOWS}) as is_flow,
        month(period_start) = max(month(period_start)) over (partition by partner, measure, in_quarter) as is_last
    from read_parquet('{{observations}}')
),
by_place as (
    select in_quarter as period, coalesce(place, 'everywhere') as place, coalesce(members, '') as members, measure,
        sum(value) as value
    from in_quarters where is_flow or is_last
    group by grouping sets ((in_quarter, measure), (in_quarter, measure, members), (in_quarter, measure, place),
        (in_quarter, measure, place, members))
),
wide as (
    pivot by_place on measure in ({", ".join(f"'{name}'" for name in MEASURES)}) using sum(value)
),
parts as (
    select period, place, members, unnest([
        {{'indicator': 'children', 'numerator': children, 'denominator': null, 'times': 1}},
        {{'indicator': 'spots', 'numerator': spots, 'denominator': null, 'times': 1}},
        {{'indicator': 'staff', 'numerator': staff, 'denominator': null, 'times': 1}},
        {{'indicator': 'visits', 'numerator': visits, 'denominator': null, 'times': 1}},
        {{'indicator': 'awards', 'numerator': awards, 'denominator': null, 'times': 1}},
        {{'indicator': 'use', 'numerator': children, 'denominator': spots, 'times': 1}},
        {{'indicator': 'seen', 'numerator': visits, 'denominator': children, 'times': 1}},
        {{'indicator': 'awarded', 'numerator': awards, 'denominator': staff, 'times': 1000}},
        {{'indicator': 'group_size', 'numerator': children, 'denominator': staff, 'times': 1}},
        {{'indicator': 'contacts', 'numerator': visits + awards, 'denominator': null, 'times': 1}}
    ], recursive := true)
    from wide
)
select indicator, 'quarter' as period_type, period, place, if(members = '', '', 'age_group') as breakdown, members,
    case when denominator is null then numerator::double
        when denominator <> 0 then numerator::double * times / denominator::double end as value,
    numerator::decimal(38, 6) as numerator, denominator::decimal(38, 6) as denominator
from parts
"""
"""Observations to indicators, for this agenda: the columns of ind_values that carry numbers."""


def ingest(inbox: Path, out: Path, threads: int) -> None:
    with duckdb.connect(config={"threads": threads}) as connection:
        connection.execute(OBSERVATIONS.replace("{inbox}", str(inbox)).replace("{out}", str(out)))


def workbooks(inbox: Path, threads: int) -> int:
    """Every workbook read by fastexcel alone, nothing done with it; gives the number of rows."""
    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(_rows, sorted(inbox.glob("*/*.xlsx"))))


def _rows(path: Path) -> int:
    return int(fastexcel.read_excel(path.read_bytes()).load_sheet(0).to_arrow().num_rows)


def indicators(observations: Path, out: Path, threads: int) -> None:
    out.unlink(missing_ok=True)
    with duckdb.connect(str(out), config={"threads": threads}) as connection:
        connection.execute(INDICATORS.replace("{observations}", str(observations)))
