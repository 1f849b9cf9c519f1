-- Only where periods of several lengths were reported at all is there anything to look at; mostly there is nothing.
with mixed as (
    select distinct
        partner,
        measure,
        period_type,
        period
    from {{ ref('int_reported_periods') }}
    where is_contained
),

cells as (
    select
        periods.partner,
        periods.measure,
        periods.period_type,
        periods.period,
        periods.reported_start,
        periods.reported_end,
        periods.reported_months,
        reported.split,
        reported.place,
        bool_or({{ speaks('reported.value', 'reported.status_rank') }}) as speaks
    from {{ ref('int_reported_periods') }} as periods
    inner join mixed
        on
            periods.partner = mixed.partner
            and periods.measure = mixed.measure
            and periods.period_type = mixed.period_type
            and periods.period = mixed.period
    inner join {{ ref('int_reported') }} as reported
        on
            periods.partner = reported.partner
            and periods.measure = reported.measure
            and periods.reported_start = reported.period_start
            and periods.reported_end = reported.period_end
    where periods.is_counted
    group by
        periods.partner, periods.measure, periods.period_type, periods.period, periods.reported_start,
        periods.reported_end, periods.reported_months, reported.split, reported.place
),

-- A partner that reports a place's quarter itself is taken at its word: this place's months are not added to it.
of_the_place as (
    select
        shorter.*,
        0 as distance
    from cells as shorter
    inner join cells as longer
        on
            shorter.partner = longer.partner
            and shorter.measure = longer.measure
            and shorter.period_type = longer.period_type
            and shorter.period = longer.period
            and shorter.place = longer.place
            and shorter.reported_months < longer.reported_months
            and shorter.reported_start >= longer.reported_start
            and shorter.reported_end <= longer.reported_end
            and longer.speaks
),

-- A number for a place around it, for some of the same months: from there on the place is contained already.
-- Where the periods are the same, int_place_overlaps says so.
of_places_around as (
    select
        lower_cells.*,
        ancestors.distance
    from cells as lower_cells
    inner join {{ source('lake', 'agenda_place_ancestors') }} as ancestors
        on lower_cells.place = ancestors.place and ancestors.distance > 0
    inner join cells as upper_cells
        on
            ancestors.ancestor = upper_cells.place
            and lower_cells.partner = upper_cells.partner
            and lower_cells.measure = upper_cells.measure
            and lower_cells.period_type = upper_cells.period_type
            and lower_cells.period = upper_cells.period
            and lower_cells.split = upper_cells.split
            and lower_cells.reported_months <> upper_cells.reported_months
            and lower_cells.reported_start < upper_cells.reported_end
            and lower_cells.reported_end > upper_cells.reported_start
            and upper_cells.speaks
)

select
    partner,
    measure,
    period_type,
    period,
    reported_start,
    reported_end,
    split,
    place,
    min(distance) as distance
from (
    select * from of_the_place
    union all
    select * from of_places_around
) as around
group by partner, measure, period_type, period, reported_start, reported_end, split, place
