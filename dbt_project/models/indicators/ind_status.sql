with whole as (
    select place from {{ source('lake', 'agenda_places') }}
    where parent is null
),

targets as (
    select
        targets.* replace (
            coalesce(targets.place, whole.place) as place,
            coalesce(targets.breakdown, '') as breakdown,
            coalesce(targets.members, '') as members
        ),
        {{ type_of_period('targets.period') }} as period_type
    from {{ source('lake', 'agenda_targets') }} as targets
    cross join whole
),

-- Whose status there is: every indicator's as a whole, and that of each group and place which has a target of its own.
judged_groups as (
    select
        indicators.indicator,
        whole.place,
        '' as breakdown,
        '' as members
    from {{ source('lake', 'agenda_indicators') }} as indicators
    cross join whole
    union
    select
        indicator,
        place,
        breakdown,
        members
    from targets
),

known as (
    select
        indicator_values.indicator,
        indicator_values.place,
        indicator_values.breakdown,
        indicator_values.members,
        indicator_values.period_type,
        indicator_values.period,
        indicator_values.value,
        {{ merged_on('indicator_values') }} as merged_on
    from {{ ref('ind_values') }} as indicator_values
    semi join judged_groups
        on
            indicator_values.indicator = judged_groups.indicator
            and indicator_values.place = judged_groups.place
            and indicator_values.breakdown = judged_groups.breakdown
            and indicator_values.members = judged_groups.members
),

-- What a place's path may start from: what it was, and what it was together with all that it has taken in since.
earlier as (
    select
        indicator,
        place,
        breakdown,
        members,
        period,
        merged_on,
        value
    from known
    union all
    select
        indicator,
        place,
        breakdown,
        members,
        period,
        merged_on,
        value
    from {{ ref('ind_carried') }}
),

baselines as (
    select
        judged_groups.indicator,
        judged_groups.place,
        judged_groups.breakdown,
        judged_groups.members,
        baselines.period,
        baselines.period_end,
        {{ type_of_period('baselines.period') }} as period_type,
        case when judged_groups.place = whole.place and judged_groups.members = '' then baselines.value end as agreed
    from {{ source('lake', 'agenda_baselines') }} as baselines
    inner join judged_groups on baselines.indicator = judged_groups.indicator
    cross join whole
),

-- Each stretch of the path: to a target from the one before it, or from the baseline. A year's number is no quarter's,
-- so periods of each type have a path of their own; so have groups and places.
stretches as (
    select
        targets.indicator,
        targets.place,
        targets.breakdown,
        targets.members,
        targets.period_type,
        targets.period,
        targets.period_end,
        cast(targets.value as double) as value,
        cast(targets.low as double) as low,
        cast(targets.high as double) as high,
        coalesce(lag(targets.period_end) over in_order, baselines.period_end) as from_end,
        lag(targets.period_end) over in_order is null as is_first,
        lag(cast(targets.value as double)) over in_order as from_value
    from targets
    left join baselines
        on
            targets.indicator = baselines.indicator
            and targets.place = baselines.place
            and targets.breakdown = baselines.breakdown
            and targets.members = baselines.members
            and targets.period_type = baselines.period_type
    window in_order as (
        partition by targets.indicator, targets.place, targets.breakdown, targets.members, targets.period_type
        order by targets.period_end
    )
),

judged_periods as (
    select
        judged_groups.indicator,
        judged_groups.place,
        judged_groups.breakdown,
        judged_groups.members,
        periods.period_type,
        periods.period,
        periods.period_start,
        periods.period_end
    from judged_groups
    inner join {{ source('lake', 'agenda_indicator_periods') }} as types on judged_groups.indicator = types.indicator
    inner join {{ ref('dim_periods') }} as periods on types.period_type = periods.period_type
),

dated as (
    select
        judged_periods.*,
        {{ merged_on('judged_periods') }} as merged_on
    from judged_periods
),

asked as (
    select
        dated.indicator,
        dated.place,
        dated.breakdown,
        dated.members,
        indicators.better,
        coalesce(indicators.path, 'linear') as path,
        initiative.at_risk_from,
        dated.period_type,
        dated.period,
        dated.period_end,
        known.value,
        baselines.period as baseline_period,
        -- A baseline without a value is what the data say for its period; so is that of a group, for which none can be
        -- agreed.
        coalesce(baselines.agreed, earlier.value) as baseline_value,
        stretches.period as target_period,
        stretches.period_end as target_end,
        stretches.value as target_value,
        stretches.low as target_low,
        stretches.high as target_high,
        stretches.from_end,
        case when stretches.is_first then baseline_value else stretches.from_value end as from_value
    from dated
    inner join {{ source('lake', 'agenda_indicators') }} as indicators
        on dated.indicator = indicators.indicator
    cross join {{ source('lake', 'agenda_initiative') }} as initiative
    left join known
        on
            dated.indicator = known.indicator
            and dated.place = known.place
            and dated.breakdown = known.breakdown
            and dated.members = known.members
            and dated.period_type = known.period_type
            and dated.period = known.period
    left join baselines
        on
            dated.indicator = baselines.indicator
            and dated.place = baselines.place
            and dated.breakdown = baselines.breakdown
            and dated.members = baselines.members
            and dated.period_type = baselines.period_type
    left join earlier
        on
            dated.indicator = earlier.indicator
            and dated.place = earlier.place
            and dated.breakdown = earlier.breakdown
            and dated.members = earlier.members
            and baselines.period = earlier.period
            and dated.merged_on is not distinct from earlier.merged_on
    left join stretches
        on
            dated.indicator = stretches.indicator
            and dated.place = stretches.place
            and dated.breakdown = stretches.breakdown
            and dated.members = stretches.members
            and dated.period_type = stretches.period_type
    -- the next target due at the period's end or later; after the last one, still the last one
    qualify row_number() over (
        partition by
            dated.indicator,
            dated.place,
            dated.breakdown,
            dated.members,
            dated.period_type,
            dated.period
        order by
            case when stretches.period_end >= dated.period_end then 0 else 1 end,
            abs(date_diff('day', dated.period_end, stretches.period_end))
    ) = 1
),

-- How far the way to the target is gone by the end of the period, from 0 to 1.
timed as (
    select
        *,
        case
            when period_end >= target_end then 1.0
            when period_end <= from_end then 0.0
            else date_diff('day', from_end, period_end) / date_diff('day', from_end, target_end)
        end as share_of_way
    from asked
),

-- Nine decimals: a value that lies exactly on its path must not fall off it by the last bit of a division.
pathed as (
    select
        *,
        round(value, 9) as compared,
        round(
            case
                when share_of_way = 1 then target_value
                when path = 'linear' then from_value + (target_value - from_value) * share_of_way
                when from_value > 0 then from_value * pow(target_value / from_value, share_of_way)
            end,
            9
        ) as path_value
    from timed
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
    place,
    breakdown,
    members,
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
order by indicator, period_type, period, place, breakdown, members
