-- Period in which each department was counted.
select
    hospital_id,
    department_id,
    min(date) as first_date,
    max(date) as last_date,
    {{ start_of_day('min(date)') }} as starts_at,
    {{ start_of_day(add_days('max(date)', 1)) }} as ends_at,
    cast(count(*) as bigint) as days,
    cast(sum(beds) as bigint) as bed_days
from {{ ref('int_department_days') }}
group by hospital_id, department_id
