select distinct
    hospital_id,
    department_id,
    event_date,
    count as diverted
from {{ source('raw', 'run_diversion') }}
