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
linked as (
    select
        * exclude (person),
        count(distinct person) as people,
        count(*) as counted
    from people
    group by all
),

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
        max(status_rank) as status_rank
    from numbers
    group by all
),

told_apart as (
    select
        lists.*,
        coalesce(linked.people, 0) as people,
        lists.value - coalesce(linked.counted, 0) as others
    from lists
    left join linked
        on
            lists.partner = linked.partner
            and lists.measure = linked.measure
            and lists.period_type = linked.period_type
            and lists.period = linked.period
            and lists.place = linked.place
            and lists.split = linked.split
            and lists.members = linked.members
            and lists.reported_start = linked.reported_start
            and lists.reported_end = linked.reported_end
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
        max(people + others) as longest,
        {{ added('others') }} as others,
        max(status_rank) as status_rank
    from told_apart
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
