-- Admissions on days that marts cover, by requested department. An opening admission, older than the start of the run, is
-- a fact, but no mart counts it.
{{ config(
    materialized='incremental',
    order_by=['hospital_id', 'requested_department_id', 'admitted_on', 'spell_id'],
    partition_by=by_month('admitted_on'),
    dist='spell_id'
) }}

{%- set building = months_changed(['admission', 'dep_snapshot']) %}

select
    admission.spell_id as spell_id,
    admission.hospital_id as hospital_id,
    admission.requested_department_id as requested_department_id,
    admission.admitted_on as admitted_on,
    admission.wait_hours as wait_hours
from {{ ref('fact_admissions') }} as admission
inner join {{ ref('int_department_days') }} as covered
    on admission.hospital_id = covered.hospital_id
    and admission.requested_department_id = covered.department_id
    and admission.admitted_on = covered.date
where {{ in_days('admission.admitted_on', building) }} and {{ in_days('covered.date', building) }}
