select
    coalesce(definitions.indicator, indicators.indicator) as indicator,
    coalesce(definitions.version, 1) as version,
    indicators.indicator as series,
    periods.period_type,
    periods.period,
    coalesce(definitions.since_start <= periods.period_start, true)
    and coalesce(periods.period_start < definitions.until_start, true) as is_in_force
from {{ source('lake', 'agenda_indicators') }} as indicators
-- agendas from before there were versions have no definitions: all is the first
left join {{ source('lake', 'agenda_definitions') }} as definitions on indicators.indicator = definitions.series
inner join {{ source('lake', 'agenda_indicator_periods') }} as types on indicators.indicator = types.indicator
inner join {{ ref('int_periods') }} as periods on types.period_type = periods.period_type
order by indicators.position, version, periods.period_start, periods.period_end
