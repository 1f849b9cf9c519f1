with scopes as (
    select
        scopes.reading,
        scopes.measure,
        scopes.period,
        {{ type_of_period('scopes.period') }} as period_type,
        cast(left(scopes.period, 4) as integer) as year_number,
        -- 1–4 of a quarter, 1–12 of a month, and the year itself for a year, which has no use for it
        cast(right(scopes.period, case when contains(scopes.period, '-') then 2 else 1 end) as integer) as part_number,
        make_date(
            cast(left(scopes.period, 4) as integer)
            - {{ year_offset('initiative.year_starts', 'initiative.year_named') }},
            initiative.year_starts,
            1
        ) as year_start
    from {{ source('lake', 'scopes') }} as scopes
    cross join {{ source('lake', 'agenda_initiative') }} as initiative
),

dated as (
    select
        *,
        case period_type
            when 'month' then make_date(year_number, part_number, 1)
            when 'quarter' then {{ add_months('year_start', '3 * (part_number - 1)') }}
            else year_start
        end as period_start
    from scopes
)

select
    reading,
    measure,
    period,
    period_type,
    period_start,
    {{ add_months('period_start', months_in('period_type')) }} as period_end
from dated
