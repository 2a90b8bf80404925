-- Each day counts towards the windows that end on it and on the 27 days after it; a day without a census counts in none.
{{ config(
    materialized='incremental',
    order_by=['hospital_id', 'department_id', 'date'],
    partition_by=by_month('date')
) }}

{%- set building = with_month_after(months_changed(['dep_snapshot'])) %}

with days as (
    select hospital_id, department_id, date, beds, occupied_eod
    from {{ ref('int_department_days') }}
    where {{ in_days('date', with_month_before(building)) }}
),

offsets as (
    {%- for offset in range(28) %}
    select {{ offset }} as days_on {{ 'union all' if not loop.last }}
    {%- endfor %}
),

windows as (
    select
        days.hospital_id as hospital_id,
        days.department_id as department_id,
        {{ add_days('days.date', 'offsets.days_on') }} as date,
        sum(case when offsets.days_on < 7 then days.beds else 0 end) as beds_7d,
        sum(case when offsets.days_on < 7 then days.occupied_eod else 0 end) as occupied_7d,
        sum(days.beds) as beds_28d,
        sum(days.occupied_eod) as occupied_28d
    from days
    cross join offsets
    group by 1, 2, 3
)

select
    days.hospital_id as hospital_id,
    days.department_id as department_id,
    days.date as date,
    days.beds as beds,
    days.occupied_eod as occupied_beds,
    {{ rate('days.occupied_eod', 'days.beds') }} as occupancy_rate,
    {{ rate('windows.occupied_7d', 'windows.beds_7d') }} as occupancy_rate_7d,
    {{ rate('windows.occupied_28d', 'windows.beds_28d') }} as occupancy_rate_28d
from days
inner join windows
    on days.hospital_id = windows.hospital_id
    and days.department_id = windows.department_id
    and days.date = windows.date
where {{ in_days('days.date', building) }}
