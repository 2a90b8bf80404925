select
    event_id,
    event_time as counted_at,
    hospital_id,
    department_id,
    snapshot_type,
    snapshot_date,
    department_name,
    treatment_function_code,
    beds,
    occupied_beds,
    capacity,
    waiting_list_size,
    source_file
from {{ not_repeated(source('raw', 'dep_snapshot'), 'dep_snapshot') }} as event
