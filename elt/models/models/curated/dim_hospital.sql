-- Hospitals of all events and run records. Type 1: a new name replaces the old one.
{{ config(order_by=['hospital_id']) }}

with hospitals as (
    select hospital_id from {{ ref('dim_department') }}
    union all
    select hospital_id from {{ ref('stg_run_periods') }}
)

select distinct
    {{ hospital_key('hospital.hospital_id') }} as hospital_key,
    hospital.hospital_id as hospital_id,
    cast(coalesce(run.hospital_name, hospital.hospital_id) as varchar) as hospital_name,
    run.start_date as first_day,
    run.end_date as last_day
from hospitals as hospital
left join {{ ref('stg_run_periods') }} as run
    on hospital.hospital_id = run.hospital_id
