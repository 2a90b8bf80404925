-- One row per spell: the patient, the department of the bed, the wait, and whether marts count it.
{{ config(
    materialized='incremental',
    order_by=['hospital_id', 'department_id', 'admitted_at', 'spell_id'],
    partition_by=by_month('admitted_on'),
    dist='spell_id'
) }}

{%- set building = months_changed_or_renamed(
    ['admission', 'dep_snapshot'], ref('stg_admissions'), 'admitted_at', ['department_id', 'requested_department_id']
) %}

with counted as (
    select hospital_id, department_id, snapshot_date
    from {{ ref('stg_dep_snapshots') }}
    where {{ in_days('snapshot_date', building) }}
    group by hospital_id, department_id, snapshot_date
    having count(distinct snapshot_type) = 2
)

select
    admission.spell_id as spell_id,
    admission.hospital_id as hospital_id,
    admission.department_id as department_id,
    admission.requested_department_id as requested_department_id,
    admission.patient_id as patient_id,
    {{ patient_key('admission.hospital_id', 'admission.patient_id') }} as patient_key,
    {{ hospital_key('admission.hospital_id') }} as hospital_key,
    {{ joined_department_key('department', 'admission') }} as department_key,
    {{ joined_department_key('requested', 'admission', 'requested_department_id') }} as requested_department_key,
    {{ day_of('admission.requested_at') }} as requested_on,
    {{ day_of('admission.admitted_at') }} as admitted_on,
    admission.requested_at as requested_at,
    admission.admitted_at as admitted_at,
    {{ hours_between('admission.requested_at', 'admission.admitted_at') }} as wait_hours,
    admission.admission_method as admission_method,
    {{ words_of('admission.admission_method', admission_methods()) }} as admission_method_name,
    cast(admission.department_id <> admission.requested_department_id as boolean) as is_outlier,
    cast(counted.snapshot_date is not null as boolean) as is_observed
from {{ ref('stg_admissions') }} as admission
left join {{ ref('dim_department') }} as department
    on admission.hospital_id = department.hospital_id
    and admission.department_id = department.department_id
    and admission.admitted_at >= department.valid_from
    and admission.admitted_at < department.valid_to
left join {{ ref('dim_department') }} as requested
    on admission.hospital_id = requested.hospital_id
    and admission.requested_department_id = requested.department_id
    and admission.admitted_at >= requested.valid_from
    and admission.admitted_at < requested.valid_to
left join counted
    on admission.hospital_id = counted.hospital_id
    and admission.requested_department_id = counted.department_id
    and {{ day_of('admission.admitted_at') }} = counted.snapshot_date
where {{ in_instants('admission.admitted_at', building) }}
