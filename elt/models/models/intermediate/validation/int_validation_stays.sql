-- Each stay with the period in which its department was counted. Stays belong to the requested department, in whatever
-- bed.
select
    admission.hospital_id as hospital_id,
    admission.requested_department_id as department_id,
    admission.spell_id as spell_id,
    admission.requested_on as requested_on,
    admission.admitted_at as admitted_at,
    discharge.discharge_ready_at as discharge_ready_at,
    discharge.discharged_at as discharged_at,
    discharge.length_of_stay_days as length_of_stay_days,
    discharge.is_delayed as is_delayed,
    period.starts_at as starts_at,
    period.ends_at as ends_at
from {{ ref('fact_admissions') }} as admission
inner join {{ ref('int_validation_periods') }} as period
    on admission.hospital_id = period.hospital_id
    and admission.requested_department_id = period.department_id
left join {{ ref('fact_discharges') }} as discharge
    on admission.hospital_id = discharge.hospital_id
    and admission.spell_id = discharge.spell_id
