{#
    Flows add up over the months; of a stock only the last month contributes; partners are added up, and places.
    So for most measures all of it is one sum. The rest is worked out partner by partner first.
#}
with summands as (
    select
        totals.measure,
        totals.period_type,
        totals.period,
        ancestors.ancestor as place,
        parts.split,
        parts.part as members,
        true as is_sum,
        totals.value,
        totals.status_rank
    from {{ ref('int_totals') }} as totals
    inner join {{ ref('int_member_parts') }} as parts
        on totals.measure = parts.measure and totals.members = parts.members
    inner join {{ ref('int_splits') }} as splits
        on
            totals.measure = splits.measure
            and totals.period_type = splits.period_type
            and parts.split = splits.split
    inner join {{ source('lake', 'agenda_place_ancestors') }} as ancestors on totals.place = ancestors.place
    union all
    select
        measure,
        period_type,
        period,
        place,
        split,
        members,
        is_sum,
        value,
        status_rank
    from {{ ref('int_contributions') }}
    where over_time in ('sum', 'last') and over_partners = 'sum'
),

added as (
    select
        measure,
        period_type,
        period,
        place,
        split,
        members,
        -- two partners' rates of the same thing come to none: see docs/numbers.md
        case when is_sum or count(value) <= 1 then {{ added('value') }} end as value,
        max(status_rank) as status_rank
    from summands
    group by measure, period_type, period, place, split, members, is_sum
),

-- Means and maxima are taken over the months, each added up over its places first.
monthly as (
    select
        *,
        -- a number for a quarter stands for each of its months
        unnest(range(case when over_time in ('mean', 'max') then reported_months else 1 end)) as month
    from {{ ref('int_contributions') }}
    where over_time in ('mean', 'max') or over_partners = 'overlap'
),

by_month as (
    select
        partner,
        measure,
        over_time,
        over_partners,
        is_sum,
        period_type,
        period,
        place,
        split,
        members,
        {{ add_months('reported_start', 'month') }} as month_start,
        {{ added('value') }} as value,
        max(status_rank) as status_rank
    from monthly
    group by all
),

by_partner as (
    select
        partner,
        measure,
        over_partners,
        is_sum,
        period_type,
        period,
        place,
        split,
        members,
        case
            when max(status_rank) = {{ rank_of('Q') }} then null
            when over_time = 'mean' then {{ in_parts('sum(value)', 'count(value)') }}
            when over_time = 'max' then {{ in_parts('max(value)') }}
            else {{ in_parts('sum(value)') }}
        end as parts,
        max(status_rank) as status_rank
    from by_month
    group by partner, measure, over_time, over_partners, is_sum, period_type, period, place, split, members
),

-- Partners that may have counted the same people: at least the largest number, at most all of them.
by_partners as (
    select
        measure,
        period_type,
        period,
        place,
        split,
        members,
        case
            when max(status_rank) = {{ rank_of('Q') }} or (not is_sum and count(parts) > 1) then null
            when over_partners = 'overlap' then max(parts)
            else sum(parts)
        end as parts,
        case when is_sum or count(parts) <= 1 then {{ added('parts') }} end as high_parts,
        max(status_rank) as status_rank
    from by_partner
    group by measure, over_partners, is_sum, period_type, period, place, split, members
)

select
    measure,
    period_type,
    period,
    place,
    split,
    members,
    value,
    value as low,
    value as high,
    status_rank
from added
union all
select
    measure,
    period_type,
    period,
    place,
    split,
    members,
    {{ of_parts('parts') }} as value,
    {{ of_parts('parts') }} as low,
    {{ of_parts('high_parts') }} as high,
    status_rank
from by_partners
union all
-- People of whom keyed hashes came.
select
    measure,
    period_type,
    period,
    place,
    split,
    members,
    low as value,
    low,
    high,
    status_rank
from {{ ref('int_reach') }}
where partner = ''
