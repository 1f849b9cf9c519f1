with periods as (
    select * from {{ ref('int_periods') }}
),

-- The periods a partner owes lie wholly within its time; those that make up a longer one are owed with it.
owed as (
    select
        owes.partner,
        owes.measure,
        periods.period_type,
        periods.period,
        owes.period_type as owed_type,
        cast(sum({{ months_between('units.period_start', 'units.period_end') }}) as integer) as months
    from {{ source('lake', 'agenda_owes') }} as owes
    inner join periods as units on owes.period_type = units.period_type
    inner join periods
        on
            units.period_start >= periods.period_start
            and units.period_end <= periods.period_end
            and periods.is_observed
    where
        (owes.since is null or units.period_start >= owes.since)
        and (owes.until is null or units.period_end <= owes.until)
    group by owes.partner, owes.measure, periods.period_type, periods.period, owes.period_type
),

expected as (
    select
        partner,
        measure,
        period_type,
        period,
        max(months) as months
    from owed
    group by partner, measure, period_type, period
),

received as (
    select
        partner,
        measure,
        period_start,
        period_end,
        max(received_at) as received_at
    from {{ ref('int_scopes') }}
    where standing <> 'superseded'
    group by partner, measure, period_start, period_end
),

-- When something was said of a period for the first time, whatever has become of it since: corrections are not late.
first_received as (
    select
        deliveries.partner,
        scopes.measure,
        scopes.period_start,
        scopes.period_end,
        min(deliveries.received_at) as received_at
    from {{ ref('stg_scopes') }} as scopes
    inner join {{ ref('stg_deliveries') }} as deliveries on scopes.reading = deliveries.reading
    where deliveries.outcome <> 'rejected'
    group by deliveries.partner, scopes.measure, scopes.period_start, scopes.period_end
),

reported as (
    select
        reported.partner,
        reported.measure,
        reported.period_type,
        reported.period,
        cast(sum(case when reported.is_contained then 0 else reported.reported_months end) as integer) as months,
        max(received.received_at) as last_received_at,
        max(first_received.received_at) as complete_at
    from {{ ref('int_reported_periods') }} as reported
    left join received
        on
            reported.partner = received.partner
            and reported.measure = received.measure
            and reported.reported_start = received.period_start
            and reported.reported_end = received.period_end
    left join first_received
        on
            reported.partner = first_received.partner
            and reported.measure = first_received.measure
            and reported.reported_start = first_received.period_start
            and reported.reported_end = first_received.period_end
    where
        reported.partner <> ''
        and reported.measure not in (select models.measure from {{ source('lake', 'agenda_models') }} as models)
    group by reported.partner, reported.measure, reported.period_type, reported.period
)

select
    coalesce(expected.partner, reported.partner) as partner,
    coalesce(expected.measure, reported.measure) as measure,
    periods.period_type,
    periods.period,
    periods.period_start,
    periods.period_end,
    expected.partner is not null as is_expected,
    reported.partner is not null as is_reported,
    coalesce(expected.months, 0) as months_expected,
    coalesce(reported.months, 0) as months_reported,
    reported.last_received_at,
    cast(periods.period_end + to_days(initiative.due_days) as date) as due_on,
    case when reported.months >= expected.months then cast(timezone('UTC', reported.complete_at) as date) end
        as complete_on,
    complete_on <= due_on as is_on_time
from expected
full join reported
    on
        expected.partner = reported.partner
        and expected.measure = reported.measure
        and expected.period_type = reported.period_type
        and expected.period = reported.period
inner join periods
    on
        coalesce(expected.period_type, reported.period_type) = periods.period_type
        and coalesce(expected.period, reported.period) = periods.period
cross join {{ source('lake', 'agenda_initiative') }} as initiative
order by partner, measure, periods.period_start, periods.period_end
