-- Student (1908): how many standard errors a mean is off by in 5 % of all cases. How often it is off by less stands in
-- Abramowitz & Stegun (1964), 26.7.3 and 26.7.4, as a finite sum for whole degrees of freedom; its terms are written
-- with the gamma function here.
with recursive search as (
    select
        unnest(range(1, 30)) as degrees,
        1.959963984540054e0 as quantile,
        0 as step
    union all
    -- Newton's method. The chance grows ever slower, so from the left it never steps too far; of one degree, which
    -- starts farthest away, the tenth step is the last that changes more than the rounding of a double.
    select
        search.degrees,
        search.quantile - (
            case
                when search.degrees % 2 = 0
                    then
                        sin(atan(search.quantile / sqrt(search.degrees))) * (
                            select
                                sum(
                                    exp(lgamma(terms.n + 0.5) - lgamma(terms.n + 1)) / sqrt(pi())
                                    * pow(cos(atan(search.quantile / sqrt(search.degrees))), 2 * terms.n)
                                )
                            from range(search.degrees // 2) as terms (n)
                        )
                else
                    2 / pi() * (
                        atan(search.quantile / sqrt(search.degrees))
                        + sin(atan(search.quantile / sqrt(search.degrees))) * coalesce((
                            select
                                sum(
                                    exp(lgamma(terms.n) - lgamma(terms.n + 0.5)) * sqrt(pi()) / 2
                                    * pow(cos(atan(search.quantile / sqrt(search.degrees))), 2 * terms.n - 1)
                                )
                            from range(1, (search.degrees + 1) // 2) as terms (n)
                        ), 0)
                    )
            end - 0.95
        ) / (
            2 * exp(lgamma((search.degrees + 1) / 2) - lgamma(search.degrees / 2)) / sqrt(search.degrees * pi())
            * pow(1 + search.quantile * search.quantile / search.degrees, -(search.degrees + 1) / 2)
        ) as quantile,
        search.step + 1 as step
    from search
    where search.step < 12
)

-- Rounded, since machines differ in the last digits of a logarithm.
select
    cast(degrees as integer) as degrees,
    round(quantile, 10) as quantile
from search
where step = 12
