"""The right answers, by plain SQL over the same files, knowing nothing of Cairn.

Each query gives one row per number that the reports must hold, in `COLUMNS`: members empty for the whole,
denominator null for a count. They are written from the published files' descriptions, not from the pipeline.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import duckdb

COLUMNS = ("indicator", "period", "place", "member", "numerator", "denominator")
Key = tuple[str, str, str, str]  # indicator, period, place, member
Answers = dict[Key, tuple[Decimal, Decimal | None]]

NC_CHILDCARE = """
with facility_shifts as (
    select
        case upper(county) when 'HANOVER' then 'new_hanover' when 'MC' then 'mcdowell'
            else lower(replace(county, ' ', '_')) end as county,
        id, shift, nullif(children_lic, 'NA')::int as spots, num_total::int as children,
        num_infant::int as infant, num_one::int as one, num_two::int as two, num_three::int as three,
        num_four::int as four, num_five::int as five, num_twelve::int as twelve,
        regexp_extract(filename, 'nc_(\\d{4}_\\d\\d)', 1) as reported,
        reported[:4] || 'Q' || ((reported[6:]::int + 2) // 3) as quarter
    from read_csv('{source}/nc_*.csv.gz', all_varchar = true, union_by_name = true, filename = true)
),
last_month as (
    select * from facility_shifts
    qualify reported = max(reported) over (partition by quarter)
),
facilities as (
    select quarter, county, id, max(spots) as spots from last_month group by all
),
enrolled as (
    unpivot (select quarter, county, infant, one, two, three, four, five, twelve from last_month)
    on infant, one, two, three, four, five, twelve into name age value children
),
first_shift as (
    select quarter, county, children, spots from last_month where shift = '1' and spots is not null
)
select 'children_enrolled', quarter, coalesce(county, 'north_carolina'), coalesce(age, ''), sum(children), null
from enrolled group by grouping sets ((quarter), (quarter, county), (quarter, age), (quarter, county, age))
union all
select 'licensed_spots', quarter, coalesce(county, 'north_carolina'), '', sum(spots), null
from facilities where spots is not null group by grouping sets ((quarter), (quarter, county))
union all
select 'use_of_spots', quarter, coalesce(county, 'north_carolina'), '', sum(children), sum(spots)
from first_shift group by grouping sets ((quarter), (quarter, county))
"""

NHS_AE = """
with monthly as (
    select period[:7] as month, period[:4] || 'Q' || quarter(period::date) as quarter, org_code, type,
        attendances::decimal(18, 0) as attendances, breaches::decimal(18, 0) as breaches
    from read_csv('{source}/ae_attendances.csv', all_varchar = true)
),
periods as (
    select month as period, * from monthly union all select quarter, * from monthly
)
select 'attendances', period, coalesce(org_code, 'england'), coalesce(type, ''), sum(attendances), null
from periods group by grouping sets ((period), (period, org_code), (period, type), (period, org_code, type))
union all
select 'seen_within_4h', period, coalesce(org_code, 'england'), '', sum(attendances) - sum(breaches), sum(attendances)
from periods group by grouping sets ((period), (period, org_code))
"""

NHS_AE_COHORT = """
with monthly as (
    select period[:7] as month, period[:4] || 'Q' || quarter(period::date) as quarter, org_code as organisation,
        attendances::decimal(18, 0) as attendances, breaches::decimal(18, 0) as breaches
    from read_csv('{source}/ae_attendances.csv', all_varchar = true)
),
in_period as (
    select case when month in ($now, $before) then month else quarter end as period, organisation,
        count(distinct month) as months, sum(attendances) as attendances, sum(breaches) as breaches
    from monthly where month in ($now, $before) or quarter in ($now, $before) group by all
),
compared as (
    select later.months is not distinct from earlier.months as is_same, later.attendances, later.breaches,
        earlier.attendances as attendances_before, earlier.breaches as breaches_before
    from (from in_period where period = $now) as later
    full join (from in_period where period = $before) as earlier on later.organisation = earlier.organisation
)
select count(*) filter (is_same), count(*), sum(attendances) filter (is_same), sum(breaches) filter (is_same),
    sum(attendances_before) filter (is_same), sum(breaches_before) filter (is_same)
from compared
"""
"""Organisations with as many months in one period as in the other, those with any, and the sums of the first."""

QUERIES = {"nc_childcare": NC_CHILDCARE, "nhs_ae": NHS_AE}


def answers(name: str, source: Path) -> Answers:
    """Every number that the reports of this initiative must hold."""
    rows = duckdb.sql(QUERIES[name].replace("{source}", source.as_posix())).fetchall()
    found = {tuple(row[:4]): (Decimal(row[4]), None if row[5] is None else Decimal(row[5])) for row in rows}
    assert len(found) == len(rows), "a number is given twice"
    return found


def cohort(source: Path, now: str, before: str) -> tuple[int, int, tuple[Decimal, ...]]:
    """Of `NHS_AE_COHORT`: how many organisations are the same, how many there are, and the four sums."""
    query = NHS_AE_COHORT.replace("{source}", source.as_posix())
    found = duckdb.execute(query, {"now": now, "before": before}).fetchone()
    assert found is not None
    same, all_, *sums = found
    return same, all_, tuple(map(Decimal, sums))
