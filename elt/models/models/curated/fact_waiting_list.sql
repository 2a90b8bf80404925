-- One row for each patient still waiting at the end of a day.
{{ config(
    materialized='incremental',
    order_by=['hospital_id', 'department_id', 'snapshot_date', 'patient_id'],
    partition_by=by_month('snapshot_date'),
    dist='patient_key'
) }}

{%- set building = months_changed_or_renamed(
    ['wait_snapshot'], ref('stg_wait_snapshots'), 'counted_at'
) %}

select
    waiting.hospital_id as hospital_id,
    waiting.department_id as department_id,
    waiting.patient_id as patient_id,
    {{ patient_key('waiting.hospital_id', 'waiting.patient_id') }} as patient_key,
    {{ hospital_key('waiting.hospital_id') }} as hospital_key,
    {{ joined_department_key('department', 'waiting') }} as department_key,
    {{ day_of('waiting.requested_at') }} as requested_on,
    waiting.snapshot_date as snapshot_date,
    waiting.requested_at as requested_at,
    cast(waiting.wait_seconds as double precision) / 3600 as wait_hours
from {{ ref('stg_wait_snapshots') }} as waiting
left join {{ ref('dim_department') }} as department
    on waiting.hospital_id = department.hospital_id
    and waiting.department_id = department.department_id
    and waiting.counted_at >= department.valid_from
    and waiting.counted_at < department.valid_to
where {{ in_instants('waiting.counted_at', building) }}
