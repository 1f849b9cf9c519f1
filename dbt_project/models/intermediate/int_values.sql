{#
    Flows add up over the months; of a stock only the last month contributes; partners are added up.
    So for most measures all of it is one sum. The rest is worked out partner by partner first.
#}
with added as (
    select
        measure,
        period_type,
        period,
        place,
        split,
        members,
        sum(value) as value,
        bool_or(is_provisional) as is_provisional
    from {{ ref('int_contributions') }}
    where over_time in ('sum', 'last') and over_partners = 'sum'
    group by all
),

-- Means and maxima are taken over the months, each added up over its places first.
by_month as (
    select
        partner,
        measure,
        over_time,
        over_partners,
        period_type,
        period,
        place,
        split,
        members,
        reported_start,
        reported_months,
        sum(value) as value,
        bool_or(is_provisional) as is_provisional
    from {{ ref('int_contributions') }}
    where over_time in ('mean', 'max') or over_partners = 'overlap'
    group by all
),

by_partner as (
    select
        partner,
        measure,
        over_partners,
        period_type,
        period,
        place,
        split,
        members,
        cast(
            case over_time
                when 'mean' then sum(value * reported_months) / sum(reported_months)
                when 'max' then max(value)
                else sum(value)
            end as decimal(38, 6)
        ) as value,
        bool_or(is_provisional) as is_provisional
    from by_month
    group by partner, measure, over_time, over_partners, period_type, period, place, split, members
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
    is_provisional
from added
union all
select
    measure,
    period_type,
    period,
    place,
    split,
    members,
    -- Partners that may have counted the same people: at least the largest number, at most all of them.
    case over_partners when 'overlap' then max(value) else sum(value) end as value,
    case over_partners when 'overlap' then max(value) else sum(value) end as low,
    sum(value) as high,
    bool_or(is_provisional) as is_provisional
from by_partner
group by measure, over_partners, period_type, period, place, split, members
