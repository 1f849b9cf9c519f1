with cells as (
    select
        partner,
        measure,
        period_start,
        period_end,
        split,
        place,
        bool_or({{ speaks('value') }}) as speaks
    from {{ ref('int_reported') }}
    group by partner, measure, period_start, period_end, split, place
),

above as (
    select
        ancestors.place,
        ancestors.ancestor,
        ancestors.distance
    from {{ source('lake', 'agenda_place_ancestors') }} as ancestors
    where
        ancestors.distance > 0
        and ancestors.ancestor in (select cells.place from cells)
)

select
    lower_cells.partner,
    lower_cells.measure,
    lower_cells.period_start,
    lower_cells.period_end,
    lower_cells.split,
    lower_cells.place,
    min(above.distance) as distance
from cells as lower_cells
inner join above on lower_cells.place = above.place
inner join cells as upper_cells
    on
        above.ancestor = upper_cells.place
        and lower_cells.partner = upper_cells.partner
        and lower_cells.measure = upper_cells.measure
        and lower_cells.period_start = upper_cells.period_start
        and lower_cells.period_end = upper_cells.period_end
        and lower_cells.split = upper_cells.split
        and upper_cells.speaks
group by
    lower_cells.partner, lower_cells.measure, lower_cells.period_start, lower_cells.period_end, lower_cells.split,
    lower_cells.place
