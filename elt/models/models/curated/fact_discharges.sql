-- One row per finished spell: its length, and the delay after the patient was fit to leave.
{{ config(
    materialized='incremental',
    order_by=['hospital_id', 'department_id', 'discharged_at', 'spell_id'],
    partition_by=by_month('discharged_on'),
    dist='spell_id'
) }}

{%- set building = months_changed_or_renamed(
    ['discharge'], ref('stg_discharges'), 'discharged_at'
) %}

select
    discharge.spell_id as spell_id,
    discharge.hospital_id as hospital_id,
    discharge.department_id as department_id,
    discharge.patient_id as patient_id,
    {{ patient_key('discharge.hospital_id', 'discharge.patient_id') }} as patient_key,
    {{ hospital_key('discharge.hospital_id') }} as hospital_key,
    {{ joined_department_key('department', 'discharge') }} as department_key,
    {{ day_of('discharge.admitted_at') }} as admitted_on,
    {{ day_of('discharge.discharge_ready_at') }} as discharge_ready_on,
    {{ day_of('discharge.discharged_at') }} as discharged_on,
    discharge.admitted_at as admitted_at,
    discharge.discharge_ready_at as discharge_ready_at,
    discharge.discharged_at as discharged_at,
    {{ days_between('discharge.admitted_at', 'discharge.discharged_at') }} as length_of_stay_days,
    {{ days_between('discharge.discharge_ready_at', 'discharge.discharged_at') }} as delay_days,
    cast(discharge.discharged_at > discharge.discharge_ready_at as boolean) as is_delayed,
    cast({{ days_between('discharge.admitted_at', 'discharge.discharged_at') }} >= 21 as boolean) as is_long_stay,
    discharge.discharge_destination as discharge_destination,
    {{ words_of('discharge.discharge_destination', discharge_destinations()) }} as discharge_destination_name,
    discharge.delay_reason as delay_reason
from {{ ref('stg_discharges') }} as discharge
left join {{ ref('dim_department') }} as department
    on discharge.hospital_id = department.hospital_id
    and discharge.department_id = department.department_id
    and discharge.discharged_at >= department.valid_from
    and discharge.discharged_at < department.valid_to
where {{ in_instants('discharge.discharged_at', building) }}
