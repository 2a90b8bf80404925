-- Runs of one history describe departments alike, so a repeated description counts once. The longest runs know all changes
-- of the configuration.
select distinct
    department.hospital_id as hospital_id,
    department.department_id as department_id,
    department.department_name as department_name,
    department.treatment_function_code as treatment_function_code,
    department.beds as beds,
    department.capacity as capacity,
    department.max_stay_days as max_stay_days,
    department.mean_stay_days as mean_stay_days,
    department.mean_ready_days as mean_ready_days,
    department.long_stay_share as long_stay_share,
    department.delay_share as delay_share,
    department.offered_load as offered_load,
    department.requests_per_day as requests_per_day,
    department.shortest_long_stay_days as shortest_long_stay_days,
    department.longest_long_stay_days as longest_long_stay_days,
    department.shortest_delay_days as shortest_delay_days,
    department.longest_delay_days as longest_delay_days,
    coalesce(department.valid_from, {{ day_of("'1900-01-01'") }}) as valid_from,
    coalesce(department.valid_to, {{ day_of("'2299-12-31'") }}) as valid_to
from {{ source('raw', 'run_department') }} as department
inner join {{ source('raw', 'run') }} as run
    on department.run_id = run.run_id
inner join {{ ref('stg_run_periods') }} as period
    on run.hospital_id = period.hospital_id
    and run.history_id = period.history_id
    and run.end_date = period.end_date
