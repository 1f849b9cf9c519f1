with spans as (
    select
        reading,
        min(period_start) as first_period_start,
        max(period_end) as last_period_end
    from {{ ref('int_scopes') }}
    group by reading
)

select
    deliveries.partner,
    deliveries.reading,
    deliveries.layout,
    deliveries.key,
    deliveries.received_at,
    deliveries.outcome,
    deliveries.rows_read,
    deliveries.rows_accepted,
    deliveries.rows_rejected,
    deliveries.rows_skipped,
    spans.first_period_start,
    spans.last_period_end
from {{ ref('stg_deliveries') }} as deliveries
left join spans on deliveries.reading = spans.reading
where deliveries.is_latest_of_key
order by deliveries.partner, deliveries.key
