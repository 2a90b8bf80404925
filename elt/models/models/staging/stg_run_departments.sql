-- Runs of one history describe departments alike, so a repeated description counts once.
select distinct
    hospital_id,
    department_id,
    department_name,
    treatment_function_code,
    beds,
    capacity,
    max_stay_days,
    mean_stay_days,
    mean_ready_days,
    long_stay_share,
    delay_share,
    offered_load,
    requests_per_day,
    shortest_long_stay_days,
    longest_long_stay_days,
    shortest_delay_days,
    longest_delay_days
from {{ source('raw', 'run_department') }}
