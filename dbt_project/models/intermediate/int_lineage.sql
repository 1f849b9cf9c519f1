{{ config(materialized='view') }}  {# asked for one value at a time; written out it would repeat every observation #}

-- The same choices as int_totals and int_contributions make, down to the single observation.
with plain as (
    select
        observations.reading,
        observations.row_number,
        observations.partner,
        observations.measure,
        periods.period_type,
        periods.period,
        ancestors.ancestor as place,
        parts.split,
        parts.part as members,
        observations.period_start as reported_start,
        observations.period_end as reported_end,
        observations.place as reported_place,
        observations.members as reported_members,
        observations.value,
        observations.status_rank
    from {{ ref('int_observations') }} as observations
    inner join {{ ref('int_reported_periods') }} as periods
        on
            observations.partner = periods.partner
            and observations.measure = periods.measure
            and observations.period_start = periods.reported_start
            and observations.period_end = periods.reported_end
    inner join {{ ref('int_reports') }} as reports
        on
            observations.partner = reports.partner
            and observations.measure = reports.measure
            and observations.period_start = reports.period_start
            and observations.period_end = reports.period_end
    inner join {{ ref('int_member_parts') }} as parts
        on observations.measure = parts.measure and observations.members = parts.members
    inner join {{ ref('int_splits') }} as splits
        on
            observations.measure = splits.measure
            and periods.period_type = splits.period_type
            and parts.split = splits.split
    inner join {{ source('lake', 'agenda_place_ancestors') }} as ancestors on observations.place = ancestors.place
    where periods.is_counted and reports.is_plain
),

contributed as (
    select
        contributions.*,
        parts.members as reported_members
    from {{ ref('int_contributions') }} as contributions
    inner join {{ ref('int_member_parts') }} as parts
        on
            contributions.measure = parts.measure
            and contributions.split = parts.split
            and contributions.members = parts.part
            and contributions.preference = parts.preference
),

others as (
    select
        observations.reading,
        observations.row_number,
        observations.partner,
        observations.measure,
        contributed.period_type,
        contributed.period,
        contributed.place,
        contributed.split,
        contributed.members,
        observations.period_start as reported_start,
        observations.period_end as reported_end,
        observations.place as reported_place,
        observations.members as reported_members,
        observations.value,
        observations.status_rank
    from contributed
    inner join {{ ref('int_observations') }} as observations
        on
            contributed.partner = observations.partner
            and contributed.measure = observations.measure
            and contributed.reported_start = observations.period_start
            and contributed.reported_end = observations.period_end
            and contributed.reported_place = observations.place
            and contributed.reported_members = observations.members
),

-- Of a reference series the latest year that has begun, for each place and members by itself.
reference as (
    select
        null as reading,
        null as row_number,
        '' as partner,
        contributed.measure,
        contributed.period_type,
        contributed.period,
        contributed.place,
        contributed.split,
        contributed.members,
        years.period_start as reported_start,
        {{ add_months('years.period_start', 12) }} as reported_end,
        contributed.reported_place,
        contributed.reported_members,
        years.value,
        {{ rank_of('A') }} as status_rank
    from contributed
    inner join {{ source('lake', 'reference_values') }} as years
        on
            contributed.measure = years.measure
            and contributed.reported_place = years.place
            and contributed.reported_members = years.members
            and contributed.reported_start >= years.period_start
    where contributed.partner = ''
    qualify row_number() over (
        partition by
            contributed.measure, contributed.period_type, contributed.period, contributed.place, contributed.split,
            contributed.reported_place, contributed.reported_members
        order by years.period_start desc
    ) = 1
)

select * from plain
union all
select * from others
union all
select * from reference
