select
    members.dimension,
    dimensions.name as dimension_name,
    dimensions.position as dimension_position,
    members.member,
    members.position,
    members.name
from {{ source('lake', 'agenda_members') }} as members
inner join {{ source('lake', 'agenda_dimensions') }} as dimensions on members.dimension = dimensions.dimension
order by dimensions.position, members.position
