select
    partner,
    position,
    name,
    kind
from {{ source('lake', 'agenda_partners') }}
order by position
