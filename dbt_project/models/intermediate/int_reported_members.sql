-- One of the few looks at all observations, so it looks at few columns.
select distinct
    partner,
    measure,
    period_start,
    period_end,
    members
from {{ ref('int_observations') }}
