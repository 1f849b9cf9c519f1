select
    period,
    period_type,
    period_start,
    period_end
from {{ ref('int_periods') }}
where is_observed
order by period_start, period_end
