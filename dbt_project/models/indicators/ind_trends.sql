with baselines as (
    select
        indicator,
        period,
        {{ type_of_period('period') }} as period_type,
        period_start,
        period_end,
        cast(value as double) as value
    from {{ source('lake', 'agenda_baselines') }}
),

dated as (
    select
        indicator_values.indicator,
        indicator_values.period_type,
        indicator_values.period,
        indicator_values.place,
        indicator_values.breakdown,
        indicator_values.members,
        indicator_values.value,
        -- The bounds of overlapping lists are not chance's.
        case when indicators.interval <> 'none' then indicator_values.lower end as lower,
        case when indicators.interval <> 'none' then indicator_values.upper end as upper,
        indicator_values.period_start,
        {{ merged_on('indicator_values') }} as merged_on,
        {{ add_months('indicator_values.period_start', '-' ~ months_in('indicator_values.period_type')) }}
            as previous_start,
        {{ add_months('indicator_values.period_start', -12) }} as year_before_start,
        baselines.period as baseline_period,
        baselines.period_start as baseline_start,
        -- What was agreed is agreed of the whole, and nobody knows how far chance had moved it.
        case when places.parent is null and indicator_values.breakdown = '' then baselines.value end as baseline_agreed
    from {{ ref('ind_values') }} as indicator_values
    inner join {{ source('lake', 'agenda_indicators') }} as indicators
        on indicator_values.indicator = indicators.indicator
    inner join {{ source('lake', 'agenda_places') }} as places on indicator_values.place = places.place
    left join baselines
        on
            indicator_values.indicator = baselines.indicator
            and indicator_values.period_type = baselines.period_type
            and indicator_values.period_start >= baselines.period_end
),

-- What a value may be compared with: that of the same place; and of before it took in others that of all together.
comparable as (
    select
        indicator,
        period_type,
        place,
        breakdown,
        members,
        period_start,
        merged_on,
        value,
        lower,
        upper,
        cast(null as varchar) as merged_places
    from dated
    union all
    select
        indicator,
        period_type,
        place,
        breakdown,
        members,
        period_start,
        merged_on,
        value,
        null as lower,
        null as upper,
        merged_places
    from {{ ref('ind_carried') }}
),

differences as (
    select
        dated.*,
        coalesce(baseline.merged_places, year_before.merged_places, previous.merged_places) as merged_places,
        previous_periods.period as previous_period,
        year_before_periods.period as year_before_period,
        previous.value as previous_value,
        year_before.value as year_before_value,
        coalesce(dated.baseline_agreed, baseline.value) as baseline_value,
        {{ difference_limit('dated', 'previous', '-') }} as change_previous_lower,
        {{ difference_limit('dated', 'previous', '+') }} as change_previous_upper,
        {{ difference_limit('dated', 'year_before', '-') }} as change_year_before_lower,
        {{ difference_limit('dated', 'year_before', '+') }} as change_year_before_upper,
        case when dated.baseline_agreed is null then {{ difference_limit('dated', 'baseline', '-') }} end
            as change_baseline_lower,
        case when dated.baseline_agreed is null then {{ difference_limit('dated', 'baseline', '+') }} end
            as change_baseline_upper
    from dated
    left join {{ ref('int_periods') }} as previous_periods
        on dated.period_type = previous_periods.period_type and dated.previous_start = previous_periods.period_start
    left join {{ ref('int_periods') }} as year_before_periods
        on
            dated.period_type = year_before_periods.period_type
            and dated.year_before_start = year_before_periods.period_start
    {% for earlier in ['previous', 'year_before', 'baseline'] %}
        left join comparable as {{ earlier }}
            on
                dated.indicator = {{ earlier }}.indicator
                and dated.period_type = {{ earlier }}.period_type
                and dated.place = {{ earlier }}.place
                and dated.breakdown = {{ earlier }}.breakdown
                and dated.members = {{ earlier }}.members
                and dated.{{ earlier }}_start = {{ earlier }}.period_start
                and dated.merged_on is not distinct from {{ earlier }}.merged_on
    {% endfor %}
)

select
    indicator,
    period_type,
    period,
    place,
    breakdown,
    members,
    {% for earlier in ['previous', 'year_before', 'baseline'] %}
        {{ earlier }}_period,
        {{ earlier }}_value,
        value - {{ earlier }}_value as change_{{ earlier }},
        change_{{ earlier }}_lower,
        change_{{ earlier }}_upper,
        change_{{ earlier }}_lower > 0 or change_{{ earlier }}_upper < 0
            as is_beyond_chance_{{ earlier }},
    {% endfor %}
    merged_places
from differences
order by indicator, period_type, period, place, breakdown, members
