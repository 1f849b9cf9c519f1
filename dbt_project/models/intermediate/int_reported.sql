with numbers as (
    select
        observations.partner,
        observations.measure,
        observations.period_start,
        observations.period_end,
        observations.place,
        observations.members,
        observations.value,
        observations.is_provisional
    from {{ ref('int_observations') }} as observations
    inner join {{ ref('int_reports') }} as reports
        on
            observations.partner = reports.partner
            and observations.measure = reports.measure
            and observations.period_start = reports.period_start
            and observations.period_end = reports.period_end
    where not reports.is_plain
    union all
    select
        '' as partner,
        measure,
        period_start,
        {{ add_months('period_start', 12) }} as period_end,
        place,
        members,
        value,
        false as is_provisional
    from {{ source('lake', 'reference_values') }}
),

summed as (
    select
        numbers.partner,
        numbers.measure,
        numbers.period_start,
        numbers.period_end,
        numbers.place,
        parts.split,
        parts.part as members,
        parts.preference,
        sum(numbers.value) as value,
        bool_or(numbers.is_provisional) as is_provisional
    from numbers
    inner join {{ ref('int_member_parts') }} as parts
        on numbers.measure = parts.measure and numbers.members = parts.members
    group by all
)

select
    partner,
    measure,
    period_start,
    period_end,
    place,
    split,
    members,
    value,
    is_provisional
from summed
-- Of all ways in which a number was split the coarsest that still has the wanted dimensions is added up:
-- a reported total is used, never added to its parts.
qualify preference = min(preference) over (
    partition by partner, measure, period_start, period_end, place, split
)
