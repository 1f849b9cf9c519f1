with counted as (
    select
        periods.partner,
        periods.measure,
        periods.reported_start,
        periods.reported_end,
        periods.period_type,
        periods.period
    from {{ ref('int_reported_periods') }} as periods
    inner join {{ ref('int_reports') }} as reports
        on
            periods.partner = reports.partner
            and periods.measure = reports.measure
            and periods.reported_start = reports.period_start
            and periods.reported_end = reports.period_end
    inner join (select distinct measure, period_type from {{ ref('int_splits') }}) as needed
        on periods.measure = needed.measure and periods.period_type = needed.period_type
    where periods.is_counted and reports.is_plain
)

select
    observations.measure,
    counted.period_type,
    counted.period,
    observations.place,
    observations.members,
    {{ added('observations.value') }} as value,
    max(observations.status_rank) as status_rank
from {{ ref('int_observations') }} as observations
inner join counted
    on
        observations.partner = counted.partner
        and observations.measure = counted.measure
        and observations.period_start = counted.reported_start
        and observations.period_end = counted.reported_end
group by all
