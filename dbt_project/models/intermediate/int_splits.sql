select distinct
    terms.measure,
    terms.split,
    periods.period_type,
    -- an agenda from before there was the column took every number for a sum
    measures.is_sum is not false as is_sum
from {{ ref('int_terms') }} as terms
inner join {{ source('lake', 'agenda_indicator_periods') }} as periods on terms.indicator = periods.indicator
inner join {{ source('lake', 'agenda_measures') }} as measures on terms.measure = measures.measure
