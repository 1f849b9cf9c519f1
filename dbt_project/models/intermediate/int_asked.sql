-- A measure that a model makes is asked of those who report what it is made of.
select distinct
    terms.indicator,
    terms.measure as used,
    coalesce(made.input, terms.measure) as measure,
    periods.period_type
from {{ ref('int_terms') }} as terms
inner join {{ source('lake', 'agenda_indicator_periods') }} as periods on terms.indicator = periods.indicator
left join {{ source('lake', 'agenda_model_inputs') }} as made on terms.measure = made.measure
