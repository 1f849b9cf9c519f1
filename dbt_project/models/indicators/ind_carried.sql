{#
    What an indicator would have been in a place before others became a part of it, had they been a part of it then: the
    sums of all of them, and one division. For comparisons only: the values themselves stay those of the places as they
    were, so nothing is counted twice in them. By the day of each merge, as a place may have taken in several.
#}
with merged as (
    select distinct
        heir as place,
        since as merged_on
    from {{ source('lake', 'agenda_heirs') }}
),

-- The place itself, and all that had become a part of it by that day; each as long as it was one of its own.
areas as (
    select
        merged.place,
        merged.merged_on,
        heirs.place as part
    from merged
    inner join {{ source('lake', 'agenda_heirs') }} as heirs
        on merged.place = heirs.heir and merged.merged_on >= heirs.since
    union all
    select
        place,
        merged_on,
        place as part
    from merged
),

parts as (
    select
        areas.place,
        areas.merged_on,
        areas.part,
        periods.period,
        periods.period_type,
        periods.period_start,
        periods.period_end
    from areas
    inner join {{ source('lake', 'agenda_places') }} as places on areas.part = places.place
    inner join {{ ref('int_periods') }} as periods
        on
            areas.merged_on >= periods.period_end
            and coalesce(places.opens < periods.period_end, true)
            and coalesce(places.closes > periods.period_start, true)
),

asked as (
    select
        place,
        merged_on,
        period,
        count(*) as parts,
        string_agg(part, '|' order by part) filter (where part <> place) as merged_places
    from parts
    group by place, merged_on, period
),

-- Where one of several lists counts, or a maximum, a standard population or what was reported as a rate is in the
-- formula, places don't add up.
added as (
    select
        indicators.indicator,
        indicators.kind,
        indicators.times,
        indicators.show_from
    from {{ source('lake', 'agenda_indicators') }} as indicators
    inner join {{ source('lake', 'agenda_terms') }} as terms on indicators.indicator = terms.indicator
    inner join {{ source('lake', 'agenda_measures') }} as measures on terms.measure = measures.measure
    group by indicators.indicator, indicators.kind, indicators.times, indicators.show_from
    having
        not bool_or(
            measures.over_partners = 'overlap'
            or measures.over_time = 'max'
            or terms.stratum is not null
            or measures.is_sum is false
        )
),

sums as (
    select
        parts.place,
        parts.merged_on,
        added.indicator,
        added.kind,
        added.times,
        added.show_from,
        parts.period_type,
        parts.period,
        parts.period_start,
        parts.period_end,
        indicator_values.breakdown,
        indicator_values.members,
        count(*) as parts_known,
        cast(sum(indicator_values.numerator) as decimal(38, 6)) as numerator,
        cast(sum(indicator_values.denominator) as decimal(38, 6)) as denominator
    from parts
    inner join {{ ref('ind_values') }} as indicator_values
        on
            parts.part = indicator_values.place
            and parts.period = indicator_values.period
            and indicator_values.numerator is not null
    inner join added
        on
            indicator_values.indicator = added.indicator
            and (added.kind = 'count' or indicator_values.denominator is not null)
    group by all
)

select
    sums.indicator,
    sums.period_type,
    sums.period,
    sums.period_start,
    sums.period_end,
    sums.place,
    sums.breakdown,
    sums.members,
    sums.merged_on,
    case
        when sums.kind = 'count' then cast(sums.numerator as double)
        when sums.denominator > 0 and coalesce(sums.denominator >= sums.show_from, true)
            then cast(sums.numerator * sums.times as double) / cast(sums.denominator as double)
    end as value,
    sums.numerator,
    sums.denominator,
    asked.merged_places
from sums
inner join asked
    on
        sums.place = asked.place
        and sums.merged_on = asked.merged_on
        and sums.period = asked.period
        and sums.parts_known = asked.parts  -- of one of them nothing is known, so of all together neither
order by sums.indicator, sums.period_start, sums.period_end, sums.place, sums.breakdown, sums.members, sums.merged_on
