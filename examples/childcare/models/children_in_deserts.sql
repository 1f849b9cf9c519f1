-- Children under five in census tracts with more than 50 of them and more than three for each licensed spot.
-- A tract is a desert or not as a whole, which no sum of measures can say.
with tracts as (
    select
        partner,
        period,
        place,
        members['tract'] as tract,
        sum(value) filter (where measure = 'tract_children') as children,
        sum(value) filter (where measure = 'tract_spots') as spots
    from observations
    group by all
)

select
    partner,
    period,
    place,
    sum(case when children > 50 and children > 3 * spots then children else 0 end) as value
from tracts
group by all
