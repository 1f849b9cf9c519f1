-- Which partners speak for which place: those that ever did, as long as what they spoke of is there; and for the whole
-- initiative all of them.
with speaks_for as (
    select distinct
        reported.partner,
        reported.measure,
        ancestors.ancestor as place,
        coalesce(places.opens, date '0001-01-01') as opens,
        coalesce(places.closes, date '9999-12-31') as closes
    from {{ ref('int_reported_places') }} as reported
    inner join {{ source('lake', 'agenda_place_ancestors') }} as ancestors on reported.place = ancestors.place
    left join {{ source('lake', 'agenda_places') }} as places on reported.place = places.place
    union
    select distinct
        reporting.partner,
        reporting.measure,
        places.place,
        date '0001-01-01' as opens,
        date '9999-12-31' as closes
    from {{ ref('fct_reporting') }} as reporting
    cross join {{ source('lake', 'agenda_places') }} as places
    where places.parent is null
),

reporters as (
    select
        measures.indicator,
        reporting.period_type,
        reporting.period,
        speaks_for.place,
        reporting.partner,
        bool_or(reporting.is_reported) as is_reported,
        bool_and(reporting.months_reported >= reporting.months_expected and dropped.partner is null) as is_complete
    from {{ ref('fct_reporting') }} as reporting
    inner join {{ ref('int_asked') }} as measures
        on reporting.measure = measures.measure and reporting.period_type = measures.period_type
    inner join speaks_for
        on
            reporting.partner = speaks_for.partner
            and reporting.measure = speaks_for.measure
            and reporting.period_end > speaks_for.opens
            and reporting.period_start < speaks_for.closes
    left join {{ ref('int_dropped_places') }} as dropped
        on
            reporting.partner = dropped.partner
            and measures.used = dropped.measure
            and reporting.period_type = dropped.period_type
            and reporting.period = dropped.period
            and speaks_for.place = dropped.place
    group by measures.indicator, reporting.period_type, reporting.period, speaks_for.place, reporting.partner
)

select
    reporters.indicator,
    reporters.period_type,
    reporters.period,
    reporters.place,
    cast(count(*) as integer) as expected_reporters,
    cast(count(*) filter (where reporters.is_reported) as integer) as actual_reporters,
    bool_and(reporters.is_complete) as is_complete,
    -- an agenda of before there was a minimum has none
    count(*) filter (where reporters.is_reported)
    >= coalesce(max(initiative.minimum_coverage), 0) * count(*) as is_enough
from reporters
cross join {{ source('lake', 'agenda_initiative') }} as initiative
group by reporters.indicator, reporters.period_type, reporters.period, reporters.place
order by reporters.indicator, reporters.period_type, reporters.period, reporters.place
