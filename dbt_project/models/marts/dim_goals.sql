select
    goal,
    position,
    name,
    statement,
    headline
from {{ source('lake', 'agenda_goals') }}
order by position
