-- Admissions of each month by length of their wait. Counts of months and departments add up, unlike percentiles.
{{ config(
    materialized='incremental',
    order_by=['hospital_id', 'department_id', 'month', 'hours'],
    partition_by=by_month('month')
) }}

with waits as (
    select
        hospital_id,
        requested_department_id as department_id,
        {{ start_of('month', 'admitted_on') }} as month,
        {{ within_hours('wait_hours') }} as hours
    from {{ ref('int_observed_admissions') }}
    where wait_hours <= {{ distribution_hours() | last }}
        and {{ in_days('admitted_on', months_changed(['admission', 'dep_snapshot'])) }}
)

select
    hospital_id,
    department_id,
    month,
    cast(hours as double precision) as hours,
    cast(count(*) as bigint) as admissions
from waits
group by 1, 2, 3, 4
