select
    reading,
    row_number,
    partner,
    measure,
    period,
    period_start,
    period_end,
    place,
    members,
    value,
    obs_status = 'P' as is_provisional
from {{ source('lake', 'observations') }}
