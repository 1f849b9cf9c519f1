-- Only where what partners gave is added up can one of them be taken out of a sum.
with measures as (
    select distinct
        terms.indicator,
        terms.measure,
        measures.over_time
    from {{ source('lake', 'agenda_terms') }} as terms
    inner join {{ source('lake', 'agenda_measures') }} as measures on terms.measure = measures.measure
    where
        not measures.is_reference
        and terms.part <> 'squares'
        and terms.indicator not in (
            select others.indicator
            from {{ source('lake', 'agenda_terms') }} as others
            inner join {{ source('lake', 'agenda_measures') }} as rules on others.measure = rules.measure
            where
                rules.over_partners = 'overlap'
                or others.stratum is not null  -- whose rates a sum over fewer partners doesn't keep
                or rules.is_sum is false
                or rules.over_time in ('mean', 'max')
                or rules.measure in (select ranked.measure from {{ source('lake', 'agenda_precedence') }} as ranked)
        )
),

wholes as (
    select
        indicator,
        period_type,
        period,
        period_start,
        place,
        {{ merged_on('indicator_values') }} as merged_on,
        {{ add_months('period_start', '-' ~ months_in('period_type')) }} as previous_start,
        {{ add_months('period_start', -12) }} as year_before_start
    from {{ ref('ind_values') }} as indicator_values
    where breakdown = '' and value is not null and indicator in (select measures.indicator from measures)
),

-- Two values of the same thing that a reader may compare.
pairs as (
    select
        later.indicator,
        later.period_type,
        later.period,
        later.place,
        earlier.period as against_period,
        unnest(list_filter(
            ['previous', 'year_before'],
            against -> earlier.period_start
            = case against when 'previous' then later.previous_start else later.year_before_start end
        )) as against
    from wholes as later
    inner join wholes as earlier
        on
            later.indicator = earlier.indicator
            and later.period_type = earlier.period_type
            and later.place = earlier.place
            and later.merged_on is not distinct from earlier.merged_on
            and earlier.period_start in (later.previous_start, later.year_before_start)
),

-- What a partner says is missing it has not reported; and where all that it says is that there can be no number, it
-- has reported, but gives none.
voids as (
    select
        partner,
        measure,
        place,
        period_start,
        period_end,
        max(status_rank) > {{ rank_of('P') }} as is_lacking
    from {{ ref('int_observations') }}
    where value is null and status_rank < {{ rank_of('Q') }}
    group by partner, measure, place, period_start, period_end
),

empty as (
    select
        voids.partner,
        voids.measure,
        voids.place,
        voids.period_start,
        voids.period_end
    from voids
    anti join {{ ref('int_observations') }} as numbers
        on
            voids.partner = numbers.partner
            and voids.measure = numbers.measure
            and voids.place = numbers.place
            and voids.period_start = numbers.period_start
            and voids.period_end = numbers.period_end
            and numbers.value is not null
),

counted as (
    select
        periods.*,
        reports.is_plain
    from {{ ref('int_reported_periods') }} as periods
    inner join {{ ref('int_reports') }} as reports
        on
            periods.partner = reports.partner
            and periods.measure = reports.measure
            and periods.reported_start = reports.period_start
            and periods.reported_end = reports.period_end
    inner join (select distinct measure, period_type from {{ ref('int_splits') }}) as needed
        on periods.measure = needed.measure and periods.period_type = needed.period_type
    where periods.is_counted and periods.partner <> ''
),

-- Mostly partners report the same months of the same places all the time, and there is nothing to look at.
wavering as (
    select in_periods.partner
    from (
        select
            partner,
            measure,
            period_type,
            period,
            sum(reported_months) as months
        from counted
        group by partner, measure, period_type, period
    ) as in_periods
    inner join (
        select
            period_type,
            count(*) as period_count
        from {{ ref('int_periods') }}
        where is_observed
        group by period_type
    ) as known on in_periods.period_type = known.period_type
    group by in_periods.partner, in_periods.measure, in_periods.period_type
    having min(in_periods.months) < max(in_periods.months) or count(*) < max(known.period_count)
    union
    select partner
    from {{ ref('int_reported_places') }}
    group by partner, measure
    having count(distinct period_ends) > 1
    union
    select partner from voids
),

-- Where the reports of a measure are plain they are all of one length, so that their last day says which they are.
heard as (
    select
        places.partner,
        places.measure,
        places.place,
        counted.period_type,
        counted.period,
        counted.reported_start,
        counted.reported_end,
        counted.reported_months
    from (
        select
            reported.partner,
            reported.measure,
            reported.place,
            unnest(reported.period_ends) as period_end
        from {{ ref('int_reported_places') }} as reported
        semi join wavering on reported.partner = wavering.partner
    ) as places
    inner join counted
        on
            places.partner = counted.partner
            and places.measure = counted.measure
            and places.period_end = counted.reported_end
            and counted.is_plain
    union
    select
        reported.partner,
        reported.measure,
        reported.place,
        counted.period_type,
        counted.period,
        counted.reported_start,
        counted.reported_end,
        counted.reported_months
    from {{ ref('int_reported') }} as reported
    semi join wavering on reported.partner = wavering.partner
    inner join counted
        on
            reported.partner = counted.partner
            and reported.measure = counted.measure
            and reported.period_start = counted.reported_start
            and reported.period_end = counted.reported_end
),

-- A place is heard of where a place in it is. Of a flow it matters how many months were reported.
spoken as (
    select
        partner,
        measure,
        place,
        period_type,
        period,
        cast(sum(reported_months) as integer) as months,
        bool_or(is_lacking) as is_lacking,
        bool_or(is_number) as is_number
    from (
        select
            heard.partner,
            heard.measure,
            ancestors.ancestor as place,
            heard.period_type,
            heard.period,
            heard.reported_start,
            heard.reported_months,
            bool_or(coalesce(voids.is_lacking, false)) as is_lacking,
            bool_or(empty.partner is null) as is_number
        from heard
        inner join {{ source('lake', 'agenda_place_ancestors') }} as ancestors on heard.place = ancestors.place
        left join voids
            on
                heard.partner = voids.partner
                and heard.measure = voids.measure
                and heard.place = voids.place
                and heard.reported_start = voids.period_start
                and heard.reported_end = voids.period_end
        left join empty
            on
                heard.partner = empty.partner
                and heard.measure = empty.measure
                and heard.place = empty.place
                and heard.reported_start = empty.period_start
                and heard.reported_end = empty.period_end
        group by
            heard.partner, heard.measure, ancestors.ancestor, heard.period_type, heard.period, heard.reported_start,
            heard.reported_months
    ) as by_report
    group by partner, measure, place, period_type, period
),

judged as (
    select
        pairs.indicator,
        pairs.period_type,
        pairs.period,
        pairs.place,
        pairs.against,
        pairs.against_period,
        speakers.partner,
        speakers.measure,
        bool_and(
            (later.partner is null) = (earlier.partner is null)
            and (measures.over_time <> 'sum' or later.months is not distinct from earlier.months)
            and not coalesce(later.is_lacking, false)
            and not coalesce(earlier.is_lacking, false)
        ) over (
            partition by
                pairs.indicator, pairs.period_type, pairs.period, pairs.place, pairs.against, speakers.partner
        ) as is_matched,
        coalesce(later.is_number and earlier.is_number, false) as is_number
    from pairs
    inner join measures on pairs.indicator = measures.indicator
    inner join (select distinct partner, measure, place from spoken) as speakers
        on measures.measure = speakers.measure and pairs.place = speakers.place
    left join spoken as later
        on
            speakers.partner = later.partner
            and speakers.measure = later.measure
            and speakers.place = later.place
            and pairs.period_type = later.period_type
            and pairs.period = later.period
    left join spoken as earlier
        on
            speakers.partner = earlier.partner
            and speakers.measure = earlier.measure
            and speakers.place = earlier.place
            and pairs.period_type = earlier.period_type
            and pairs.against_period = earlier.period
    where later.partner is not null or earlier.partner is not null
),

apart as materialized (
    select distinct
        indicator,
        period_type,
        period,
        place,
        against,
        against_period
    from judged
    where not is_matched
),

-- Those that report the same all the time are in every cohort: it is enough to know how many they are.
steady as (
    select
        spoken_of.indicator,
        spoken_of.place,
        list(distinct places.measure) as measures,
        cast(count(distinct places.partner) as integer) as partners
    from (select distinct indicator, place from apart) as spoken_of
    inner join measures on spoken_of.indicator = measures.indicator
    inner join {{ source('lake', 'agenda_place_ancestors') }} as ancestors on spoken_of.place = ancestors.ancestor
    inner join (
        select
            reported.partner,
            reported.measure,
            reported.place
        from {{ ref('int_reported_places') }} as reported
        anti join wavering on reported.partner = wavering.partner
        where exists (select 1 from apart)
    ) as places on measures.measure = places.measure and ancestors.place = places.place
    group by spoken_of.indicator, spoken_of.place
)

select
    judged.*,
    1 as partners
from judged
semi join apart
    on
        judged.indicator = apart.indicator
        and judged.period_type = apart.period_type
        and judged.period = apart.period
        and judged.place = apart.place
        and judged.against = apart.against
union all
select
    apart.indicator,
    apart.period_type,
    apart.period,
    apart.place,
    apart.against,
    apart.against_period,
    '' as partner,
    unnest(steady.measures) as measure,
    true as is_matched,
    true as is_number,
    steady.partners
from apart
inner join steady on apart.indicator = steady.indicator and apart.place = steady.place
order by indicator, period_type, period, place, against, partner, measure
