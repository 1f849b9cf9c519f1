with merged as (
    select distinct
        breakdown,
        shown_members
    from {{ ref('int_term_members') }}
    where is_merged
),

valued as (
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
        {{ merged_on('indicator_values') }} as merged_on,
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
    -- A group that may be shown together is none beside its own parts.
    left join merged
        on indicator_values.breakdown = merged.breakdown and indicator_values.members = merged.shown_members
    where indicator_values.value is not null and merged.shown_members is null
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

-- Each group beside it, and the same two a year before: two gaps, with their limits.
gaps as (
    select
        valued.indicator,
        valued.period_type,
        valued.period,
        valued.place,
        valued.breakdown,
        valued.members,
        valued.value,
        best.members as against,
        best.value as against_value,
        case when valued.value >= 0 and best.value > 0 then valued.value / best.value end as ratio,
        case
            when valued.value >= 0 and best.value > 0 then {{ ratio_limit('valued', 'best', '-') }}
        end as ratio_lower,
        case
            when valued.value >= 0 and best.value > 0 then {{ ratio_limit('valued', 'best', '+') }}
        end as ratio_upper,
        {
            'value': valued.value - best.value,
            'lower': {{ difference_limit('valued', 'best', '-') }},
            'upper': {{ difference_limit('valued', 'best', '+') }}
        } as gap,
        valued_then.period as year_before_period,
        {
            'value': valued_then.value - best_then.value,
            'lower': {{ difference_limit('valued_then', 'best_then', '-') }},
            'upper': {{ difference_limit('valued_then', 'best_then', '+') }}
        } as gap_then
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
            and best.merged_on is not distinct from best_then.merged_on
    left join valued as valued_then
        on
            valued.indicator = valued_then.indicator
            and valued.period_type = valued_then.period_type
            and valued.place = valued_then.place
            and valued.breakdown = valued_then.breakdown
            and valued.members = valued_then.members
            and valued.year_before_start = valued_then.period_start
            and best_then.value is not null
)

select
    gaps.indicator,
    gaps.period_type,
    gaps.period,
    gaps.place,
    gaps.breakdown,
    gaps.members,
    gaps.against,
    gaps.value,
    gaps.against_value,
    gaps.gap.value as difference,
    gaps.gap.lower as difference_lower,
    gaps.gap.upper as difference_upper,
    gaps.ratio,
    gaps.ratio_lower,
    gaps.ratio_upper,
    gaps.year_before_period,
    gaps.gap_then.value as year_before_difference,
    gaps.gap.value - gaps.gap_then.value as change_year_before,
    {{ difference_limit('gaps.gap', 'gaps.gap_then', '-') }} as change_lower,
    {{ difference_limit('gaps.gap', 'gaps.gap_then', '+') }} as change_upper
from gaps
order by gaps.indicator, gaps.period_type, gaps.period, gaps.place, gaps.breakdown, gaps.members
