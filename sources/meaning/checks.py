"""What is held against what: parts and wholes, totals and groups, and what the partner said before.

Each query finds the pairs of one kind in the tables of `sources.meaning.comparison`; the rules say which of them hold.
A part above its whole in the same file is an error; whatever rests on the lake is a warning: what a submission says
must not depend on what else has arrived.
"""

from __future__ import annotations

import pandera.polars as pa
import polars as pl

from sources.meaning.contract import rule
from sources.meaning.marks import FIRST, LAST
from sources.meaning.resolve import FOOT

FLOOR = 20
"""The least difference that is a jump. Counts vary by their square root: twenty can become forty by chance once in
a hundred times, smaller ones double more often than that."""
LOOK_BACK = 24
"""Months that a number is held against what was said before; older ones say little about it."""
COLUMNS = "n.file, n.row, n.value_no, n.measure, n.period, n.place, n.members, n.value::decimal(38, 6) as value"

SAID = """
create temp table said as
select p.number as partner, m.number as measure, t.number as period, o.number as place, g.number as members,
    periods.start, periods.months, value, status, layout, key
from found join partner_numbers p using (partner) join measure_numbers m using (measure)
join period_numbers t using (period) join periods on periods.period = t.number
left join place_numbers o using (place) left join members_numbers g using (members)
"""
SAID_ALREADY = """
anti join said on said.partner = senders.partner and said.measure = n.measure and said.period = n.period
    and said.place = n.place and said.members = n.members and said.value is not distinct from n.value
    and if(said.value is null, said.status, 0) = if(n.value is null, n.status, 0)
"""
"""Left out: numbers that the lake holds as they are. What stood there already was asked about when it came."""
NEWS = f"""
select distinct n.file, n.period from numbers n join senders using (file) {SAID_ALREADY}
where list_contains($old, n.period) and list_contains($heard, senders.partner) order by all
"""
SPOKEN = """
create temp table spoken as
select distinct file, measure, period from numbers
union
select distinct file, measure, period from rejected where measure is not null and period is not null
"""

PART_AND_WHOLE = f"""
select {COLUMNS}, 'part_above_whole' as code, coalesce(whole.value, coarsest.total)::decimal(38, 6) as other,
    whole.row as other_row, whole.value_no as other_no
from numbers n join measures using (measure)
left join numbers whole on whole.file = n.file and whole.measure = measures.whole and whole.period = n.period
    and whole.place = n.place and whole.members = n.members
left join (
    select file, measure, period, place, arg_min(total, depth) filter (where status <= {LAST}) as total
    from by_way join depths using (way) join measures using (measure) where is_sum group by all
) as coarsest on coarsest.file = n.file and coarsest.measure = measures.whole and coarsest.period = n.period
    and coarsest.place = n.place and n.members = $everything
where measures.whole is not null and other is not null
"""
PART_AND_KNOWN = f"""
select {COLUMNS}, 'part_above_known' as code, said.value::decimal(38, 6) as other, said.key as other_key
from numbers n join measures using (measure) join senders using (file)
join said on said.partner = senders.partner and said.measure = measures.whole and said.period = n.period
    and said.place = n.place and said.members = n.members
anti join spoken on spoken.file = n.file and spoken.measure = measures.whole and spoken.period = n.period
"""
TOTAL_AND_GROUPS = f"""
select {COLUMNS}, if(bool_or(overlap), 'total_below_group', 'total_differs') as code,
    if(bool_or(overlap), max(part.value), sum(part.value))::decimal(38, 6) as other,
    bool_or(overlap)
        or count(*) filter (where part.value is not null or part.status < {FIRST}) < any_value(needed) as may_be_more
from numbers part join measures using (measure) join belongs using (members) join ways using (members)
join numbers n on n.file = part.file and n.measure = part.measure and n.period = part.period
    and n.place = part.place and n.members = belongs.coarse
where is_sum
group by all
"""
JUMPS = f"""
with fresh as (
    select n.*, senders.partner, periods.start, periods.months, factor, is_flow
    from numbers n join senders using (file) join measures using (measure) join periods using (period)
    {SAID_ALREADY} where factor > 1
),
n as (
    select fresh.*, said.period as old_period, said.value as old, year_ago.value as year_before
    from fresh
    asof join said on fresh.partner = said.partner and fresh.measure = said.measure and fresh.months = said.months
        and fresh.place = said.place and fresh.members = said.members and fresh.start > said.start
    left join said as year_ago on is_flow and year_ago.partner = fresh.partner and year_ago.measure = fresh.measure
        and year_ago.months = fresh.months and year_ago.place = fresh.place and year_ago.members = fresh.members
        and year_ago.start = fresh.start - interval 1 year
    where said.start >= fresh.start - interval {LOOK_BACK} months
)
select {COLUMNS}, 'value_jump' as code, coalesce(corrected.value, n.old)::decimal(38, 6) as other,
    n.old_period as other_period, n.year_before::decimal(38, 6) as year_before, factor
from n left join numbers corrected on corrected.file = n.file and corrected.measure = n.measure
    and corrected.period = n.old_period and corrected.place = n.place and corrected.members = n.members
"""
FEET_AND_SUMS = f"""
with feet_and_before as (
    select *, coalesce(lag(row) over (partition by file, value_no, measure, members order by row), 0) as foot_before
    from feet join measures using (measure) where adds and is_sum
),
counted as (
    -- A place that holds another one given here holds its number, too.
    select * from addends anti join (
        select below.file, below.measure, below.period, below.place
        from by_way below join above using (place) join by_way whole
            on whole.file = below.file and whole.measure = below.measure and whole.period = below.period
            and whole.place = above.ancestor
    ) as held using (file, measure, period, place)
),
single as (select file, measure from by_way group by all having count(distinct way) = 1),
n as (
    select f.*, if(max(c.status) <= {LAST}, sum(c.value), null) as everything,
        if(max(c.status) filter (where c.row > foot_before) <= {LAST},
            sum(c.value) filter (where c.row > foot_before), null) as block
    from feet_and_before f join counted c
        on c.file = f.file and c.value_no = f.value_no and c.measure = f.measure and c.row < f.row
        and coalesce(nullif(f.period, {FOOT}), c.period) = c.period
    left join single on single.file = f.file and single.measure = f.measure
    where f.value is not null and f.file not in (select file from torn)
        and (c.members = f.members or coalesce(f.members, $everything, -1) = coalesce($everything, -1)
            and single.file is not null)
    group by all
)
"""
FOOT_AND_ROWS = f"""
{FEET_AND_SUMS}
-- A foot may add up its own block or all that is above it.
select {COLUMNS}, 'foot_differs' as code, if(everything = n.value, everything, block)::decimal(38, 6) as other
from n
"""
FEET_ALONE = f"""
{FEET_AND_SUMS}
select distinct file, row from feet anti join n using (file, row) where is_named order by all
"""
"""Rows that were left out for their name alone: nothing above them adds up to what they say."""

TAKEN_BACK = """
with others as (
    select keys.file, said.key, said.period, said.measure, said.place, said.members
    from said join senders using (partner) join keys using (file) join spoken using (file, measure, period)
    where said.layout = $layout and said.key <> keys.key and keys.file not in (select file from torn)
)
select file, key, period, count(*) from others
anti join numbers using (file, measure, period, place, members)
group by all
"""
OVERRULED = """
select n.file, said.key, n.period, count(*) from numbers n join senders using (file) join keys using (file)
join said on said.partner = senders.partner and said.measure = n.measure and said.period = n.period
    and said.place = n.place and said.members = n.members
where said.key <> keys.key
    and (said.value is distinct from n.value or n.value is null and said.status <> n.status)
group by all
"""

_ID, _TEXT, _AMOUNT = pl.Int32(), pl.String(), pl.Decimal(38, 6)
PAIRS = pl.Schema(
    {
        "code": _TEXT, "file": _ID, "row": pl.Int64(), "value_no": _ID, "measure": _ID, "period": _ID, "place": _ID,
        "members": _ID, "value": _AMOUNT, "other": _AMOUNT, "other_row": pl.Int64(), "other_no": _ID,
        "other_key": _TEXT, "other_period": _ID, "may_be_more": pl.Boolean(), "year_before": _AMOUNT,
        "factor": pl.Float64(),
    }
)  # fmt: skip
"""A number and the ``other`` that it is held against, and where that one stands."""


def _jumps(before: str) -> pl.Expr:
    value, old = pl.col("value").cast(pl.Float64), pl.col(before).cast(pl.Float64)
    times = (value > old * pl.col("factor")) | (value * pl.col("factor") < old)
    return times & ((value - old).abs() >= FLOOR)


def _rules() -> pa.DataFrameSchema:
    value, other, code = pl.col("value"), pl.col("other"), pl.col("code")
    holds = {
        "part_above_whole": value <= other,
        "part_above_known": value <= other,
        "total_below_group": value >= other,
        "total_differs": (value == other) | pl.col("may_be_more") & (value >= other),
        "foot_differs": value == other,
        # A season is no jump: a flow is asked about only where it is far from a year ago as well.
        "value_jump": ~(_jumps("other") & _jumps("year_before").fill_null(True)),
    }
    checks = [rule(name, (code != name) | expression) for name, expression in holds.items()]
    return pa.DataFrameSchema({"value": pa.Column(checks=checks, nullable=True)})


RULES = _rules()
