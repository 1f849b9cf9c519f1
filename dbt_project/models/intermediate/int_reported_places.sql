-- One of the few looks at all observations, so it looks at few columns.
select
    partner,
    measure,
    place,
    list_sort(list(distinct period_end)) as period_ends
from {{ ref('int_observations') }}
group by partner, measure, place
