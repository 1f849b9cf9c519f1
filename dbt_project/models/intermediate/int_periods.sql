with observed as (
    select
        min(period_start) as first_day,
        max(period_end) as end_day
    from {{ ref('int_scopes') }}
    where standing <> 'superseded'
),

calendar as (
    select
        observed.first_day,
        observed.end_day,
        initiative.year_starts,
        {{ year_offset('initiative.year_starts', 'initiative.year_named') }} as year_offset,
        -- whole years, so that the months a running quarter or year still lacks are known
        {{ add_months('first_day', '-' ~ months_into_year('first_day', 'year_starts')) }} as from_day,
        {{ add_months('end_day', '11 - ' ~ months_into_year(add_months('end_day', -1), 'year_starts')) }} as until_day
    from observed
    cross join {{ source('lake', 'agenda_initiative') }} as initiative
    where observed.first_day is not null
),

months as (
    select
        first_day,
        end_day,
        year_starts,
        year_offset,
        cast(unnest(generate_series(from_day, until_day - 1, interval '1 month')) as date) as month_start
    from calendar
),

counted as (
    select
        *,
        {{ months_into_year('month_start', 'year_starts') }} as months_in
    from months
),

placed as (
    select
        *,
        lpad(cast(year_offset + year({{ add_months('month_start', '-months_in') }}) as varchar), 4, '0') as year_name
    from counted
),

periods as (
    select
        'month' as period_type,
        strftime(month_start, '%Y-%m') as period,
        month_start as period_start,
        first_day,
        end_day
    from placed
    union all
    select
        'quarter' as period_type,
        year_name || 'Q' || cast(cast(months_in / 3 as integer) + 1 as varchar) as period,
        month_start as period_start,
        first_day,
        end_day
    from placed
    where months_in % 3 = 0
    union all
    select
        'year' as period_type,
        year_name as period,
        month_start as period_start,
        first_day,
        end_day
    from placed
    where months_in = 0
),

ended as (
    select
        *,
        {{ add_months('period_start', months_in('period_type')) }} as period_end
    from periods
)

select
    period,
    period_type,
    period_start,
    period_end,
    period_end > first_day and period_start < end_day as is_observed
from ended
