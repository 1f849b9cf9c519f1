with dated as (
    select
        indicator,
        period_type,
        period,
        place,
        breakdown,
        members,
        value,
        period_start,
        {{ add_months('period_start', '-' ~ months_in('period_type')) }} as previous_start,
        {{ add_months('period_start', -12) }} as year_before_start
    from {{ ref('ind_values') }}
)

select
    dated.indicator,
    dated.period_type,
    dated.period,
    dated.place,
    dated.breakdown,
    dated.members,
    previous_periods.period as previous_period,
    previous.value as previous_value,
    dated.value - previous.value as change_previous,
    year_before_periods.period as year_before_period,
    year_before.value as year_before_value,
    dated.value - year_before.value as change_year_before
from dated
left join {{ ref('int_periods') }} as previous_periods
    on dated.period_type = previous_periods.period_type and dated.previous_start = previous_periods.period_start
left join {{ ref('int_periods') }} as year_before_periods
    on
        dated.period_type = year_before_periods.period_type
        and dated.year_before_start = year_before_periods.period_start
left join dated as previous
    on
        dated.indicator = previous.indicator
        and dated.period_type = previous.period_type
        and dated.place = previous.place
        and dated.breakdown = previous.breakdown
        and dated.members = previous.members
        and dated.previous_start = previous.period_start
left join dated as year_before
    on
        dated.indicator = year_before.indicator
        and dated.period_type = year_before.period_type
        and dated.place = year_before.place
        and dated.breakdown = year_before.breakdown
        and dated.members = year_before.members
        and dated.year_before_start = year_before.period_start
order by dated.indicator, dated.period_type, dated.period, dated.place, dated.breakdown, dated.members
