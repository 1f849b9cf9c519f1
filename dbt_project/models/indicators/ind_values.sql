with term_parts as (
    select
        terms.indicator,
        terms.breakdown,
        terms.part,
        terms.term,
        terms.is_by_breakdown,
        terms.weight,
        terms.stratum,
        terms.standard,
        measure_values.period_type,
        measure_values.period,
        measure_values.place,
        term_members.shown_members as members,
        term_members.is_counted,
        measure_values.value is not null as is_number,
        case when term_members.is_counted then measure_values.value end as value,
        case when term_members.is_counted then measure_values.low end as low,
        case when term_members.is_counted then measure_values.high end as high,
        -- A record that was left out may have been of any member; else members that don't count say nothing here.
        case
            when term_members.is_counted or measure_values.status_rank = {{ rank_of('P') }}
                then measure_values.status_rank
        end as status_rank,
        measures.over_partners = 'overlap' as is_overlap,
        measures.is_sum is not false as is_sum,
        measures.is_reference
    from {{ ref('int_terms') }} as terms
    inner join {{ source('lake', 'agenda_measures') }} as measures on terms.measure = measures.measure
    inner join {{ source('lake', 'agenda_indicator_periods') }} as periods on terms.indicator = periods.indicator
    inner join {{ ref('int_term_members') }} as term_members
        on
            terms.indicator = term_members.indicator
            and terms.breakdown = term_members.breakdown
            and terms.term = term_members.term
    inner join {{ ref('int_values') }} as measure_values
        on
            terms.measure = measure_values.measure
            and terms.split = measure_values.split
            and term_members.members = measure_values.members
            and periods.period_type = measure_values.period_type
),

summed as (
    select
        indicator,
        breakdown,
        part,
        term,
        is_by_breakdown,
        weight,
        stratum,
        standard,
        period_type,
        period,
        place,
        members,
        is_overlap,
        is_sum,
        is_reference,
        {{ added('value') }} as value,
        {{ added('low') }} as low,
        {{ added('high') }} as high,
        -- Reported by these dimensions, and none of it among the members that count: that is zero, not missing.
        case when bool_or(is_number) and not bool_or(is_counted) then 0 end as zero,
        coalesce(max(status_rank), {{ rank_of('A') }}) as status_rank
    from term_parts
    group by
        indicator, breakdown, part, term, is_by_breakdown, weight, stratum, standard, period_type, period, place,
        members, is_overlap, is_sum, is_reference
),

term_values as (
    select
        * exclude (value, low, high, zero, weight),
        weight * coalesce(value, zero) as value,
        weight * coalesce(low, zero) as low,
        weight * coalesce(high, zero) as high,
        -- What is not applicable is left out of a formula; what is missing or suppressed leaves it without a result.
        value is not null or zero is not null or status_rank < {{ rank_of('A') }} as is_said
    from summed
),

strata as (
    select
        indicator,
        breakdown,
        period_type,
        period,
        place,
        members,
        stratum,
        cast(standard as double) as standard,
        cast(sum(value) filter (where part = 'numerator') as double) as events,
        cast(sum(value) filter (where part = 'denominator') as double) as people
    from term_values
    where stratum is not null
    group by indicator, breakdown, period_type, period, place, members, stratum, standard
),

-- What the rate would be in the standard population; nothing where a stratum is unknown or empty. Doubles are added up
-- in one order, so that they come to the same everywhere.
standardised as (
    select
        indicator,
        breakdown,
        period_type,
        period,
        place,
        members,
        case
            when bool_and(coalesce(people > 0 and events is not null, false))
                then
                    sum(standard * events / people order by stratum) / sum(standard order by stratum)
        end as rate,
        sqrt(greatest(0.0, sum(standard * standard * events / (people * people) order by stratum)))
        / sum(standard order by stratum) as deviation
    from strata
    group by indicator, breakdown, period_type, period, place, members
),

-- The terms that are split like the row itself make the rows.
split_terms as (
    select
        indicator,
        breakdown,
        period_type,
        period,
        place,
        members,
        sum(value) filter (where part = 'numerator') as numerator,
        -- a subtracted measure is at its lowest where the measure is at its highest
        sum(least(low, high)) filter (where part = 'numerator') as numerator_low,
        sum(greatest(low, high)) filter (where part = 'numerator') as numerator_high,
        count(*) filter (where part = 'numerator' and is_said) as numerator_terms,
        coalesce(bool_or(is_overlap) filter (where part = 'numerator'), false) as is_overlap,
        bool_and(is_sum) as is_sum,
        sum(value) filter (where part = 'denominator') as denominator,
        count(*) filter (where part = 'denominator' and is_said) as denominator_terms,
        sum(value) filter (where part = 'squares') as squares,
        count(*) filter (where part = 'squares' and status_rank < {{ rank_of('P') }}) as squares_terms,
        max(status_rank) filter (where part <> 'squares') as status_rank
    from term_values
    where is_by_breakdown
    group by indicator, breakdown, period_type, period, place, members
    having bool_or(not is_reference and part <> 'squares')
),

-- Denominators that can't be split so are the same for every row of the breakdown.
whole_terms as (
    select
        indicator,
        breakdown,
        period_type,
        period,
        place,
        sum(value) as denominator,
        count(*) filter (where is_said) as denominator_terms,
        max(status_rank) as status_rank
    from term_values
    where not is_by_breakdown and part = 'denominator'
    group by indicator, breakdown, period_type, period, place
),

asked as (
    select
        indicators.indicator,
        indicators.times,
        indicators.interval,
        indicators.show_from,
        indicators.events_from,
        indicators.wide_above,
        indicators.wide_share,
        coalesce(bool_or(terms.stratum is not null), false) as is_standardised,
        count(*) filter (where terms.part = 'numerator') as numerator_terms,
        count(*) filter (where terms.part = 'denominator') as denominator_terms,
        count(*) filter (where terms.part = 'squares') as squares_terms
    from {{ source('lake', 'agenda_indicators') }} as indicators
    inner join {{ source('lake', 'agenda_terms') }} as terms on indicators.indicator = terms.indicator
    group by
        indicators.indicator, indicators.times, indicators.interval, indicators.show_from, indicators.events_from,
        indicators.wide_above, indicators.wide_share
),

fractions as (
    select
        split_terms.indicator,
        split_terms.breakdown,
        split_terms.period_type,
        split_terms.period,
        split_terms.place,
        split_terms.members,
        asked.times,
        asked.interval,
        asked.show_from,
        asked.events_from,
        asked.is_standardised,
        split_terms.is_sum,
        standardised.rate as standardised_rate,
        standardised.deviation,
        asked.wide_above,
        asked.wide_share,
        asked.denominator_terms > 0 as has_denominator,
        split_terms.is_overlap,
        -- A formula with a term missing has no result: attendances less unknown breaches are not attendances.
        cast(
            case when split_terms.numerator_terms = asked.numerator_terms then split_terms.numerator end
            as decimal(38, 6)
        ) as numerator,
        split_terms.numerator_low,
        split_terms.numerator_high,
        cast(
            case
                when
                    asked.denominator_terms > 0
                    and split_terms.denominator_terms + coalesce(whole_terms.denominator_terms, 0)
                    = asked.denominator_terms
                    then
                        case
                            when split_terms.denominator is null then whole_terms.denominator
                            else split_terms.denominator + coalesce(whole_terms.denominator, 0)
                        end
            end as decimal(38, 6)
        ) as denominator,
        -- Of squares that lack a part no spread follows.
        cast(
            case when split_terms.squares_terms = asked.squares_terms then split_terms.squares end as double
        ) as squares,
        split_terms.numerator_terms < asked.numerator_terms
        or split_terms.denominator_terms + coalesce(whole_terms.denominator_terms, 0) < asked.denominator_terms
            as is_lacking,
        greatest(split_terms.status_rank, whole_terms.status_rank) as status_rank,
        coalesce(coverage.expected_reporters, 0) as expected_reporters,
        coalesce(coverage.actual_reporters, 0) as actual_reporters,
        coalesce(coverage.is_complete, true) as is_complete,
        coalesce(coverage.is_enough, true) as is_enough
    from split_terms
    inner join asked on split_terms.indicator = asked.indicator
    left join whole_terms
        on
            split_terms.indicator = whole_terms.indicator
            and split_terms.breakdown = whole_terms.breakdown
            and split_terms.period_type = whole_terms.period_type
            and split_terms.period = whole_terms.period
            and split_terms.place = whole_terms.place
    left join standardised
        on
            split_terms.indicator = standardised.indicator
            and split_terms.breakdown = standardised.breakdown
            and split_terms.period_type = standardised.period_type
            and split_terms.period = standardised.period
            and split_terms.place = standardised.place
            and split_terms.members = standardised.members
    left join {{ ref('fct_coverage') }} as coverage
        on
            split_terms.indicator = coverage.indicator
            and split_terms.period_type = coverage.period_type
            and split_terms.period = coverage.period
            and split_terms.place = coverage.place
),

counted as (
    select
        *,
        case when has_denominator then cast(denominator as double) else 1.0 end as divisor,
        cast(numerator as double) as events,
        -- Nothing is said of what can't be a count: a part above its whole, a number below zero, a third of an event.
        case
            when interval = 't'
                then
                    if(
                        denominator > 1
                        and denominator = floor(denominator)
                        and squares * cast(denominator as double) >= pow(cast(numerator as double), 2),
                        't',
                        'none'
                    )
            when numerator < 0 or (interval = 'dobson' and numerator = 0) then 'none'
            when interval = 'wilson' and numerator > denominator then 'none'
            when interval in ('byar', 'poisson', 'rate') and denominator < 0 then 'none'
            when interval = 'rate' and numerator >= 10 then 'byar'
            when interval in ('poisson', 'rate') then if(numerator = floor(numerator), 'poisson', 'none')
            else interval
        end as method,
        case
            when status_rank = {{ rank_of('Q') }} then 'Q'
            when is_lacking then 'O'
            when numerator is null or (has_denominator and coalesce(denominator, 0) = 0) then 'M'
            when is_standardised and standardised_rate is null then 'M'
            when not is_enough then 'L'
            when denominator < show_from or numerator < events_from then 'U'
        end as absence
    from fractions
),

-- One division, at the very end, of the exact sums that are shown beside it; and of the limits between which chance
-- could have moved what was counted. A count is divided by nothing.
divided as (
    select
        counted.*,
        case
            when counted.absence is not null then null
            when counted.is_standardised then counted.standardised_rate * counted.times
            else cast(counted.numerator * counted.times as double) / counted.divisor
        end as value,
        case
            when counted.absence is not null then null
            when counted.method = 'dobson'
                then {{ dobson('counted', '-') }} * counted.times
            when counted.method = 't'
                then counted.events / counted.divisor - {{ standard_errors('counted', 'student.quantile') }}
            when counted.method = 'wilson'
                then {{ wilson('(counted.events / counted.divisor)', 'counted.divisor', '-') }}
            when counted.method = 'byar'
                then {{ byar('counted.events', '-') }} * counted.times / counted.divisor
            when counted.method = 'poisson' and counted.events < 100
                then exact.lower * counted.times / counted.divisor
            when counted.method = 'poisson'
                then {{ gamma_quantile('counted.events', '-1.959963984540054e0') }} * counted.times / counted.divisor
            when counted.interval = 'none' and counted.is_overlap
                then cast(counted.numerator_low * counted.times as double) / counted.divisor
        end as lower,
        case
            when counted.absence is not null then null
            when counted.method = 'dobson'
                then {{ dobson('counted', '+') }} * counted.times
            when counted.method = 't'
                then counted.events / counted.divisor + {{ standard_errors('counted', 'student.quantile') }}
            when counted.method = 'wilson'
                then {{ wilson('(counted.events / counted.divisor)', 'counted.divisor', '+') }}
            when counted.method = 'byar'
                then {{ byar('counted.events', '+') }} * counted.times / counted.divisor
            when counted.method = 'poisson' and counted.events < 100
                then exact.upper * counted.times / counted.divisor
            when counted.method = 'poisson'
                then
                    {{ gamma_quantile("(counted.events + 1)", "1.959963984540054e0") }}
                    * counted.times / counted.divisor
            when counted.interval = 'none' and counted.is_overlap
                then cast(counted.numerator_high * counted.times as double) / counted.divisor
        end as upper
    from counted
    left join {{ ref('int_poisson_limits') }} as exact
        on counted.method = 'poisson' and counted.numerator = exact.events
    left join {{ ref('int_t_quantiles') }} as student
        on counted.method = 't' and counted.denominator - 1 = student.degrees
),

-- Places that hold a group or a place of which only a part of the formula was reported, or is applicable: the sums
-- there hold the one number and lack the other. A rate that was reported for a place is made of no others.
unpaired as (
    select distinct
        divided.indicator,
        divided.period_type,
        divided.period,
        ancestors.ancestor as place
    from divided
    inner join {{ source('lake', 'agenda_place_ancestors') }} as ancestors on divided.place = ancestors.place
    where
        (divided.is_sum or (ancestors.distance = 0 and divided.members = ''))
        and (
            divided.absence = 'O'
            or (divided.absence = 'M' and (divided.numerator is null) <> (divided.denominator is null))
        )
)

select
    divided.indicator,
    divided.period_type,
    divided.period,
    periods.period_start,
    periods.period_end,
    divided.place,
    divided.breakdown,
    divided.members,
    divided.value,
    case when coalesce(divided.absence, '') <> 'L' then divided.numerator end as numerator,
    case when coalesce(divided.absence, '') <> 'L' then divided.denominator end as denominator,
    divided.lower,
    divided.upper,
    case
        when divided.absence is not null then divided.absence
        when
            divided.status_rank > {{ rank_of('P') }}
            or not divided.is_complete
            or unpaired.place is not null
            then 'P'
        when
            divided.upper - divided.lower > divided.wide_above
            or (divided.value <> 0 and divided.upper - divided.lower > abs(divided.value) * divided.wide_share)
            then {{ status_code("greatest(divided.status_rank, " ~ rank_of('U') ~ ")") }}
        else {{ status_code('divided.status_rank') }}
    end as status,
    divided.expected_reporters,
    divided.actual_reporters
from divided
inner join {{ ref('int_periods') }} as periods
    on divided.period_type = periods.period_type and divided.period = periods.period
left join unpaired
    on
        divided.indicator = unpaired.indicator
        and divided.period_type = unpaired.period_type
        and divided.period = unpaired.period
        and divided.place = unpaired.place
order by divided.indicator, periods.period_start, periods.period_end, divided.place, divided.breakdown, divided.members
