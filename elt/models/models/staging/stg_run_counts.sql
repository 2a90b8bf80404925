-- Overlapping records of one history agree, so an event type, department and day counts once.
select distinct
    hospital_id,
    event_type,
    department_id,
    event_date,
    count as event_count
from {{ source('raw', 'run_count') }}
