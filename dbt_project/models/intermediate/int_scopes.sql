with deliveries as (
    -- What was rejected as a whole says nothing.
    select
        *,
        -- A newer version of a file that replaces it without loss takes back, for good, all that older ones said.
        max(
            case
                when
                    delivery_mode = 'replaces'
                    and reading not in (select rejected.reading from {{ ref('stg_rejected_rows') }} as rejected)
                    then delivery_number
            end
        ) over (partition by partner, key) as version_from
    from {{ ref('stg_deliveries') }}
    where outcome <> 'rejected'
),

counted as (
    -- A reading counts from its latest delivery on: after A, B, A it is A that is current. It may stand under
    -- another key, too.
    select
        reading,
        partner,
        layout,
        delivery_mode,
        max(delivery_number) as delivery_number,
        max(received_at) as received_at
    from deliveries
    where version_from is null or delivery_number >= version_from
    group by reading, partner, layout, delivery_mode
),

flawed as (
    -- Scopes in which a reading has rejected rows: it can't say that what it leaves out is gone.
    select distinct
        scopes.reading,
        scopes.measure,
        scopes.period
    from {{ ref('stg_scopes') }} as scopes
    inner join {{ ref('stg_rejected_rows') }} as rejected
        on
            scopes.reading = rejected.reading
            and coalesce(rejected.measure, scopes.measure) = scopes.measure
            and coalesce(rejected.period, scopes.period) = scopes.period
),

scopes as (
    select
        scopes.*,
        counted.partner,
        counted.layout,
        counted.delivery_mode,
        counted.delivery_number,
        counted.received_at,
        -- The latest whole replacement; everything of the same layout before it is retracted.
        max(
            case when counted.delivery_mode = 'replaces' and flawed.reading is null then counted.delivery_number end
        ) over (
            partition by counted.partner, counted.layout, scopes.measure, scopes.period
        ) as replaced_at
    from {{ ref('stg_scopes') }} as scopes
    left join counted on scopes.reading = counted.reading
    left join flawed
        on
            scopes.reading = flawed.reading
            and scopes.measure = flawed.measure
            and scopes.period = flawed.period
),

standing as (
    select
        *,
        delivery_number is not null and delivery_number >= coalesce(replaced_at, 0) as is_live
    from scopes
)

select
    reading,
    partner,
    layout,
    delivery_mode,
    delivery_number,
    received_at,
    measure,
    period,
    period_type,
    period_start,
    period_end,
    case
        when not is_live then 'superseded'
        when count(*) filter (where is_live) over (partition by partner, measure, period) = 1 then 'sole'
        else 'contested'
    end as standing
from standing
