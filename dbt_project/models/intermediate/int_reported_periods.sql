with reported as (
    select
        partner,
        measure,
        period_start as reported_start,
        period_end as reported_end
    from {{ ref('int_reports') }}
),

spans as (
    select
        spans.reported_start,
        spans.reported_end,
        periods.period_type,
        periods.period,
        {{ months_between('spans.reported_start', 'spans.reported_end') }} as reported_months
    from (select distinct reported_start, reported_end from reported) as spans
    inner join {{ ref('int_periods') }} as periods
        on spans.reported_start >= periods.period_start and spans.reported_end <= periods.period_end
),

within as (
    select
        reported.partner,
        reported.measure,
        spans.period_type,
        spans.period,
        reported.reported_start,
        reported.reported_end,
        spans.reported_months
    from reported
    inner join spans
        on reported.reported_start = spans.reported_start and reported.reported_end = spans.reported_end
    where reported.partner <> ''
),

-- Months beside their own quarter, in what this partner reported.
contained as (
    select distinct
        finer.partner,
        finer.measure,
        finer.period_type,
        finer.period,
        finer.reported_start,
        finer.reported_end
    from within as finer
    inner join within as coarser
        on
            finer.partner = coarser.partner
            and finer.measure = coarser.measure
            and finer.period_type = coarser.period_type
            and finer.period = coarser.period
            and finer.reported_months < coarser.reported_months
            and finer.reported_start >= coarser.reported_start
            and finer.reported_end <= coarser.reported_end
),

of_partners as (
    select
        within.*,
        contained.partner is not null as is_contained,
        measures.over_time <> 'last' or within.reported_end = max(within.reported_end) over (
            partition by within.partner, within.measure, within.period_type, within.period
        ) as is_counted
    from within
    inner join {{ source('lake', 'agenda_measures') }} as measures on within.measure = measures.measure
    left join contained
        on
            within.partner = contained.partner
            and within.measure = contained.measure
            and within.period_type = contained.period_type
            and within.period = contained.period
            and within.reported_start = contained.reported_start
            and within.reported_end = contained.reported_end
),

-- A reference series is annual: its latest year that has begun by the period's last day stands for the period.
of_reference as (
    select
        reported.partner,
        reported.measure,
        periods.period_type,
        periods.period,
        reported.reported_start,
        reported.reported_end,
        12 as reported_months,
        false as is_contained,
        true as is_counted
    from reported
    inner join {{ ref('int_periods') }} as periods on reported.reported_start < periods.period_end
    where reported.partner = ''
    qualify row_number() over (
        partition by reported.measure, periods.period_type, periods.period
        order by reported.reported_start desc
    ) = 1
)

select * from of_partners
union all
select * from of_reference
