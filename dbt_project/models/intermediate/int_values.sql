select
    partner_values.measure,
    partner_values.period_type,
    partner_values.period,
    partner_values.place,
    partner_values.split,
    partner_values.members,
    -- Partners that may have counted the same people: at least the largest number, at most all of them.
    case measures.over_partners
        when 'overlap' then max(partner_values.value)
        else sum(partner_values.value)
    end as value,
    case measures.over_partners
        when 'overlap' then max(partner_values.value)
        else sum(partner_values.value)
    end as low,
    sum(partner_values.value) as high,
    bool_or(partner_values.is_provisional) as is_provisional
from {{ ref('int_partner_values') }} as partner_values
inner join {{ source('lake', 'agenda_measures') }} as measures on partner_values.measure = measures.measure
group by
    partner_values.measure, partner_values.period_type, partner_values.period, partner_values.place,
    partner_values.split, partner_values.members, measures.over_partners
