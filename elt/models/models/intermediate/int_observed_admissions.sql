-- Admissions on days that marts cover, by requested department. An opening admission, older than the start of the run, is
-- a fact, but no mart counts it.
{{ config(
    materialized='incremental',
    order_by=['hospital_id', 'requested_department_id', 'admitted_on', 'spell_id'],
    partition_by=by_month('admitted_on'),
    dist='spell_id'
) }}

{%- set building = months_changed(['admission', 'dep_snapshot']) %}

select spell_id, hospital_id, requested_department_id, admitted_on, wait_hours
from {{ ref('fact_admissions') }}
where is_observed and {{ in_days('admitted_on', building) }}
