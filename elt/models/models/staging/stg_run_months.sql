-- As in stg_run_departments, from the longest runs.
select distinct
    season.hospital_id as hospital_id,
    season.department_id as department_id,
    season.month_number as month_number,
    season.multiplier as multiplier,
    coalesce(season.valid_from, {{ day_of("'1900-01-01'") }}) as valid_from,
    coalesce(season.valid_to, {{ day_of("'2299-12-31'") }}) as valid_to
from {{ source('raw', 'run_month') }} as season
inner join {{ source('raw', 'run') }} as run
    on season.run_id = run.run_id
inner join {{ ref('stg_run_periods') }} as period
    on run.hospital_id = period.hospital_id
    and run.history_id = period.history_id
    and run.end_date = period.end_date
