{{ config(materialized='view') }}  {# as long as what it is made of #}

select
    reading, row_number, partner, measure, period, period_start, period_end, place, members, value, status_rank
from {{ ref('int_current') }}
union all
select
    reading, row_number, partner, measure, period, period_start, period_end, place, members, value, status_rank
from {{ ref('int_modelled') }}
