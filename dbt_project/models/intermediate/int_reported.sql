-- The years of a reference series come in parts: each place and members keep their number until there is a newer one.
with reference as (
    select
        *,
        lead(period_start) over (partition by measure, place, members order by period_start) as newer_start
    from {{ source('lake', 'reference_values') }}
),

numbers as (
    select
        observations.partner,
        observations.measure,
        observations.period_start,
        observations.period_end,
        observations.place,
        observations.members,
        observations.value,
        observations.status_rank
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
        carried.measure,
        years.period_start,
        {{ add_months('years.period_start', 12) }} as period_end,
        carried.place,
        carried.members,
        carried.value,
        {{ rank_of('A') }} as status_rank
    from (select distinct measure, period_start from reference) as years
    inner join reference as carried
        on
            years.measure = carried.measure
            and years.period_start >= carried.period_start
            and (carried.newer_start is null or years.period_start < carried.newer_start)
            and carried.value is not null  -- a closed place has none of its own any more
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
        parts.size,
        parts.preference,
        {{ added('numbers.value') }} as value,
        max(numbers.status_rank) as status_rank,
        sum(sum(numbers.value)) over way as total,
        max(max(numbers.status_rank)) over way = {{ rank_of('Q') }} as is_suppressed
    from numbers
    inner join {{ ref('int_member_parts') }} as parts
        on numbers.measure = parts.measure and numbers.members = parts.members
    group by
        numbers.partner, numbers.measure, numbers.period_start, numbers.period_end, numbers.place, parts.split,
        parts.part, parts.size, parts.preference
    window way as (
        partition by
            numbers.partner, numbers.measure, numbers.period_start, numbers.period_end, numbers.place, parts.split,
            parts.preference
    )
)

select
    partner,
    measure,
    period_start,
    period_end,
    place,
    split,
    members,
    preference,
    value,
    status_rank
from summed
-- Of all ways in which a number was split the coarsest that still has the wanted dimensions is added up:
-- a reported total is used, never added to its parts; but one that says there is no number is no total. Of several
-- equally coarse ones it is one without suppressed parts, and that with the largest sum: one that was reported
-- incompletely gives less.
qualify dense_rank() over (
    partition by partner, measure, period_start, period_end, place, split
    order by total is null and not is_suppressed, size asc, is_suppressed asc, total desc nulls last, preference asc
) = 1
