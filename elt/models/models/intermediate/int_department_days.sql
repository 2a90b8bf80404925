-- The days that marts cover: those with a count of the department at the start and at the end.
{{ config(
    materialized='incremental',
    order_by=['hospital_id', 'department_id', 'date'],
    partition_by=by_month('date')
) }}

select
    hospital_id,
    department_id,
    snapshot_date as date,
    max(case when snapshot_type = 'EOD' then beds else 0 end) as beds,
    max(case when snapshot_type = 'SOD' then occupied_beds else 0 end) as occupied_sod,
    max(case when snapshot_type = 'EOD' then occupied_beds else 0 end) as occupied_eod,
    max(case when snapshot_type = 'SOD' then waiting_list_size else 0 end) as waiting_sod,
    max(case when snapshot_type = 'EOD' then waiting_list_size else 0 end) as waiting_eod
from {{ ref('fact_department_occupancy') }}
where {{ in_days('snapshot_date', months_changed(['dep_snapshot'])) }}
group by hospital_id, department_id, snapshot_date
having count(distinct snapshot_type) = 2
