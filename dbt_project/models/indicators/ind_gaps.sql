with valued as (
    select
        indicator_values.indicator,
        indicator_values.period_type,
        indicator_values.period,
        indicator_values.place,
        indicator_values.breakdown,
        indicator_values.members,
        indicator_values.value,
        indicator_values.status,
        indicator_values.period_start,
        {{ add_months('indicator_values.period_start', -12) }} as year_before_start,
        case when gaps.has_interval then indicator_values.lower end as lower,
        case when gaps.has_interval then indicator_values.upper end as upper,
        gaps.against,
        indicators.better
    from {{ ref('ind_values') }} as indicator_values
    inner join {{ source('lake', 'agenda_gaps') }} as gaps
        on indicator_values.indicator = gaps.indicator and indicator_values.breakdown = gaps.breakdown
    inner join {{ source('lake', 'agenda_indicators') }} as indicators
        on indicator_values.indicator = indicators.indicator
    where indicator_values.value is not null
),

-- The group that was named, or the best of them: rather one of which there are enough to be sure.
best as (
    select *
    from valued
    where against is null or members = against
    qualify row_number() over (
        partition by indicator, period_type, period, place, breakdown
        order by status = 'U', case when better = 'less' then value else -value end, members
    ) = 1
),

-- Each group beside it, and the same two a year before.
pairs as (
    select
        valued.indicator,
        valued.period_type,
        valued.period,
        valued.place,
        valued.breakdown,
        valued.members,
        valued.value,
        valued.lower,
        valued.upper,
        best.members as best_members,
        best.value as best_value,
        best.lower as best_lower,
        best.upper as best_upper,
        valued_then.period as then_period,
        valued_then.value as then_value,
        valued_then.lower as then_lower,
        valued_then.upper as then_upper,
        best_then.value as best_then_value,
        best_then.lower as best_then_lower,
        best_then.upper as best_then_upper
    from valued
    inner join best
        on
            valued.indicator = best.indicator
            and valued.period_type = best.period_type
            and valued.period = best.period
            and valued.place = best.place
            and valued.breakdown = best.breakdown
            and valued.members <> best.members
    left join valued as best_then
        on
            best.indicator = best_then.indicator
            and best.period_type = best_then.period_type
            and best.place = best_then.place
            and best.breakdown = best_then.breakdown
            and best.members = best_then.members
            and best.year_before_start = best_then.period_start
    left join valued as valued_then
        on
            valued.indicator = valued_then.indicator
            and valued.period_type = valued_then.period_type
            and valued.place = valued_then.place
            and valued.breakdown = valued_then.breakdown
            and valued.members = valued_then.members
            and valued.year_before_start = valued_then.period_start
            and best_then.value is not null
),

gaps as (
    select
        *,
        value - best_value as difference,
        {{ mover_lower('value', 'lower', 'best_value', 'best_upper') }} as difference_lower,
        {{ mover_upper('value', 'upper', 'best_value', 'best_lower') }} as difference_upper,
        then_value - best_then_value as then_difference,
        {{ mover_lower('then_value', 'then_lower', 'best_then_value', 'best_then_upper') }} as then_difference_lower,
        {{ mover_upper('then_value', 'then_upper', 'best_then_value', 'best_then_lower') }} as then_difference_upper
    from pairs
)

select
    indicator,
    period_type,
    period,
    place,
    breakdown,
    members,
    best_members as against,
    value,
    best_value as against_value,
    difference,
    difference_lower,
    difference_upper,
    case when value >= 0 and best_value > 0 then value / best_value end as ratio,
    case
        when value >= 0 and best_value > 0 then {{ mover_ratio_lower('value', 'lower', 'best_value', 'best_upper') }}
    end as ratio_lower,
    case
        when value >= 0 and best_value > 0 then {{ mover_ratio_upper('value', 'upper', 'best_value', 'best_lower') }}
    end as ratio_upper,
    then_period as year_before_period,
    then_difference as year_before_difference,
    difference - then_difference as change_year_before,
    {{ mover_lower('difference', 'difference_lower', 'then_difference', 'then_difference_upper') }} as change_lower,
    {{ mover_upper('difference', 'difference_upper', 'then_difference', 'then_difference_lower') }} as change_upper
from gaps
order by indicator, period_type, period, place, breakdown, members
