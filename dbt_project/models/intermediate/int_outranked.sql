with present as (
    select distinct
        periods.measure,
        periods.period_type,
        periods.period,
        reported.partner,
        reported.place,
        measures.is_sum is not false as is_sum,
        coalesce(precedence.position, 1000000) as position  -- partners the agenda does not rank come after all others
    from {{ ref('int_reported') }} as reported
    inner join {{ ref('int_reported_periods') }} as periods
        on
            reported.partner = periods.partner
            and reported.measure = periods.measure
            and reported.period_start = periods.reported_start
            and reported.period_end = periods.reported_end
    inner join {{ source('lake', 'agenda_measures') }} as measures on reported.measure = measures.measure
    left join {{ source('lake', 'agenda_precedence') }} as precedence
        on reported.measure = precedence.measure and reported.partner = precedence.partner
    where
        periods.is_counted
        and (reported.split = '' or measures.is_sum is false)  -- of rates by group there is no whole
        and {{ speaks('reported.value', 'reported.status_rank') }}
        and reported.measure in (select ranked.measure from {{ source('lake', 'agenda_precedence') }} as ranked)
),

ancestors as (
    select
        place,
        ancestor,
        distance
    from {{ source('lake', 'agenda_place_ancestors') }}
),

-- A better-placed partner speaks for the place or for one around it: there and further up the other doesn't count.
spoken_for as (
    select
        worse.partner,
        worse.measure,
        worse.period_type,
        worse.period,
        worse.place,
        upwards.ancestor
    from present as worse
    inner join ancestors as around on worse.place = around.place
    inner join present as better
        on
            worse.measure = better.measure
            and worse.period_type = better.period_type
            and worse.period = better.period
            and around.ancestor = better.place
    inner join ancestors as upwards on better.place = upwards.place
    where better.position < worse.position
),

-- A better-placed partner speaks for a part of the place: the other's sum would count that part twice.
partly_spoken_for as (
    select
        worse.partner,
        worse.measure,
        worse.period_type,
        worse.period,
        worse.place,
        upwards.ancestor
    from present as worse
    inner join ancestors as inside on worse.place = inside.ancestor and inside.distance > 0
    inner join present as better
        on
            worse.measure = better.measure
            and worse.period_type = better.period_type
            and worse.period = better.period
            and inside.place = better.place
    inner join ancestors as upwards on worse.place = upwards.place
    where better.position < worse.position and worse.is_sum
)

select * from spoken_for
union
select * from partly_spoken_for
