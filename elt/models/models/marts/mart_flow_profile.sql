-- Every weekday and hour of every department has its row, with or without an event. The department is that of the bed.
{{ config(order_by=['hospital_id', 'department_id', 'weekday', 'hour']) }}

with digits as (
    {%- for digit in range(24) %}
    select {{ digit }} as digit {{ 'union all' if not loop.last }}
    {%- endfor %}
),

departments as (
    select distinct hospital_id, department_id from {{ ref('department_days') }}
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
    select hospital_id, department_id, admitted_on as date, admitted_at as happened_at, 1 as admission, 0 as discharge
    from {{ ref('fact_admissions') }}
    union all
    select hospital_id, department_id, discharged_on as date, discharged_at as happened_at, 0 as admission, 1 as discharge
    from {{ ref('fact_discharges') }}
),

counted as (
    select
        events.hospital_id as hospital_id,
        events.department_id as department_id,
        {{ weekday('events.happened_at') }} as weekday,
        cast(extract(hour from events.happened_at) as bigint) as hour,
        sum(events.admission) as admissions,
        sum(events.discharge) as discharges
    from events
    inner join {{ ref('department_days') }} as covered
        on events.hospital_id = covered.hospital_id
        and events.department_id = covered.department_id
        and events.date = covered.date
    group by 1, 2, 3, 4
)

select
    slots.hospital_id as hospital_id,
    slots.department_id as department_id,
    slots.weekday as weekday,
    slots.hour as hour,
    cast(coalesce(counted.admissions, 0) as bigint) as admissions,
    cast(coalesce(counted.discharges, 0) as bigint) as discharges
from slots
left join counted
    on slots.hospital_id = counted.hospital_id
    and slots.department_id = counted.department_id
    and slots.weekday = counted.weekday
    and slots.hour = counted.hour
