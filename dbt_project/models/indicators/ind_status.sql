with whole as (
    select
        indicator_values.indicator,
        indicator_values.period_type,
        indicator_values.period,
        indicator_values.value
    from {{ ref('ind_values') }} as indicator_values
    inner join {{ source('lake', 'agenda_places') }} as places on indicator_values.place = places.place
    where places.parent is null and indicator_values.breakdown = ''
),

baselines as (
    select
        baselines.indicator,
        baselines.period,
        baselines.period_end,
        {{ type_of_period('baselines.period') }} as period_type,
        -- a baseline without a value is what the data say for its period
        coalesce(cast(baselines.value as double), whole.value) as value
    from {{ source('lake', 'agenda_baselines') }} as baselines
    left join whole on baselines.indicator = whole.indicator and baselines.period = whole.period
),

targets as (
    select
        *,
        {{ type_of_period('period') }} as period_type
    from {{ source('lake', 'agenda_targets') }}
),

-- Each stretch of the path: to a target from the one before it, or from the baseline. A year's number is no quarter's,
-- so periods of each type have a path of their own.
stretches as (
    select
        targets.indicator,
        targets.period_type,
        targets.period,
        targets.period_end,
        cast(targets.value as double) as value,
        cast(targets.low as double) as low,
        cast(targets.high as double) as high,
        coalesce(lag(targets.period_end) over in_order, baselines.period_end) as from_end,
        coalesce(lag(cast(targets.value as double)) over in_order, baselines.value) as from_value
    from targets
    left join baselines on targets.indicator = baselines.indicator and targets.period_type = baselines.period_type
    window in_order as (partition by targets.indicator, targets.period_type order by targets.period_end)
),

asked as (
    select
        types.indicator,
        indicators.better,
        initiative.at_risk_from,
        periods.period_type,
        periods.period,
        periods.period_end,
        whole.value,
        baselines.period as baseline_period,
        baselines.value as baseline_value,
        stretches.period as target_period,
        stretches.period_end as target_end,
        stretches.value as target_value,
        stretches.low as target_low,
        stretches.high as target_high,
        stretches.from_end,
        stretches.from_value
    from {{ source('lake', 'agenda_indicator_periods') }} as types
    inner join {{ source('lake', 'agenda_indicators') }} as indicators on types.indicator = indicators.indicator
    cross join {{ source('lake', 'agenda_initiative') }} as initiative
    inner join {{ ref('dim_periods') }} as periods on types.period_type = periods.period_type
    left join whole
        on
            types.indicator = whole.indicator
            and periods.period_type = whole.period_type
            and periods.period = whole.period
    left join baselines on types.indicator = baselines.indicator and periods.period_type = baselines.period_type
    left join stretches on types.indicator = stretches.indicator and periods.period_type = stretches.period_type
    -- the next target due at the period's end or later; after the last one, still the last one
    qualify row_number() over (
        partition by types.indicator, periods.period_type, periods.period
        order by
            case when stretches.period_end >= periods.period_end then 0 else 1 end,
            abs(date_diff('day', periods.period_end, stretches.period_end))
    ) = 1
),

-- Nine decimals: a value that lies exactly on its path must not fall off it by the last bit of a division.
pathed as (
    select
        *,
        round(value, 9) as compared,
        round(
            case
                when period_end >= target_end then target_value
                when period_end <= from_end then from_value
                else
                    from_value
                    + (target_value - from_value)
                    * date_diff('day', from_end, period_end) / date_diff('day', from_end, target_end)
            end,
            9
        ) as path_value
    from asked
),

-- The least that is still 'at risk': a share of the progress that the path asks for.
judged as (
    select
        *,
        baseline_value + cast(at_risk_from as double) * (path_value - baseline_value) as at_risk_value,
        cast(at_risk_from as double) * (target_high - target_low) as at_risk_width
    from pathed
)

select
    indicator,
    period_type,
    period,
    value,
    baseline_period,
    baseline_value,
    target_period,
    target_value,
    target_low,
    target_high,
    path_value,
    case
        when value is null then 'no_data'
        when target_period is null then 'no_target'
        when better = 'band'
            then
                case
                    when compared between target_low and target_high
                        then case when period_end >= target_end then 'met' else 'on_track' end
                    when compared between target_low - at_risk_width and target_high + at_risk_width then 'at_risk'
                    else 'off_track'
                end
        when better = 'more' and compared >= target_value then 'met'
        when better = 'less' and compared <= target_value then 'met'
        when path_value is null then 'no_target'
        when better = 'more' and compared >= path_value then 'on_track'
        when better = 'less' and compared <= path_value then 'on_track'
        when better = 'more' and compared >= at_risk_value then 'at_risk'
        when better = 'less' and compared <= at_risk_value then 'at_risk'
        else 'off_track'
    end as status_code
from judged
order by indicator, period_type, period
