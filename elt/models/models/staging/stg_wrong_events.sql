-- Events that keep their contract and are wrong all the same. One that repeats an earlier event (the same spell, the same
-- count) is left out of every other model. One of a department without a census stays, and its department is unknown. The
-- event of the earlier file counts: a numbered file of a month has a longer name than its first. A build finds those of
-- some months, and keeps the others.
{{ config(materialized='table', order_by=['event_type', 'event_id']) }}

{%- set building = months_of_wrong_events() %}
{%- set same = {
    'admission': ['spell_id'],
    'discharge': ['spell_id'],
    'wait_snapshot': ['hospital_id', 'department_id', 'patient_id', 'snapshot_date'],
    'dep_snapshot': ['hospital_id', 'department_id', 'snapshot_date', 'snapshot_type'],
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
    {%- set events = source('raw', event_type) %}
    {%- set in_months = in_instants('event_time', building) %}
    {%- set same_event = 'event.' ~ columns | join(', event.') %}
    {%- set from_first = 'order by length(event.source_file), event.source_file, event.event_time, event.event_id' %}
    -- A snapshot repeats one of the same day, but a spell may be repeated in any month.
    {%- set in_any_month = columns == ['spell_id'] and building is not none %}
    select
        '{{ event_type }}' as event_type,
        event.event_id as event_id,
        event.hospital_id as hospital_id,
        event.department_id as department_id,
        event.event_time as event_time,
        event.source_file as source_file,
        row_number() over (partition by {{ same_event }} {{ from_first }}) as place,
        first_value(event.event_id) over (
            partition by {{ same_event }} {{ from_first }} rows between unbounded preceding and unbounded following
        ) as first_event_id
    from {{ events }} as event
    inner join (
        select {{ columns | join(', ') }}
        from {{ events }}
        where {{ 'spell_id in (select spell_id from ' ~ events ~ ' where ' ~ in_months ~ ')' if in_any_month else in_months }}
        group by {{ columns | join(', ') }}
        having count(*) > 1
    ) as several
        on {% for column in columns %}event.{{ column }} = several.{{ column }}{{ ' and ' if not loop.last }}{% endfor %}
    {%- if not in_any_month %}
    where {{ in_instants('event.event_time', building) }}
    {%- endif %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

repeated as (
    select event_type, event_id, hospital_id, department_id, event_time, 'repeated' as problem, first_event_id, source_file
    from numbered
    where place > 1
),

of_unknown_departments as (
    {%- for event_type, departments in departments_of.items() %}
    {%- for department in departments %}
    select
        '{{ event_type }}' as event_type,
        event.event_id as event_id,
        event.hospital_id as hospital_id,
        event.{{ department }} as department_id,
        event.event_time as event_time,
        'unknown_department' as problem,
        '' as first_event_id,
        event.source_file as source_file
    from {{ source('raw', event_type) }} as event
    left join departments
        on event.hospital_id = departments.hospital_id
        and event.{{ department }} = departments.department_id
    left join repeated
        on event.event_id = repeated.event_id
        and event.event_time = repeated.event_time
        and repeated.event_type = '{{ event_type }}'
    where {{ in_instants('event.event_time', building) }}
        and departments.department_id is null
        and repeated.event_id is null
    {{ 'union all' if not loop.last }}
    {%- endfor %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

wrong as (
    select * from repeated
    union all
    select distinct * from of_unknown_departments
)

select
    cast(event_type as varchar) as event_type,
    event_id,
    hospital_id,
    department_id,
    event_time,
    cast(problem as varchar) as problem,
    cast(first_event_id as varchar) as repeats_event_id,
    source_file
from wrong
where {{ in_instants('event_time', building) }}
{%- if building is not none %}
union all
select event_type, event_id, hospital_id, department_id, event_time, problem, repeats_event_id, source_file
from {{ this }}
where not {{ in_instants('event_time', building) }}
{%- endif %}
