select
    deliveries.partner,
    deliveries.reading,
    deliveries.key,
    deliveries.received_at,
    findings.severity,
    findings.code,
    findings.sheet,
    findings.row_number,
    findings.column_name,
    findings.cell,
    findings.value,
    findings.message,
    findings.fix,
    findings.answer
from {{ source('lake', 'findings') }} as findings
inner join {{ ref('stg_deliveries') }} as deliveries on findings.reading = deliveries.reading
where deliveries.is_latest_of_key
order by deliveries.partner, deliveries.key, findings.sheet, findings.row_number, findings.cell, findings.code
