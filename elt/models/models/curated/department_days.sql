-- The days that marts cover: those on which a department was counted at the start and at the end.
{{ config(materialized='view') }}

select
    start_of_day.hospital_id as hospital_id,
    start_of_day.department_id as department_id,
    start_of_day.snapshot_date as date,
    end_of_day.beds as beds,
    start_of_day.occupied_beds as occupied_sod,
    end_of_day.occupied_beds as occupied_eod,
    start_of_day.waiting_list_size as waiting_sod,
    end_of_day.waiting_list_size as waiting_eod
from {{ ref('fact_department_occupancy') }} as start_of_day
inner join {{ ref('fact_department_occupancy') }} as end_of_day
    on start_of_day.hospital_id = end_of_day.hospital_id
    and start_of_day.department_id = end_of_day.department_id
    and start_of_day.snapshot_date = end_of_day.snapshot_date
where start_of_day.snapshot_type = 'SOD' and end_of_day.snapshot_type = 'EOD'
