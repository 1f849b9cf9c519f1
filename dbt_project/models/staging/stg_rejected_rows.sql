-- Which older values a rejected row may have meant; what it does not say readably may be anything (null).
select distinct
    reading,
    measure,
    period,
    place,
    members
from {{ source('lake', 'rejected_rows') }}
