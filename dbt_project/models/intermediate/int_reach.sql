-- Numbers of people of whom some came as keyed hashes. A list is what one partner said of one period.
with numbers as (
    select
        partner,
        measure,
        period_type,
        period,
        place,
        reported_place,
        split,
        members,
        preference,
        reported_start,
        reported_end,
        value,
        status_rank
    from {{ ref('int_contributions') }}
    where over_partners = 'keyed'
),

people as (
    select
        numbers.partner,
        numbers.measure,
        numbers.period_type,
        numbers.period,
        numbers.place,
        numbers.split,
        numbers.members,
        numbers.reported_start,
        numbers.reported_end,
        persons.person
    from numbers
    inner join {{ ref('int_member_parts') }} as parts
        on
            numbers.measure = parts.measure
            and numbers.split = parts.split
            and numbers.members = parts.part
            and numbers.preference = parts.preference
    inner join {{ ref('int_current') }} as observations
        on
            numbers.partner = observations.partner
            and numbers.measure = observations.measure
            and numbers.reported_start = observations.period_start
            and numbers.reported_end = observations.period_end
            and numbers.reported_place = observations.place
            and parts.members = observations.members
    inner join {{ source('lake', 'persons') }} as persons
        on
            observations.reading = persons.reading
            and observations.measure = persons.measure
            and observations.period = persons.period
            and observations.place = persons.place
            and observations.members = persons.members
),

-- Within a list places and groups are added up, as in every measure; so who is in two of them is in its sum twice.
lists as (
    select
        partner,
        measure,
        period_type,
        period,
        place,
        split,
        members,
        reported_start,
        reported_end,
        {{ added('value') }} as value,
        count(distinct person) as people,
        count(person) as counted,
        max(status_rank) as status_rank
    from (
        select
            * exclude (reported_place, preference),
            null as person
        from numbers
        union all by name
        select
            *,
            -1 as status_rank
        from people
    ) as entries
    group by partner, measure, period_type, period, place, split, members, reported_start, reported_end
),

-- Of each partner, and (partner '') of all together.
bounds as (
    select
        coalesce(partner, '') as partner,
        measure,
        period_type,
        period,
        place,
        split,
        members,
        max(people + value - counted) as longest,
        {{ added('value - counted') }} as others,
        max(status_rank) as status_rank
    from lists
    group by
        grouping sets (
            (measure, period_type, period, place, split, members),
            (partner, measure, period_type, period, place, split, members)
        )
),

once as (
    select
        coalesce(partner, '') as partner,
        measure,
        period_type,
        period,
        place,
        split,
        members,
        count(distinct person) as people
    from people
    group by
        grouping sets (
            (measure, period_type, period, place, split, members),
            (partner, measure, period_type, period, place, split, members)
        )
)

select
    bounds.partner,
    bounds.measure,
    bounds.period_type,
    bounds.period,
    bounds.place,
    bounds.split,
    bounds.members,
    cast(coalesce(once.people, 0) as decimal(38, 6)) as people,
    -- Everybody without a hash may be among those with one, but not among those of the same list.
    case when bounds.others is not null then greatest(bounds.longest, coalesce(once.people, 0)) end as low,
    coalesce(once.people, 0) + bounds.others as high,
    bounds.status_rank
from bounds
left join once
    on
        bounds.partner = once.partner
        and bounds.measure = once.measure
        and bounds.period_type = once.period_type
        and bounds.period = once.period
        and bounds.place = once.place
        and bounds.split = once.split
        and bounds.members = once.members
