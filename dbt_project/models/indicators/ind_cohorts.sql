-- The sums of all less those of the partners that can't be compared: of 200 partners these are mostly few.
with unmatched as (
    select
        *,
        unnest([period, against_period]) as at_period
    from {{ ref('ind_cohort_partners') }}
    where not is_matched
),

terms as (
    select
        terms.indicator,
        terms.part,
        terms.measure,
        terms.weight,
        terms.split,
        term_members.members
    from {{ ref('int_terms') }} as terms
    inner join {{ ref('int_term_members') }} as term_members
        on
            terms.indicator = term_members.indicator
            and terms.breakdown = term_members.breakdown
            and terms.term = term_members.term
    where terms.breakdown = '' and term_members.is_counted
),

wanted as materialized (
    select distinct
        partner,
        measure,
        period_type,
        at_period as period
    from unmatched
),

plain as materialized (
    select
        reports.partner,
        reports.measure,
        reports.period_start,
        reports.period_end,
        wanted.period_type,
        wanted.period
    from wanted
    inner join {{ ref('int_reported_periods') }} as periods
        on
            wanted.partner = periods.partner
            and wanted.measure = periods.measure
            and wanted.period_type = periods.period_type
            and wanted.period = periods.period
            and periods.is_counted
    inner join {{ ref('int_reports') }} as reports
        on
            periods.partner = reports.partner
            and periods.measure = reports.measure
            and periods.reported_start = reports.period_start
            and periods.reported_end = reports.period_end
            and reports.is_plain
),

-- As in int_totals and int_values, but partner by partner.
totals as materialized (
    select
        plain.partner,
        plain.measure,
        plain.period_type,
        plain.period,
        observations.place,
        observations.members,
        sum(observations.value) as value
    from {{ ref('int_observations') }} as observations
    inner join plain
        on
            observations.partner = plain.partner
            and observations.measure = plain.measure
            and observations.period_start = plain.period_start
            and observations.period_end = plain.period_end
    group by all
),

given as (
    select
        totals.partner,
        totals.measure,
        totals.period_type,
        totals.period,
        ancestors.ancestor as place,
        parts.split,
        parts.part as members,
        totals.value
    from totals
    inner join {{ ref('int_member_parts') }} as parts
        on totals.measure = parts.measure and totals.members = parts.members
    inner join {{ source('lake', 'agenda_place_ancestors') }} as ancestors on totals.place = ancestors.place
    union all
    select
        contributions.partner,
        contributions.measure,
        contributions.period_type,
        contributions.period,
        contributions.place,
        contributions.split,
        contributions.members,
        contributions.value
    from {{ ref('int_contributions') }} as contributions
    semi join wanted
        on
            contributions.partner = wanted.partner
            and contributions.measure = wanted.measure
            and contributions.period_type = wanted.period_type
            and contributions.period = wanted.period
),

by_partner as (
    select
        terms.indicator,
        given.partner,
        given.period_type,
        given.period,
        given.place,
        sum(terms.weight * given.value) filter (where terms.part = 'numerator') as numerator,
        sum(terms.weight * given.value) filter (where terms.part = 'denominator') as denominator
    from given
    inner join terms
        on given.measure = terms.measure and given.split = terms.split and given.members = terms.members
    group by terms.indicator, given.partner, given.period_type, given.period, given.place
),

taken as (
    select
        unmatched.indicator,
        unmatched.period_type,
        unmatched.period,
        unmatched.place,
        unmatched.against,
        unmatched.at_period,
        cast(coalesce(sum(by_partner.numerator), 0) as decimal(38, 6)) as numerator,
        cast(coalesce(sum(by_partner.denominator), 0) as decimal(38, 6)) as denominator
    from (select distinct * exclude (measure, is_number, partners) from unmatched) as unmatched
    left join by_partner
        on
            unmatched.indicator = by_partner.indicator
            and unmatched.partner = by_partner.partner
            and unmatched.period_type = by_partner.period_type
            and unmatched.at_period = by_partner.period
            and unmatched.place = by_partner.place
    group by
        unmatched.indicator, unmatched.period_type, unmatched.period, unmatched.place, unmatched.against,
        unmatched.at_period
),

matched as (
    select
        indicator,
        period_type,
        period,
        place,
        against,
        against_period,
        count(distinct partner) filter (where is_matched and partner <> '')
        + coalesce(max(partners) filter (where partner = ''), 0) as partners,
        count(distinct measure) filter (where is_matched and is_number) as measures
    from {{ ref('ind_cohort_partners') }}
    group by indicator, period_type, period, place, against, against_period
),

asked as (
    select
        terms.indicator,
        count(distinct terms.measure) as measures
    from terms
    inner join {{ source('lake', 'agenda_measures') }} as measures on terms.measure = measures.measure
    where not measures.is_reference
    group by terms.indicator
),

cohorts as (
    select
        matched.indicator,
        matched.period_type,
        matched.period,
        matched.place,
        matched.against,
        matched.against_period,
        cast(matched.partners as integer) as partners,
        cast(indicators.times as integer) as times,
        later.numerator - taken_later.numerator as numerator,
        later.denominator - taken_later.denominator as denominator,
        earlier.numerator - taken_earlier.numerator as against_numerator,
        earlier.denominator - taken_earlier.denominator as against_denominator
    from matched
    inner join {{ source('lake', 'agenda_indicators') }} as indicators on matched.indicator = indicators.indicator
    inner join asked on matched.indicator = asked.indicator
    inner join {{ ref('ind_values') }} as later
        on
            matched.indicator = later.indicator
            and matched.period_type = later.period_type
            and matched.period = later.period
            and matched.place = later.place
            and later.breakdown = ''
    inner join {{ ref('ind_values') }} as earlier
        on
            matched.indicator = earlier.indicator
            and matched.period_type = earlier.period_type
            and matched.against_period = earlier.period
            and matched.place = earlier.place
            and earlier.breakdown = ''
    inner join taken as taken_later
        on
            matched.indicator = taken_later.indicator
            and matched.period_type = taken_later.period_type
            and matched.period = taken_later.period
            and matched.place = taken_later.place
            and matched.against = taken_later.against
            and matched.period = taken_later.at_period
    inner join taken as taken_earlier
        on
            matched.indicator = taken_earlier.indicator
            and matched.period_type = taken_earlier.period_type
            and matched.period = taken_earlier.period
            and matched.place = taken_earlier.place
            and matched.against = taken_earlier.against
            and matched.against_period = taken_earlier.at_period
    -- a part of the formula that nobody left in the cohort gives would be taken for zero
    where matched.measures = asked.measures
)

select
    indicator,
    period_type,
    period,
    place,
    against,
    against_period,
    partners,
    numerator,
    denominator,
    cast(numerator * times as double) / coalesce(cast(denominator as double), 1) as value,
    against_numerator,
    against_denominator,
    cast(against_numerator * times as double) / coalesce(cast(against_denominator as double), 1) as against_value,
    cast(numerator * times as double) / coalesce(cast(denominator as double), 1)
    - cast(against_numerator * times as double) / coalesce(cast(against_denominator as double), 1) as change
from cohorts
where coalesce(denominator, 1) <> 0 and coalesce(against_denominator, 1) <> 0
order by indicator, period_type, period, place, against
