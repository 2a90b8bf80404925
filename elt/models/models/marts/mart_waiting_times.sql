{{ config(
    materialized='incremental',
    order_by=['hospital_id', 'department_id', 'month'],
    partition_by=by_month('month')
) }}

{%- set building = months_changed(['admission', 'dep_snapshot']) %}

with months as (
    select distinct hospital_id, department_id, {{ start_of('month', 'date') }} as month
    from {{ ref('department_days') }}
    where {{ in_days('date', building) }}
),

waits as (
    select
        hospital_id,
        requested_department_id as department_id,
        {{ start_of('month', 'admitted_on') }} as month,
        {{ wait_statistics('wait_hours') }}
    from {{ ref('observed_admissions') }}
    where {{ in_days('admitted_on', building) }}
    group by 1, 2, 3
)

select
    months.hospital_id as hospital_id,
    months.department_id as department_id,
    months.month as month,
    {{ wait_columns('waits') }}
from months
left join waits
    on months.hospital_id = waits.hospital_id
    and months.department_id = waits.department_id
    and months.month = waits.month
