select
    spell_id,
    event_id,
    hospital_id,
    department_id,
    patient_id,
    sex,
    birth_date,
    admission_date as admitted_at,
    discharge_ready_date as discharge_ready_at,
    event_time as discharged_at,
    discharge_destination,
    delay_reason,
    source_file
from {{ not_repeated(source('raw', 'discharge'), 'discharge') }} as event
