-- The one pass over all observations. From here on rows are as many as there are cells, not observations.
with summed as (
    select
        observations.partner,
        observations.place,
        observations.period_start,
        observations.period_end,
        parts.part_number,
        parts.preference,
        sum(observations.value) as value,
        bool_or(observations.is_provisional) as is_provisional
    from {{ ref('int_observations') }} as observations
    inner join {{ ref('int_member_parts') }} as parts
        on observations.measure = parts.measure and observations.members = parts.members
    group by all
    union all
    -- A reference series is a reporter without a name, whose reports last a year.
    select
        '' as partner,
        reference.place,
        reference.period_start,
        {{ add_months('reference.period_start', 12) }} as period_end,
        parts.part_number,
        parts.preference,
        sum(reference.value) as value,
        false as is_provisional
    from {{ source('lake', 'reference_values') }} as reference
    inner join {{ ref('int_member_parts') }} as parts
        on reference.measure = parts.measure and reference.members = parts.members
    group by all
),

named as (
    select distinct
        part_number,
        measure,
        split,
        part
    from {{ ref('int_member_parts') }}
)

select
    summed.partner,
    named.measure,
    summed.period_start,
    summed.period_end,
    summed.place,
    named.split,
    named.part as members,
    summed.value,
    summed.is_provisional
from summed
inner join named on summed.part_number = named.part_number
-- Of all ways in which a number was split the coarsest that still has the wanted dimensions is added up:
-- a reported total is used, never added to its parts.
qualify
    summed.preference = min(summed.preference) over (
        partition by
            summed.partner, named.measure, summed.period_start, summed.period_end, summed.place, named.split
    )
