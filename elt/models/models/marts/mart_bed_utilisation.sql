{{ config(order_by=['hospital_id', 'department_id', 'date'], partition_by=by_month('date')) }}

{%- set last_days = 'partition by hospital_id, department_id order by date rows between %d preceding and current row' %}

with sums as (
    select
        hospital_id,
        department_id,
        date,
        beds,
        occupied_eod,
        sum(beds) over ({{ last_days % 6 }}) as beds_7d,
        sum(occupied_eod) over ({{ last_days % 6 }}) as occupied_7d,
        sum(beds) over ({{ last_days % 27 }}) as beds_28d,
        sum(occupied_eod) over ({{ last_days % 27 }}) as occupied_28d
    from {{ ref('department_days') }}
)

select
    hospital_id,
    department_id,
    date,
    beds,
    occupied_eod as occupied_beds,
    {{ rate('occupied_eod', 'beds') }} as occupancy_rate,
    {{ rate('occupied_7d', 'beds_7d') }} as occupancy_rate_7d,
    {{ rate('occupied_28d', 'beds_28d') }} as occupancy_rate_28d
from sums
