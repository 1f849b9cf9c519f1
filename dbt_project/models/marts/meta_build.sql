-- The newest knowledge that was read, never the clock: the same lake gives the same warehouse.
select
    max(known_at) as as_of,
    max(case when kind = 'agenda' then batch end) as agenda_batch
from {{ source('lake_index', 'manifests') }}
