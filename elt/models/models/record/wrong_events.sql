-- Events that keep their contract and are wrong all the same. One that repeats an earlier event (the same spell, the same
-- count) is left out of every other model. One of a department without a census stays, and its department is unknown. The
-- event of the earlier file counts: a numbered file of a month has a longer name than its first.
{{ config(order_by=['event_type', 'event_id']) }}

{%- set same = {
    'admission': 'spell_id',
    'discharge': 'spell_id',
    'wait_snapshot': 'hospital_id, department_id, patient_id, snapshot_date',
    'dep_snapshot': 'hospital_id, department_id, snapshot_date, snapshot_type',
} %}
{%- set departments_of = {
    'admission': ['department_id', 'requested_department_id'],
    'discharge': ['department_id'],
    'wait_snapshot': ['department_id'],
} %}

with departments as (
    select distinct hospital_id, department_id from {{ source('raw', 'dep_snapshot') }}
),

numbered as (
    {%- for event_type, columns in same.items() %}
    select
        '{{ event_type }}' as event_type,
        event_id,
        hospital_id,
        department_id,
        event_time,
        source_file,
        row_number() over (
            partition by {{ columns }} order by length(source_file), source_file, event_time, event_id
        ) as place,
        first_value(event_id) over (
            partition by {{ columns }} order by length(source_file), source_file, event_time, event_id
            rows between unbounded preceding and unbounded following
        ) as first_event_id
    from {{ source('raw', event_type) }}
    where ({{ columns }}) in (
        select {{ columns }} from {{ source('raw', event_type) }} group by {{ columns }} having count(*) > 1
    )
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

repeated as (
    select * from numbered where place > 1
),

of_unknown_departments as (
    {%- for event_type, departments in departments_of.items() %}
    {%- for department in departments %}
    select
        '{{ event_type }}' as event_type,
        event_id,
        hospital_id,
        {{ department }} as department_id,
        event_time,
        source_file
    from {{ source('raw', event_type) }}
    where (hospital_id, {{ department }}) not in (select hospital_id, department_id from departments)
        and (event_id, event_time) not in (select event_id, event_time from repeated where event_type = '{{ event_type }}')
    {{ 'union all' if not loop.last }}
    {%- endfor %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    cast(event_type as varchar) as event_type,
    event_id,
    hospital_id,
    department_id,
    event_time,
    cast('repeated' as varchar) as problem,
    first_event_id as repeats_event_id,
    source_file
from repeated
union all
select distinct
    cast(event_type as varchar) as event_type,
    event_id,
    hospital_id,
    department_id,
    event_time,
    cast('unknown_department' as varchar) as problem,
    cast('' as varchar) as repeats_event_id,
    source_file
from of_unknown_departments
