-- One of the few looks at all observations, so it looks at few columns.
select distinct
    partner,
    measure,
    place
from {{ ref('int_observations') }}
