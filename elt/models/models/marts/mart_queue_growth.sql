{{ config(materialized='view') }}

select
    hospital_id,
    department_id,
    date,
    requests,
    admissions,
    discharges,
    waiting_sod,
    waiting_eod,
    waiting_eod - waiting_sod as queue_growth,
    {{ rate('discharges', 'occupied_sod') }} as discharge_rate
from {{ ref('int_department_flow') }}
