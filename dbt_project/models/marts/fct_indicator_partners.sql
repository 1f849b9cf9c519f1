select
    measures.indicator,
    reporting.partner,
    reporting.period_type,
    reporting.period,
    bool_or(reporting.is_expected) as is_expected,
    bool_or(reporting.is_reported) as is_reported
from {{ ref('fct_reporting') }} as reporting
inner join {{ ref('int_asked') }} as measures
    on reporting.measure = measures.measure and reporting.period_type = measures.period_type
group by measures.indicator, reporting.partner, reporting.period_type, reporting.period
order by measures.indicator, reporting.period_type, reporting.period, reporting.partner
