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
    {{ status_rank('obs_status') }} as status_rank
from {{ source('lake', 'observations') }}
