-- Type 2 on name and capacity: a version begins with the first census that shows it and ends with the next version.
-- The first version is valid from 1900, because admissions may be older than the first census. A department with events
-- but without a census has an unknown member, whose key stays when a census comes.
{{ config(order_by=['hospital_id', 'department_id', 'valid_from']) }}

with census as (
    select
        hospital_id,
        department_id,
        department_name,
        capacity,
        treatment_function_code,
        counted_at,
        lag(department_name) over (partition by hospital_id, department_id order by counted_at) as name_before,
        lag(capacity) over (partition by hospital_id, department_id order by counted_at) as capacity_before,
        row_number() over (partition by hospital_id, department_id order by counted_at) as census_number,
        row_number() over (partition by hospital_id, department_id order by counted_at desc) as census_number_from_last
    from {{ ref('stg_dep_snapshots') }}
),

versions as (
    select
        hospital_id,
        department_id,
        department_name,
        capacity,
        case when census_number = 1 then {{ beginning_of_time() }} else counted_at end as valid_from,
        row_number() over (partition by hospital_id, department_id order by counted_at) as version_number
    from census
    where census_number = 1 or department_name <> name_before or capacity <> capacity_before
),

counted_days as (
    select
        hospital_id,
        department_id,
        min({{ day_of('counted_at') }}) as first_day,
        max({{ day_of('counted_at') }}) as last_day
    from census
    group by hospital_id, department_id
),

-- A department that is counted on the first day of its hospital was open before, one that is counted on the last is open.
open_days as (
    select
        hospital_id,
        department_id,
        case when first_day > min(first_day) over (partition by hospital_id) then first_day end as opened_on,
        case when last_day < max(last_day) over (partition by hospital_id) then last_day end as closed_on
    from counted_days
),

last_codes as (
    select hospital_id, department_id, treatment_function_code
    from census
    where census_number_from_last = 1
),

names_of_several_hospitals as (
    select department_name from census group by department_name having count(distinct hospital_id) > 1
),

hospitals as (
    select hospital_id, max(hospital_name) as hospital_name from {{ ref('stg_run_periods') }} group by hospital_id
),

unknown as (
    select distinct hospital_id, department_id, {{ beginning_of_time() }} as valid_from
    from {{ ref('stg_wrong_events') }}
    where problem = 'unknown_department'
)

select
    {{ department_key('version.hospital_id', 'version.department_id', 'version.valid_from') }} as department_key,
    version.hospital_id as hospital_id,
    version.department_id as department_id,
    version.department_name as department_name,
    cast(case
        when common.department_name is null then version.department_name
        else version.department_name || ', ' || coalesce(hospitals.hospital_name, version.hospital_id)
    end as varchar) as department_label,
    last_codes.treatment_function_code as treatment_function_code,
    {{ words_of('last_codes.treatment_function_code', treatment_functions()) }} as treatment_function_name,
    version.capacity as capacity,
    open_days.opened_on as opened_on,
    open_days.closed_on as closed_on,
    version.valid_from as valid_from,
    coalesce(later.valid_from, {{ end_of_time() }}) as valid_to,
    cast(later.valid_from is null as boolean) as is_current
from versions as version
inner join last_codes
    on version.hospital_id = last_codes.hospital_id
    and version.department_id = last_codes.department_id
inner join open_days
    on version.hospital_id = open_days.hospital_id
    and version.department_id = open_days.department_id
left join versions as later
    on version.hospital_id = later.hospital_id
    and version.department_id = later.department_id
    and version.version_number + 1 = later.version_number
left join names_of_several_hospitals as common
    on version.department_name = common.department_name
left join hospitals
    on version.hospital_id = hospitals.hospital_id
union all
select
    {{ first_department_key('hospital_id', 'department_id') }} as department_key,
    hospital_id,
    department_id,
    cast('Unknown' as varchar) as department_name,
    cast('Unknown' as varchar) as department_label,
    cast('' as varchar) as treatment_function_code,
    {{ words_of("''", treatment_functions()) }} as treatment_function_name,
    cast(0 as bigint) as capacity,
    case when 1 = 0 then {{ day_of('valid_from') }} end as opened_on,
    case when 1 = 0 then {{ day_of('valid_from') }} end as closed_on,
    valid_from,
    {{ end_of_time() }} as valid_to,
    cast(1 = 1 as boolean) as is_current
from unknown
