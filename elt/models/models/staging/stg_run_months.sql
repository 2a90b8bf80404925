select distinct
    hospital_id,
    department_id,
    month_number,
    multiplier
from {{ source('raw', 'run_month') }}
