-- One row for every weekday and hour of every department, also without events.
{{ config(materialized='view') }}

with digits as (
    {%- for digit in range(24) %}
    select {{ digit }} as digit {{ 'union all' if not loop.last }}
    {%- endfor %}
),

departments as (
    select distinct hospital_id, department_id from {{ ref('int_department_days') }}
),

slots as (
    select
        departments.hospital_id as hospital_id,
        departments.department_id as department_id,
        cast(days.digit as bigint) as weekday,
        cast(hours.digit as bigint) as hour
    from departments
    cross join digits as days
    cross join digits as hours
    where days.digit between 1 and 7
),

events as (
    select
        hospital_id,
        department_id,
        weekday,
        hour,
        sum(admissions) as admissions,
        sum(discharges) as discharges
    from {{ ref('int_flow_by_month') }}
    group by hospital_id, department_id, weekday, hour
)

select
    slots.hospital_id as hospital_id,
    slots.department_id as department_id,
    slots.weekday as weekday,
    slots.hour as hour,
    cast(coalesce(events.admissions, 0) as bigint) as admissions,
    cast(coalesce(events.discharges, 0) as bigint) as discharges
from slots
left join events
    on slots.hospital_id = events.hospital_id
    and slots.department_id = events.department_id
    and slots.weekday = events.weekday
    and slots.hour = events.hour
