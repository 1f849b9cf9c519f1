-- Garwood (1936): the lower limit of n events is the mean of which n or more are as rare as 2.5 %, the upper the one of
-- which n or fewer are. Both are quantiles of a gamma distribution, of shape n and n + 1 (half a chi-square).
with recursive sought as (
    select
        unnest(range(1, 100)) as events,
        'lower' as side,
        cast(events as double) as shape,
        -1.959963984540054e0 as z,
        0.975 as chance
    union all
    select
        unnest(range(100)) as events,
        'upper' as side,
        cast(events + 1 as double) as shape,
        1.959963984540054e0 as z,
        0.025 as chance
),

-- Newton's method on the chance of fewer events than `shape`. From where the expansion starts it, the fourth step is
-- the last that changes more than the rounding of a double.
search as (
    select
        events,
        side,
        shape,
        chance,
        {{ gamma_quantile('shape', 'z') }} as mean,
        0 as step
    from sought
    union all
    select
        search.events,
        search.side,
        search.shape,
        search.chance,
        search.mean + (
            (
                select sum(exp(fewer.n * ln(search.mean) - search.mean - lgamma(fewer.n + 1)))
                from range(cast(search.shape as bigint)) as fewer (n)
            ) - search.chance
        ) / exp((search.shape - 1) * ln(search.mean) - search.mean - lgamma(search.shape)) as mean,
        search.step + 1 as step
    from search
    where search.step < 6
)

-- Rounded, since machines differ in the last digits of a logarithm.
select
    cast(events as integer) as events,
    round(coalesce(max(mean) filter (where side = 'lower'), 0.0), 10) as lower,
    round(max(mean) filter (where side = 'upper'), 10) as upper
from search
where step = 6
group by events
