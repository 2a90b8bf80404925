{{ config(order_by=['hospital_id', 'department_id', 'month']) }}

with months as (
    select distinct hospital_id, department_id, {{ start_of('month', 'date') }} as month
    from {{ ref('department_days') }}
),

waits as (
    select
        hospital_id,
        requested_department_id as department_id,
        {{ start_of('month', 'admitted_on') }} as month,
        {{ wait_statistics('wait_hours') }}
    from {{ ref('observed_admissions') }}
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
