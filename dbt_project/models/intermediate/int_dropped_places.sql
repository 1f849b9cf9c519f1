-- Of a stock only the last period counts: what a partner said of a place before then is not in it.
-- Mostly a partner names the same places every time, and there is nothing to look at.
with changing as (
    select
        partner,
        measure
    from {{ ref('int_reported_places') }}
    group by partner, measure
    having count(distinct period_ends) > 1
),

places as (
    select
        places.partner,
        places.measure,
        places.place,
        unnest(places.period_ends) as period_end
    from {{ ref('int_reported_places') }} as places
    inner join changing on places.partner = changing.partner and places.measure = changing.measure
),

seen as (
    select
        periods.partner,
        periods.measure,
        periods.period_type,
        periods.period,
        places.place,
        bool_or(periods.is_counted) as is_counted
    from {{ ref('int_reported_periods') }} as periods
    inner join {{ source('lake', 'agenda_measures') }} as measures
        on periods.measure = measures.measure and measures.over_time = 'last'
    inner join (select distinct measure, period_type from {{ ref('int_splits') }}) as needed
        on periods.measure = needed.measure and periods.period_type = needed.period_type
    inner join places
        on
            periods.partner = places.partner
            and periods.measure = places.measure
            and periods.reported_end = places.period_end
    where periods.period_type <> 'month'
    group by periods.partner, periods.measure, periods.period_type, periods.period, places.place
),

upwards as (
    select
        dropped.partner,
        dropped.measure,
        dropped.period_type,
        dropped.period,
        dropped.place,
        ancestors.ancestor,
        ancestors.distance,
        min(case when present.is_counted then ancestors.distance end) over (
            partition by dropped.partner, dropped.measure, dropped.period_type, dropped.period, dropped.place
        ) as reported_distance
    from seen as dropped
    inner join {{ source('lake', 'agenda_place_ancestors') }} as ancestors on dropped.place = ancestors.place
    left join seen as present
        on
            ancestors.ancestor = present.place
            and dropped.partner = present.partner
            and dropped.measure = present.measure
            and dropped.period_type = present.period_type
            and dropped.period = present.period
    inner join {{ source('lake', 'agenda_places') }} as places on dropped.place = places.place
    inner join {{ ref('int_periods') }} as periods on dropped.period = periods.period
    -- a place that closed before the period's end is not expected in its last month
    where not dropped.is_counted and coalesce(places.closes >= periods.period_end, true)
)

select distinct
    partner,
    measure,
    period_type,
    period,
    ancestor as place
from upwards
-- from where the partner gave the number itself nothing is missing
where reported_distance is null or distance < reported_distance
