-- Admissions that were forgotten, on days that are kept. They were requests, which the run record expects.
select
    hospital_id,
    department_id,
    event_date,
    cast(sum(count) as bigint) as forgotten
from {{ source('raw', 'forgotten_count') }}
where event_type = 'admission'
group by hospital_id, department_id, event_date
