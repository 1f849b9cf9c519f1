"""What each partner itself gave of every number: the formulas of the agenda, over that partner's own rows alone.

Whose number counts where several report the same is left out of account, so that nothing here follows from what
others sent. What is added up otherwise than by sums (a mean over months, a standardised rate) has no part of one;
people who may count once have one where the partner's own rows tell how many they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

import duckdb

from agenda.statuses import SUPPRESSED, rank


class Part(NamedTuple):
    """A partner's own numerator and denominator; None where it gave nothing of it, or suppressed some of it."""

    numerator: Decimal | None = None
    denominator: Decimal | None = None


OwnParts = Mapping[str, Mapping[tuple[str, str], Part]]
"""By partner, and by indicator and period."""

# As in int_totals and int_contributions, but for the places of the whole, and without int_outranked. A part of which
# something is taken away is only known where all of it is: hence the count of measures.
_QUERY = """
    with counted as (
        select c.*, r.is_plain from int_reported_periods c join int_reports r on c.partner = r.partner
            and c.measure = r.measure and c.reported_start = r.period_start and c.reported_end = r.period_end
        where c.is_counted and c.partner <> '' and c.period in (select unnest($periods))),
    given as (
        select o.partner, o.measure, c.period_type, c.period, m.split, m.part as members, o.value, o.status_rank
        from int_observations o join counted c on o.partner = c.partner and o.measure = c.measure
            and o.period_start = c.reported_start and o.period_end = c.reported_end and c.is_plain
        join int_member_parts m on o.measure = m.measure and o.members = m.members
        join int_splits s on m.measure = s.measure and m.split = s.split and c.period_type = s.period_type
        union all
        select o.partner, o.measure, c.period_type, c.period, o.split, o.members, o.value, o.status_rank
        from int_reported o join counted c on o.partner = c.partner and o.measure = c.measure
            and o.period_start = c.reported_start and o.period_end = c.reported_end
        join int_splits s on o.measure = s.measure and o.split = s.split and c.period_type = s.period_type
        join lake.agenda_place_ancestors a on o.place = a.place and a.ancestor = $root
        left join int_place_overlaps n on o.partner = n.partner and o.measure = n.measure and o.split = n.split
            and o.period_start = n.period_start and o.period_end = n.period_end and o.place = n.place
        left join int_period_overlaps p on o.partner = p.partner and o.measure = p.measure and o.split = p.split
            and c.period_type = p.period_type and c.period = p.period and o.period_start = p.reported_start
            and o.period_end = p.reported_end and o.place = p.place
        where (n.distance is null or a.distance < n.distance) and (p.distance is null or a.distance < p.distance)
            and (s.is_sum or a.distance = 0) and o.measure not in (select measure from int_reach)
        union all
        select partner, measure, period_type, period, split, members, low, status_rank
        from int_reach
        where partner <> '' and place = $root and period in (select unnest($periods))
            and (low = high or status_rank = $suppressed)),
    terms as (
        select t.*, m.members, count(distinct t.measure) over (partition by t.indicator, t.part) as measures,
            bool_or(t.weight < 0) over (partition by t.indicator, t.part) as takes_away
        from int_terms t
        join int_term_members m on t.indicator = m.indicator and t.breakdown = m.breakdown and t.term = m.term
        where t.breakdown = '' and m.is_counted and t.part <> 'squares' and t.indicator not in (
            select x.indicator from int_terms x join lake.agenda_measures a on x.measure = a.measure
            where a.over_time in ('mean', 'max') or x.stratum is not null)),
    parts as (
        select g.partner, s.indicator, g.period, t.part,
            case when max(g.status_rank) < $suppressed
                and (not any_value(t.takes_away) or count(distinct g.measure) = any_value(t.measures))
                then sum(g.value * t.weight) end as value
        from given g
        join terms t on g.measure = t.measure and g.split = t.split and g.members = t.members
        join dim_series s on t.indicator = s.series and g.period = s.period and s.is_in_force
        group by all)
    select partner, indicator, period, any_value(value) filter (where part = 'numerator'),
        any_value(value) filter (where part = 'denominator')
    from parts group by all order by all"""


def read_own_parts(connection: duckdb.DuckDBPyConnection, root: str, periods: Iterable[str]) -> OwnParts:
    """From a finished warehouse, for these periods and the place ``root`` that holds all others."""
    known = {"root": root, "periods": sorted(set(periods)), "suppressed": rank(SUPPRESSED)}
    found: dict[str, dict[tuple[str, str], Part]] = {}
    for partner, indicator, period, numerator, denominator in connection.execute(_QUERY, known).fetchall():
        found.setdefault(partner, {})[indicator, period] = Part(numerator, denominator)
    return found
