with members as (
    select distinct
        measure,
        members,
        preference
    from {{ ref('int_member_parts') }}
),

levels as (
    select
        place,
        max(distance) as depth
    from {{ source('lake', 'agenda_place_ancestors') }}
    group by place
),

-- A place can only be counted within another where a partner reports places of several levels.
reporters as (
    select
        places.partner,
        places.measure,
        count(distinct levels.depth) <= 1 as is_one_level
    from {{ ref('int_reported_places') }} as places
    left join levels on places.place = levels.place
    group by places.partner, places.measure
),

-- A total can only be counted beside its parts where a report is split in several ways.
reports as (
    select
        reported.partner,
        reported.measure,
        reported.period_start,
        reported.period_end,
        count(distinct members.preference) = 1 as is_one_split
    from {{ ref('int_reported_members') }} as reported
    inner join members on reported.measure = members.measure and reported.members = members.members
    group by reported.partner, reported.measure, reported.period_start, reported.period_end
),

-- A quarter can only be counted beside its months where a partner reports a measure for both.
lengths as (
    select
        partner,
        measure,
        count(distinct {{ months_between('period_start', 'period_end') }}) = 1 as is_one_length
    from reports
    group by partner, measure
),

measures as (
    select
        measure,
        over_time in ('sum', 'last')
        and is_sum is not false
        and over_partners = 'sum'
        and measure not in (select ranked.measure from {{ source('lake', 'agenda_precedence') }} as ranked) as is_added
    from {{ source('lake', 'agenda_measures') }}
)

select
    reports.partner,
    reports.measure,
    reports.period_start,
    reports.period_end,
    measures.is_added and reports.is_one_split and lengths.is_one_length and reporters.is_one_level as is_plain
from reports
inner join lengths on reports.partner = lengths.partner and reports.measure = lengths.measure
inner join reporters on reports.partner = reporters.partner and reports.measure = reporters.measure
inner join measures on reports.measure = measures.measure
union all
-- A reference series is a reporter without a name, whose reports last a year.
select distinct
    '' as partner,
    measure,
    period_start,
    {{ add_months('period_start', 12) }} as period_end,
    false as is_plain
from {{ source('lake', 'reference_values') }}
