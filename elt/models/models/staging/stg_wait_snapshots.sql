select
    event_id,
    event_time as counted_at,
    hospital_id,
    department_id,
    snapshot_date,
    patient_id,
    sex,
    birth_date,
    request_date as requested_at,
    wait_duration as wait_seconds,
    source_file
from {{ not_repeated(source('raw', 'wait_snapshot'), 'wait_snapshot') }} as event
