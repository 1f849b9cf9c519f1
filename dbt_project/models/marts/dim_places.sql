select
    places.place,
    places.position,
    places.name,
    places.level,
    places.parent,
    max(ancestors.distance) as depth
from {{ source('lake', 'agenda_places') }} as places
inner join {{ source('lake', 'agenda_place_ancestors') }} as ancestors on places.place = ancestors.place
group by places.place, places.position, places.name, places.level, places.parent
order by places.position
