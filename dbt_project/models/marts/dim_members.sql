select
    members.dimension,
    dimensions.name as dimension_name,
    dimensions.position as dimension_position,
    members.member,
    members.position,
    members.name,
    members.made_of
from (
    select
        dimension,
        member,
        position,
        name,
        null as made_of
    from {{ source('lake', 'agenda_members') }}
    union all
    select
        dimension,
        merged as member,
        position,
        name,
        list_sort(list(member)) as made_of
    from {{ source('lake', 'agenda_merged_members') }}
    group by dimension, merged, position, name
) as members
inner join {{ source('lake', 'agenda_dimensions') }} as dimensions on members.dimension = dimensions.dimension
order by dimensions.position, members.position
