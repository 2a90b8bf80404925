{{ config(
    materialized='incremental',
    order_by=['hospital_id', 'department_id', 'date'],
    partition_by=by_month('date')
) }}

{%- set building = months_changed(['wait_snapshot', 'dep_snapshot']) %}

with waiting as (
    select
        hospital_id,
        department_id,
        snapshot_date,
        count(*) as waiting,
        {{ count_if('wait_hours <= 4') }} as waiting_up_to_4h,
        {{ count_if('wait_hours > 4 and wait_hours <= 12') }} as waiting_4h_to_12h,
        {{ count_if('wait_hours > 12 and wait_hours <= 24') }} as waiting_12h_to_24h,
        {{ count_if('wait_hours > 24') }} as waiting_over_24h,
        max(wait_hours) as longest_wait_hours
    from {{ ref('fact_waiting_list') }}
    where {{ in_days('snapshot_date', building) }}
    group by hospital_id, department_id, snapshot_date
)

select
    days.hospital_id as hospital_id,
    days.department_id as department_id,
    days.date as date,
    cast(coalesce(waiting.waiting, 0) as bigint) as waiting,
    cast(coalesce(waiting.waiting_up_to_4h, 0) as bigint) as waiting_up_to_4h,
    cast(coalesce(waiting.waiting_4h_to_12h, 0) as bigint) as waiting_4h_to_12h,
    cast(coalesce(waiting.waiting_12h_to_24h, 0) as bigint) as waiting_12h_to_24h,
    cast(coalesce(waiting.waiting_over_24h, 0) as bigint) as waiting_over_24h,
    waiting.longest_wait_hours as longest_wait_hours
from {{ ref('int_department_days') }} as days
left join waiting
    on days.hospital_id = waiting.hospital_id
    and days.department_id = waiting.department_id
    and days.date = waiting.snapshot_date
where {{ in_days('days.date', building) }}
