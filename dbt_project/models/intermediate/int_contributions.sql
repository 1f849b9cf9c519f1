{{ config(materialized='view') }}  {# many rows, each read once: by the rule of its measure #}

select
    reported.partner,
    reported.measure,
    measures.over_time,
    case when measures.is_keyed then 'keyed' else measures.over_partners end as over_partners,
    splits.is_sum,
    periods.period_type,
    periods.period,
    ancestors.ancestor as place,
    reported.place as reported_place,
    reported.split,
    reported.members,
    reported.preference,
    reported.period_start as reported_start,
    reported.period_end as reported_end,
    periods.reported_months,
    reported.value,
    reported.status_rank
from {{ ref('int_reported') }} as reported
inner join {{ source('lake', 'agenda_measures') }} as measures on reported.measure = measures.measure
inner join {{ ref('int_splits') }} as splits on reported.measure = splits.measure and reported.split = splits.split
inner join {{ ref('int_reported_periods') }} as periods
    on
        reported.partner = periods.partner
        and reported.measure = periods.measure
        and reported.period_start = periods.reported_start
        and reported.period_end = periods.reported_end
        and splits.period_type = periods.period_type
inner join {{ source('lake', 'agenda_place_ancestors') }} as ancestors on reported.place = ancestors.place
left join {{ ref('int_place_overlaps') }} as nested
    on
        reported.partner = nested.partner
        and reported.measure = nested.measure
        and reported.period_start = nested.period_start
        and reported.period_end = nested.period_end
        and reported.split = nested.split
        and reported.place = nested.place
left join {{ ref('int_period_overlaps') }} as overlapping
    on
        reported.partner = overlapping.partner
        and reported.measure = overlapping.measure
        and periods.period_type = overlapping.period_type
        and periods.period = overlapping.period
        and reported.period_start = overlapping.reported_start
        and reported.period_end = overlapping.reported_end
        and reported.split = overlapping.split
        and reported.place = overlapping.place
left join {{ ref('int_outranked') }} as outranked
    on
        reported.partner = outranked.partner
        and reported.measure = outranked.measure
        and periods.period_type = outranked.period_type
        and periods.period = outranked.period
        and reported.place = outranked.place
        and ancestors.ancestor = outranked.ancestor
where
    periods.is_counted
    and (nested.distance is null or ancestors.distance < nested.distance)
    and (overlapping.distance is null or ancestors.distance < overlapping.distance)
    and outranked.partner is null
    and (splits.is_sum or ancestors.distance = 0)
