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
)

select
    terms.indicator,
    terms.breakdown,
    terms.term,
    parts.members,
    coalesce(split_up.shown_members, '') as shown_members,
    coalesce(split_up.is_counted, true) as is_counted
from {{ ref('int_terms') }} as terms
inner join parts on terms.measure = parts.measure and terms.split = parts.split
left join split_up
    on
        terms.indicator = split_up.indicator
        and terms.breakdown = split_up.breakdown
        and terms.term = split_up.term
        and parts.members = split_up.members
