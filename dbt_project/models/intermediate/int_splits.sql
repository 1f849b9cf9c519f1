select distinct
    terms.measure,
    terms.split,
    periods.period_type
from {{ ref('int_terms') }} as terms
inner join {{ source('lake', 'agenda_indicator_periods') }} as periods on terms.indicator = periods.indicator
