{{ config(materialized='view') }}  {# every observation there is: writing them out would cost more than it saves #}

with disputed as (
    select
        reading,
        measure,
        period
    from {{ ref('int_scopes') }}
    where standing <> 'sole'
),

contested as (
    select
        observations.*,
        scopes.layout,
        scopes.delivery_number
    from {{ ref('stg_observations') }} as observations
    inner join {{ ref('int_scopes') }} as scopes
        on
            observations.reading = scopes.reading
            and observations.measure = scopes.measure
            and observations.period = scopes.period
    where scopes.standing = 'contested'
),

-- A later replacement retracts what it leaves out, unless a row it lost may have been that very value.
retracted as (
    select distinct
        contested.reading,
        contested.measure,
        contested.period,
        contested.place,
        contested.members
    from contested
    inner join {{ ref('int_scopes') }} as later
        on
            contested.partner = later.partner
            and contested.layout = later.layout
            and contested.measure = later.measure
            and contested.period = later.period
            and contested.delivery_number < later.delivery_number
    left join {{ ref('stg_rejected_rows') }} as rejected
        on
            later.reading = rejected.reading
            and coalesce(rejected.measure, contested.measure) = contested.measure
            and coalesce(rejected.period, contested.period) = contested.period
            and coalesce(rejected.place, contested.place) = contested.place
            and coalesce(rejected.members, contested.members) = contested.members
    where
        later.standing = 'contested'
        and later.delivery_mode = 'replaces'
        and rejected.reading is null
),

resolved as (
    select contested.*
    from contested
    left join retracted
        on
            contested.reading = retracted.reading
            and contested.measure = retracted.measure
            and contested.period = retracted.period
            and contested.place = retracted.place
            and contested.members = retracted.members
    where retracted.reading is null
    qualify row_number() over (
        partition by contested.partner, contested.measure, contested.period, contested.place, contested.members
        order by contested.delivery_number desc
    ) = 1
),

-- The fast path: nearly every scope was delivered once, and needs no window.
undisputed as (
    select observations.*
    from {{ ref('stg_observations') }} as observations
    left join disputed
        on
            observations.reading = disputed.reading
            and observations.measure = disputed.measure
            and observations.period = disputed.period
    where disputed.reading is null
)

select
    reading, row_number, partner, measure, period, period_start, period_end, place, members, value, status_rank
from undisputed
union all
select
    reading, row_number, partner, measure, period, period_start, period_end, place, members, value, status_rank
from resolved
