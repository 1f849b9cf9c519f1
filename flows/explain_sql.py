"""What `flows.explain` asks a warehouse. ``$start`` and ``$end`` are the asked period's, the end exclusive."""

from __future__ import annotations

NOBODY = {"expected_reporters": 0, "actual_reporters": 0}

INDICATOR = """
    select i.*, (select list(period_type order by period_type) from lake.agenda_indicator_periods p
                 where p.indicator = i.indicator) as periods
    from lake.agenda_indicators i where i.indicator = $indicator"""

BREAKDOWNS = "select distinct breakdown from int_terms where indicator = $indicator"

MERGED = """
    select dimension || '=' || unnest(made_of) as id, dimension || '=' || member as name
    from dim_members where made_of is not null"""

VALUE = """
    select * from ind_values
    where indicator = $indicator and period = $period and place = $place and breakdown = $breakdown
        and members = $members"""

TREND = """
    select * from ind_trends
    where indicator = $indicator and period = $period and place = $place and breakdown = $breakdown
        and members = $members"""

COVERAGE = """
    select expected_reporters, actual_reporters from fct_coverage
    where indicator = $indicator and period = $period and place = $place"""

BUILD = """
    select as_of, (select max(known_at) from lake.manifests where kind = 'agenda') as agenda_as_of from meta_build"""

TERMS = """
    select t.term, t.part, t.measure, m.name, m.unit, t.weight, m.over_time, m.over_partners,
        m.is_sum is not false as is_sum, coalesce(m.is_keyed, false) as is_keyed, m.is_reference,
        (select file from lake.agenda_models a where a.measure = t.measure) as model,
        (select string_agg(dimension || '=' || member, '|' order by dimension, member) from lake.agenda_term_members f
         where f.term = t.term) as filters,
        (select list(partner order by position) from lake.agenda_precedence p where p.measure = t.measure) as precedence
    from int_terms t join lake.agenda_measures m using (measure)
    where t.indicator = $indicator and t.breakdown = $breakdown
    order by t.part desc, t.term"""

_FILES = """
    files as (
        select d.reading, r.submission, d.layout, arg_max(d.key, d.delivery_number) as key,
            max(d.received_at) as received_at,
            (select max(sheet) from lake.findings f where f.reading = d.reading and sheet <> '') as sheet
        from stg_deliveries d join lake.readings r using (reading)
        group by d.reading, r.submission, d.layout
    )"""

_WANTED = """
    wanted as (
        select t.term, t.measure, t.split, m.members, m.is_counted
        from int_terms t join int_term_members m using (indicator, breakdown, term)
        where t.indicator = $indicator and t.breakdown = $breakdown
            and (m.shown_members = $members or not t.is_by_breakdown)
    )"""

LINEAGE = f"""
    with {_FILES}, {_WANTED}
    select w.term, w.is_counted, l.*, p.period as reported_period, f.* exclude (reading)
    from wanted w
    join int_lineage l on l.measure = w.measure and l.split = w.split and l.members = w.members
    left join files f on l.reading = f.reading
    left join int_periods p on p.period_start = l.reported_start and p.period_end = l.reported_end
    left join dim_places places on l.reported_place = places.place
    where l.period = $period and l.place = $place
    order by w.term, l.partner, f.received_at, f.key, l.row_number, l.reported_start, places.position,
        l.reported_members"""

REACH = f"""
    with {_WANTED}
    select w.term, r.partner, r.people, r.low, r.high
    from wanted w join int_reach r on r.measure = w.measure and r.split = w.split and r.members = w.members
    where w.is_counted and r.period = $period and r.place = $place
    order by w.term, r.partner"""
"""Of people who may come as keyed hashes: how many each partner counted and (partner '') all together."""

INPUTS = f"""
    with {_FILES}
    select distinct t.measure as made, m.name, o.reading, o.row_number, o.partner, o.measure,
        o.period as reported_period, o.period_start as reported_start, o.period_end as reported_end,
        o.place as reported_place, o.members as reported_members, o.value, o.status_rank, f.* exclude (reading)
    from int_terms t
    join lake.agenda_model_inputs i on t.measure = i.measure
    join int_current o on o.measure = i.input
    join lake.agenda_measures m on o.measure = m.measure
    join lake.agenda_place_ancestors a on o.place = a.place and a.ancestor = $place
    left join files f on o.reading = f.reading
    where t.indicator = $indicator and o.period_start >= $start and o.period_end <= $end
    order by o.measure, o.partner, f.received_at, f.key, o.row_number, o.members"""
"""What the numbers are made of that a model makes."""

UNCOUNTED = f"""
    with {_FILES},
    asked as (select distinct measure, split from int_terms where indicator = $indicator and breakdown = $breakdown),
    around as (select place from lake.agenda_place_ancestors where ancestor = $place),
    counted as (
        select distinct l.reading, l.row_number, l.measure, l.reported_place, l.reported_members
        from int_lineage l join asked using (measure, split)
        where l.period = $period and l.place = $place
    )
    select o.reading, o.row_number, o.partner, o.measure, o.period as reported_period,
        o.period_start as reported_start, o.period_end as reported_end, o.place as reported_place,
        o.members as reported_members, o.value, o.status_rank, f.* exclude (reading),
        case
            when not coalesce(rp.is_counted, true) then 'a later month counts'
            when outranked.partner is not null then '{{partner}} comes first where both report'
            when long.place is not null then 'the longer period was reported itself'
            when nested.place is not null then 'the place around it was reported itself'
            else 'the same number was reported in another split'
        end as why,
        (select list(x.partner order by x.position) from lake.agenda_precedence x
         where x.measure = o.measure and x.position < coalesce(
            (select y.position from lake.agenda_precedence y where y.measure = o.measure and y.partner = o.partner),
            1000000)) as better
    from int_observations o
    join around on o.place = around.place
    left join files f on o.reading = f.reading
    left join int_reported_periods rp
        on rp.partner = o.partner and rp.measure = o.measure and rp.period = $period
        and rp.reported_start = o.period_start and rp.reported_end = o.period_end
    left join (select distinct partner, measure, place from int_outranked where period = $period and ancestor = $place)
        outranked on outranked.partner = o.partner and outranked.measure = o.measure and outranked.place = o.place
    left join (select distinct partner, measure, place, reported_start, reported_end from int_period_overlaps
               where period = $period) long
        on long.partner = o.partner and long.measure = o.measure and long.place = o.place
        and long.reported_start = o.period_start and long.reported_end = o.period_end
    left join (select distinct partner, measure, place, period_start, period_end from int_place_overlaps) nested
        on nested.partner = o.partner and nested.measure = o.measure and nested.place = o.place
        and nested.period_start = o.period_start and nested.period_end = o.period_end
    where o.measure in (select measure from asked) and o.reading is not null
        and o.period_start >= $start and o.period_end <= $end
        and not exists (
            select 1 from counted c
            where c.reading = o.reading and c.row_number = o.row_number and c.measure = o.measure
                and c.reported_place = o.place and c.reported_members = o.members
        )
    order by o.measure, o.partner, o.period_start, f.key, o.row_number"""

OWED = """
    with asked as (select distinct measure from int_asked where indicator = $indicator),
    speaks_for as (
        select distinct r.partner, r.measure from int_reported_places r
        join lake.agenda_place_ancestors a using (place) where a.ancestor = $place
        union
        select partner, measure from fct_reporting
        where $place in (select place from lake.agenda_places where parent is null)
    )
    select r.partner, r.measure, r.is_expected, r.months_expected, r.months_reported,
        exists (select 1 from int_dropped_places d
                where d.partner = r.partner and d.measure = r.measure and d.period = r.period and d.place = $place)
            as left_out
    from fct_reporting r join asked using (measure) join speaks_for using (partner, measure)
    where r.period = $period and r.period_start = $start and r.period_end = $end
    order by r.measure, r.partner"""

COHORTS = """
    select distinct c.against_period as against, c.value, c.against_value, later.value as value_of_all,
        earlier.value as against_value_of_all, c.partners,
        (select list(distinct p.partner order by p.partner) from ind_cohort_partners p
         where p.indicator = c.indicator and p.period = c.period and p.place = c.place and p.against = c.against
            and not p.is_matched) as others
    from ind_cohorts c
    join ind_values later on later.indicator = c.indicator and later.period = c.period and later.place = c.place
        and later.breakdown = ''
    join ind_values earlier on earlier.indicator = c.indicator and earlier.period = c.against_period
        and earlier.place = c.place and earlier.breakdown = ''
    where c.indicator = $indicator and c.period = $period and c.place = $place
    order by against desc"""

SUPERSEDED = """
    select distinct s.reading, s.partner, s.layout, arg_max(d.key, d.delivery_number) as key,
        max(d.received_at) as received_at, r.submission, '' as sheet
    from int_scopes s join stg_deliveries d using (reading) join lake.readings r using (reading)
    where s.standing = 'superseded' and s.period_start >= $start and s.period_end <= $end
        and s.measure in (select measure from int_asked where indicator = $indicator)
    group by s.reading, s.partner, s.layout, r.submission order by received_at"""

REMARKS = """
    with asked as (select distinct measure from int_asked where indicator = $indicator),
    around as (select place from lake.agenda_place_ancestors where ancestor = $place),
    spoken as (
        select distinct s.reading from int_scopes s join asked using (measure)
        where s.period_start >= $start and s.period_end <= $end
    ),
    rejected as (
        select distinct r.reading, r.sheet, r.row_number
        from lake.rejected_rows r left join int_periods p on r.period = p.period
            join lake.readings g on r.reading = g.reading
        where g.partner in (select partner from fct_reporting join asked using (measure))
            and (r.measure is null or r.measure in (select measure from asked))
            and (r.place is null or r.place in (select place from around))
            and case when p.period is null then r.reading in (select reading from spoken)
                else p.period_start >= $start and p.period_end <= $end end
    ),
    counted as (select distinct unnest($readings) as reading, unnest($numbers) as row_number),
    said as (
        select f.reading, f.sheet, f.row_number, f.cell, f.message, f.fix, f.severity as kind
        from lake.findings f semi join rejected r on f.reading = r.reading and f.row_number = r.row_number
        union
        select f.reading, f.sheet, f.row_number, f.cell, f.message, f.fix, f.severity as kind
        from lake.findings f semi join counted c on f.reading = c.reading and f.row_number = c.row_number
        union
        select r.reading, r.sheet, r.row_number, '' as cell, 'This row was rejected.' as message, '' as fix,
            'rejected' as kind
        from rejected r anti join lake.findings f on f.reading = r.reading and f.row_number = r.row_number
    )
    select d.partner, said.kind, d.key as file, coalesce(said.sheet, '') as sheet, said.row_number as row,
        coalesce(said.cell, '') as cell, said.message, coalesce(said.fix, '') as fix
    from said join stg_deliveries d using (reading)
    where d.is_latest_of_key
    order by d.partner, d.key, said.row_number, said.cell"""
