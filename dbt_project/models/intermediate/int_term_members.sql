with parts as (
    select distinct
        measure,
        split,
        part as members
    from {{ ref('int_member_parts') }}
),

exploded as (
    select
        measure,
        split,
        members,
        unnest(string_split(members, '|')) as member,
        split_part(unnest(string_split(members, '|')), '=', 1) as dimension
    from parts
    where members <> ''
),

judged as (
    select
        terms.indicator,
        terms.breakdown,
        terms.term,
        exploded.members,
        exploded.dimension,
        exploded.member,
        shown.dimension is not null and terms.is_by_breakdown as is_shown,
        filtered.term is null or matching.term is not null as is_counted
    from {{ ref('int_terms') }} as terms
    inner join exploded on terms.measure = exploded.measure and terms.split = exploded.split
    left join {{ source('lake', 'agenda_breakdown_dimensions') }} as shown
        on terms.breakdown = shown.breakdown and exploded.dimension = shown.dimension
    left join (select distinct term, dimension from {{ source('lake', 'agenda_term_members') }}) as filtered
        on terms.term = filtered.term and exploded.dimension = filtered.dimension
    left join {{ source('lake', 'agenda_term_members') }} as matching
        on terms.term = matching.term and exploded.member = matching.dimension || '=' || matching.member
),

split_up as (
    select
        indicator,
        breakdown,
        term,
        members,
        coalesce(string_agg(member, '|' order by dimension) filter (where is_shown), '') as shown_members,
        bool_and(is_counted) as is_counted
    from judged
    group by indicator, breakdown, term, members
),

-- Breakdowns whose groups can be put together by adding up what they count: no means or maxima over the months, no
-- rates as they were reported, nobody who may be on several lists, no rates that are weighed group by group.
pooled as (
    select
        terms.indicator,
        terms.breakdown
    from {{ ref('int_terms') }} as terms
    inner join {{ source('lake', 'agenda_measures') }} as measures on terms.measure = measures.measure
    where terms.is_by_breakdown
    group by terms.indicator, terms.breakdown
    having
        bool_and(
            measures.over_partners = 'sum'
            and measures.over_time in ('sum', 'last')
            and measures.is_sum is not false
            and terms.stratum is null
        )
),

-- A group that the agenda allows to show together takes the place of a member, one dimension at a time.
merged as (
    select
        judged.indicator,
        judged.breakdown,
        judged.term,
        judged.members,
        judged.dimension,
        judged.dimension || '=' || parts.merged as member
    from judged
    inner join pooled on judged.indicator = pooled.indicator and judged.breakdown = pooled.breakdown
    inner join {{ source('lake', 'agenda_merged_members') }} as parts
        on judged.dimension = parts.dimension and judged.member = parts.dimension || '=' || parts.member
    where judged.is_shown
)

select
    terms.indicator,
    terms.breakdown,
    terms.term,
    parts.members,
    coalesce(split_up.shown_members, '') as shown_members,
    coalesce(split_up.is_counted, true) as is_counted,
    false as is_merged
from {{ ref('int_terms') }} as terms
inner join parts on terms.measure = parts.measure and terms.split = parts.split
left join split_up
    on
        terms.indicator = split_up.indicator
        and terms.breakdown = split_up.breakdown
        and terms.term = split_up.term
        and parts.members = split_up.members
union all
select
    merged.indicator,
    merged.breakdown,
    merged.term,
    merged.members,
    string_agg(
        case when judged.dimension = merged.dimension then merged.member else judged.member end, '|'
        order by judged.dimension
    ) filter (where judged.is_shown) as shown_members,
    bool_and(judged.is_counted) as is_counted,
    true as is_merged
from merged
inner join judged
    on
        merged.indicator = judged.indicator
        and merged.breakdown = judged.breakdown
        and merged.term = judged.term
        and merged.members = judged.members
group by merged.indicator, merged.breakdown, merged.term, merged.members, merged.dimension, merged.member
