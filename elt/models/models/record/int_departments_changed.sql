-- Time spans in which another version of a department is valid than at the last whole build, because a version was
-- added or removed, or ends at another time. Facts refer to versions, so those in the span are built again.
{{ config(order_by=['hospital_id', 'department_id']) }}

with now as (
    select hospital_id, department_id, department_key, valid_from, valid_to from {{ ref('dim_department') }}
),

before as (
    select hospital_id, department_id, department_key, valid_from, valid_to
    from {{ last_built('built_departments', columns_of=ref('dim_department')) }}
),

added as (
    select now.hospital_id, now.department_id, now.valid_from as changed_from, now.valid_to as changed_to
    from now
    left join before on now.department_key = before.department_key
    where before.department_key is null
),

removed as (
    select before.hospital_id, before.department_id, before.valid_from as changed_from, before.valid_to as changed_to
    from before
    left join now on before.department_key = now.department_key
    where now.department_key is null
),

ended_otherwise as (
    select
        now.hospital_id,
        now.department_id,
        least(now.valid_to, before.valid_to) as changed_from,
        greatest(now.valid_to, before.valid_to) as changed_to
    from now
    inner join before on now.department_key = before.department_key
    where now.valid_to <> before.valid_to
),

changed as (
    select hospital_id, department_id, changed_from, changed_to from added
    union all
    select hospital_id, department_id, changed_from, changed_to from removed
    union all
    select hospital_id, department_id, changed_from, changed_to from ended_otherwise
),

departments_before as (
    select distinct hospital_id, department_id from before
)

select distinct
    changed.hospital_id as hospital_id,
    changed.department_id as department_id,
    changed.changed_from as changed_from,
    changed.changed_to as changed_to,
    cast(departments_before.department_id is null as boolean) as is_new
from changed
left join departments_before
    on changed.hospital_id = departments_before.hospital_id
    and changed.department_id = departments_before.department_id
