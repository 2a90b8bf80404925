-- Patients of all events. Sex and date of birth never change, so any event of a patient has them.
{{ config(order_by=['hospital_id', 'patient_id']) }}

with seen as (
    select hospital_id, patient_id, sex, birth_date from {{ ref('stg_admissions') }}
    union all
    select hospital_id, patient_id, sex, birth_date from {{ ref('stg_discharges') }}
    union all
    select hospital_id, patient_id, sex, birth_date from {{ ref('stg_wait_snapshots') }}
)

select
    {{ patient_key('hospital_id', 'patient_id') }} as patient_key,
    hospital_id,
    patient_id,
    min(sex) as sex,
    min(birth_date) as birth_date
from seen
group by hospital_id, patient_id
