-- One row for each census: a department at the start or the end of a day.
{{ config(
    materialized='incremental',
    order_by=['hospital_id', 'department_id', 'snapshot_date', 'snapshot_type'],
    partition_by=by_month('snapshot_date')
) }}

{%- set building = months_changed_or_renamed(
    ['dep_snapshot'], ref('stg_dep_snapshots'), 'counted_at'
) %}

select
    census.hospital_id as hospital_id,
    census.department_id as department_id,
    {{ hospital_key('census.hospital_id') }} as hospital_key,
    {{ joined_department_key('department', 'census') }} as department_key,
    census.snapshot_date as snapshot_date,
    census.snapshot_type as snapshot_type,
    census.beds as beds,
    census.occupied_beds as occupied_beds,
    census.capacity as capacity,
    census.waiting_list_size as waiting_list_size
from {{ ref('stg_dep_snapshots') }} as census
left join {{ ref('dim_department') }} as department
    on census.hospital_id = department.hospital_id
    and census.department_id = department.department_id
    and census.counted_at >= department.valid_from
    and census.counted_at < department.valid_to
where {{ in_instants('census.counted_at', building) }}
