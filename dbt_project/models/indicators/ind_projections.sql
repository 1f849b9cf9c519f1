with whole as (
    select place from {{ source('lake', 'agenda_places') }}
    where parent is null
),

-- Values that a line may rest on, at their number in the row of all periods of their type. A provisional one lacks a
-- part, and would bend the line; at a break of the series another one begins.
known as (
    select
        indicator_values.indicator,
        indicator_values.period_type,
        indicator_values.period,
        indicator_values.period_start,
        indicator_values.period_end,
        indicator_values.value,
        {{ months_between("date '0001-01-01'", 'indicator_values.period_start') }}
        // {{ months_in('indicator_values.period_type') }} as ordinal,
        sum(case when indicator_values.status = 'B' then 1 else 0 end) over (
            partition by indicator_values.indicator, indicator_values.period_type
            order by indicator_values.period_start
        ) as series
    from {{ ref('ind_values') }} as indicator_values
    inner join whole on indicator_values.place = whole.place
    where
        indicator_values.breakdown = ''
        and indicator_values.value is not null
        and indicator_values.status <> 'P'
),

-- Where no period is left out, both numbers go up by one at a time.
unbroken as (
    select
        *,
        ordinal - row_number() over (partition by indicator, period_type order by ordinal) as run
    from known
),

-- The straight line of least squares through the last eight values.
fitted as (
    select
        indicator,
        period_type,
        period,
        period_end,
        ordinal,
        first_value(period) over recent as first_period,
        first_value(period_start) over recent as first_start,
        cast(count(*) over recent as integer) as periods,
        min(value) over recent as least,
        max(value) over recent as most,
        avg(value) over recent as mean_value,
        avg(ordinal) over recent as mean_ordinal,
        regr_sxx(value, ordinal) over recent as spread,
        regr_sxy(value, ordinal) over recent as together,
        regr_syy(value, ordinal) over recent as deviation
    from unbroken
    window recent as (
        partition by indicator, period_type, series, run
        order by ordinal
        rows between 7 preceding and current row
    )
),

-- From the last value's period to the next target's, and no further ahead than the values reach back.
aimed as (
    select
        fitted.*,
        targets.period as target_period,
        -- which values reach the target
        case
            when indicators.better = 'less' then cast('-infinity' as double)
            else cast(coalesce(targets.low, targets.value) as double)
        end as aim_low,
        case
            when indicators.better = 'more' then cast('infinity' as double)
            else cast(coalesce(targets.high, targets.value) as double)
        end as aim_high,
        {{ months_between('fitted.period_end', 'targets.period_end') }} // {{ months_in('fitted.period_type') }}
            as steps,
        -- What was never below zero isn't projected there, nor a percent above one that never was.
        case when fitted.least >= 0 then 0e0 else cast('-infinity' as double) end as floor,
        case when indicators.kind = 'percent' and fitted.most <= 1 then 1e0 else cast('infinity' as double) end
            as ceiling
    from fitted
    inner join {{ source('lake', 'agenda_indicators') }} as indicators on fitted.indicator = indicators.indicator
    inner join {{ source('lake', 'agenda_targets') }} as targets
        on
            fitted.indicator = targets.indicator
            and fitted.period_type = {{ type_of_period('targets.period') }}
            and fitted.period_end < targets.period_end
    inner join whole on coalesce(targets.place, whole.place) = whole.place and coalesce(targets.members, '') = ''
    where fitted.periods >= 4
    qualify
        row_number() over (
            partition by fitted.indicator, fitted.period_type, fitted.period order by targets.period_end
        ) = 1
        and steps <= fitted.periods
),

ahead as (
    select
        aimed.*,
        student.quantile,
        unnest(generate_series(0, aimed.steps)) as ahead
    from aimed
    inner join {{ ref('int_t_quantiles') }} as student on aimed.periods - 2 = student.degrees
),

-- The interval of a single new value, not of the line: Draper & Smith (1998), Applied Regression Analysis, 3rd edition.
drawn as (
    select
        *,
        mean_value + together / spread * (ordinal + ahead - mean_ordinal) as line,
        quantile * sqrt(
            greatest(deviation - together * together / spread, 0) / (periods - 2)
            * (1 + 1e0 / periods + (ordinal + ahead - mean_ordinal) * (ordinal + ahead - mean_ordinal) / spread)
        ) as reach
    from ahead
),

bounded as (
    select
        *,
        round(least(greatest(line, floor), ceiling), 9) as value,
        round(least(greatest(line - reach, floor), ceiling), 9) as lower,
        round(least(greatest(line + reach, floor), ceiling), 9) as upper
    from drawn
)

select
    indicator,
    period_type,
    period,
    cast(ahead as integer) as ahead,
    first_period,
    first_start,
    period_end,
    periods,
    target_period,
    value,
    lower,
    upper,
    case
        when ahead < steps then null
        when lower >= aim_low and upper <= aim_high then 'reached'
        when value between aim_low and aim_high then 'likely'
        when upper >= aim_low and lower <= aim_high then 'unlikely'
        else 'missed'
    end as outlook
from bounded
order by indicator, period_end, period_type, ahead
