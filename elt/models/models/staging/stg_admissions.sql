select
    spell_id,
    event_id,
    hospital_id,
    department_id,
    requested_department_id,
    patient_id,
    sex,
    birth_date,
    bed_number,
    admission_method,
    request_date as requested_at,
    event_time as admitted_at,
    source_file
from {{ not_repeated(source('raw', 'admission'), 'admission') }} as event
