-- Admissions and discharges of each month by weekday and hour, on days that marts cover. The department is that of the bed.
{{ config(
    materialized='incremental',
    order_by=['hospital_id', 'department_id', 'month', 'weekday', 'hour'],
    partition_by=by_month('month')
) }}

{%- set building = months_changed(['admission', 'discharge', 'dep_snapshot']) %}

with events as (
    select hospital_id, department_id, admitted_on as date, admitted_at as happened_at, 1 as admission, 0 as discharge
    from {{ ref('fact_admissions') }}
    where {{ in_days('admitted_on', building) }}
    union all
    select hospital_id, department_id, discharged_on as date, discharged_at as happened_at, 0 as admission, 1 as discharge
    from {{ ref('fact_discharges') }}
    where {{ in_days('discharged_on', building) }}
)

select
    events.hospital_id as hospital_id,
    events.department_id as department_id,
    {{ start_of('month', 'events.date') }} as month,
    {{ weekday('events.happened_at') }} as weekday,
    cast(extract(hour from events.happened_at) as bigint) as hour,
    cast(sum(events.admission) as bigint) as admissions,
    cast(sum(events.discharge) as bigint) as discharges
from events
inner join {{ ref('int_department_days') }} as covered
    on events.hospital_id = covered.hospital_id
    and events.department_id = covered.department_id
    and events.date = covered.date
where {{ in_days('covered.date', building) }}
group by 1, 2, 3, 4, 5
