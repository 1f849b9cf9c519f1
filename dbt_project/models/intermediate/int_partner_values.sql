with contributions as (
    select
        contributions.*,
        measures.over_time
    from {{ ref('int_contributions') }} as contributions
    inner join {{ source('lake', 'agenda_measures') }} as measures on contributions.measure = measures.measure
),

-- Flows add up over the months; of a stock only the last month contributes. Either way it is one sum.
added as (
    select
        partner,
        measure,
        period_type,
        period,
        place,
        split,
        members,
        sum(value) as value,
        bool_or(is_provisional) as is_provisional
    from contributions
    where over_time in ('sum', 'last')
    group by all
),

-- Means and maxima are taken over the months, each added up over its places first.
by_month as (
    select
        partner,
        measure,
        period_type,
        period,
        place,
        split,
        members,
        over_time,
        reported_start,
        reported_months,
        sum(value) as value,
        bool_or(is_provisional) as is_provisional
    from contributions
    where over_time in ('mean', 'max')
    group by all
),

levelled as (
    select
        partner,
        measure,
        period_type,
        period,
        place,
        split,
        members,
        cast(
            case over_time
                when 'max' then max(value)
                else sum(value * reported_months) / sum(reported_months)
            end as decimal(38, 6)
        ) as value,
        bool_or(is_provisional) as is_provisional
    from by_month
    group by partner, measure, period_type, period, place, split, members, over_time
)

select * from added
union all
select * from levelled
