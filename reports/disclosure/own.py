"""What each partner has reported of every number, the way the marts add it up: a partner knows its own rows.

How many different people it counted where Cairn has bounds only, it is thought to know to be the most.
"""

from __future__ import annotations

import duckdb
import polars as pl

_QUERY = """
    with plain as (
        select o.partner, o.measure, c.period_type, c.period, o.place, o.members, sum(o.value) as value
        from int_observations o
        join int_reported_periods c on o.partner = c.partner and o.measure = c.measure
            and o.period_start = c.reported_start and o.period_end = c.reported_end
        join int_reports r on o.partner = r.partner and o.measure = r.measure
            and o.period_start = r.period_start and o.period_end = r.period_end
        where c.is_counted and r.is_plain group by all),
    parts as (
        select p.partner, p.measure, p.period_type, p.period, a.ancestor as place, m.part as members, p.value
        from plain p join int_member_parts m on p.measure = m.measure and p.members = m.members
        join lake.agenda_place_ancestors a on p.place = a.place
        union all
        select partner, measure, period_type, period, place, members, value from int_contributions
        where over_partners <> 'keyed'
        union all
        select partner, measure, period_type, period, place, members, high from int_reach)
    select partner, measure, period_type, period, place, members, cast(sum(value) as double) as value
    from parts where partner <> '' group by all having sum(value) > 0"""


def read_own(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """By ``partner`` and the columns of a cell's key, how much of it is its own (``value``, more than zero).

    From a finished warehouse; places and groups that hold others are added up.
    """
    return connection.execute(_QUERY).pl()
