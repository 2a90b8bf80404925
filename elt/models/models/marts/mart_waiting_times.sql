-- The month and department rows of mart_waiting_by_period.
{{ config(materialized='view') }}

select
    hospital_id,
    department_id,
    period_start as month,
    admissions,
    wait_hours_mean,
    wait_hours_p50,
    wait_hours_p90,
    wait_hours_p95,
    wait_hours_max,
    share_without_wait,
    share_over_4h,
    share_over_12h
from {{ ref('mart_waiting_by_period') }}
where scope = 'department' and period_type = 'month'
