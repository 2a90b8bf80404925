-- Requests, admissions and discharges of each department and day.
{{ config(
    materialized='incremental',
    order_by=['hospital_id', 'department_id', 'date'],
    partition_by=by_month('date')
) }}

{%- set building = months_changed(['admission', 'discharge', 'dep_snapshot']) %}

with admitted as (
    select hospital_id, requested_department_id as department_id, admitted_on, count(*) as admissions
    from {{ ref('fact_admissions') }}
    where {{ in_days('admitted_on', building) }}
    group by 1, 2, 3
),

discharged as (
    select hospital_id, department_id, discharged_on, count(*) as discharges
    from {{ ref('fact_discharges') }}
    where {{ in_days('discharged_on', building) }}
    group by 1, 2, 3
)

select
    days.hospital_id as hospital_id,
    days.department_id as department_id,
    days.date as date,
    coalesce(admitted.admissions, 0) + days.waiting_eod - days.waiting_sod as requests,
    cast(coalesce(admitted.admissions, 0) as bigint) as admissions,
    cast(coalesce(discharged.discharges, 0) as bigint) as discharges,
    days.occupied_sod as occupied_sod,
    days.waiting_sod as waiting_sod,
    days.waiting_eod as waiting_eod
from {{ ref('int_department_days') }} as days
left join admitted
    on days.hospital_id = admitted.hospital_id
    and days.department_id = admitted.department_id
    and days.date = admitted.admitted_on
left join discharged
    on days.hospital_id = discharged.hospital_id
    and days.department_id = discharged.department_id
    and days.date = discharged.discharged_on
where {{ in_days('days.date', building) }}
