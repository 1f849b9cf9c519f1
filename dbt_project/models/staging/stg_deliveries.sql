{{ config(materialized='table') }}  {# several models read it, and it lies in as many files as there are batches #}

with deliveries as (
    select *
    from {{ source('lake', 'deliveries') }}
    -- One row per object version. Its latest row wins: a new mapping reads the same version again,
    -- and two collectors may have met it at the same time.
    qualify row_number() over (
        partition by partner, source, key, version
        order by received_at desc, known_at desc, batch desc, sequence desc
    ) = 1
)

select
    deliveries.delivery,
    deliveries.partner,
    deliveries.key,
    deliveries.received_at,
    deliveries.known_at,
    cast(row_number() over (
        order by deliveries.received_at, deliveries.known_at, deliveries.batch, deliveries.sequence, deliveries.delivery
    ) as integer) as delivery_number,
    row_number() over (
        partition by deliveries.partner, deliveries.key
        order by
            deliveries.received_at desc, deliveries.known_at desc, deliveries.batch desc, deliveries.sequence desc,
            deliveries.delivery desc
    ) = 1 as is_latest_of_key,
    deliveries.reading,
    readings.layout,
    readings.delivery_mode,
    readings.outcome,
    readings.rows_read,
    readings.rows_accepted,
    readings.rows_rejected,
    readings.rows_skipped
from deliveries
inner join {{ source('lake', 'readings') }} as readings on deliveries.reading = readings.reading
