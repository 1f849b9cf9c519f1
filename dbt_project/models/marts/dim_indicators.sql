select
    indicator,
    goal,
    position,
    name,
    definition,
    limitations,
    unit,
    owner,
    level,
    kind,
    times,
    better,
    decimals,
    interval
from {{ source('lake', 'agenda_indicators') }}
order by position
