-- For each row of mart_waiting_by_period, the admissions that had waited no longer than each of the fixed hours.
{{ config(materialized='view') }}

{%- set scopes = {'hospital': "''", 'department': 'bands.department_id'} %}
{#- Stands for the start of the whole period, which differs between hospitals. #}
{%- set beginning = day_of("'1900-01-01'") %}
{%- set periods = {
    'month': 'bands.month',
    'quarter': start_of('quarter', 'bands.month'),
    'year': start_of('year', 'bands.month'),
    'whole': beginning,
} %}

with fixed_hours as (
    {%- for hours in distribution_hours() %}
    select cast({{ hours }} as double precision) as hours {{ 'union all' if not loop.last }}
    {%- endfor %}
),

counted as (
    {%- for scope, department in scopes.items() %}
    {%- for period_type, period_start in periods.items() %}
    select
        '{{ scope }}' as scope,
        bands.hospital_id as hospital_id,
        cast({{ department }} as varchar) as department_id,
        '{{ period_type }}' as period_type,
        {{ period_start }} as period_start,
        bands.hours as hours,
        sum(bands.admissions) as admissions
    from {{ ref('int_wait_bands_by_month') }} as bands
    group by 1, 2, 3, 4, 5, 6
    {%- if not (loop.last and scope == 'department') %}
    union all
    {%- endif %}
    {%- endfor %}
    {%- endfor %}
),

cumulative as (
    select
        waits.scope as scope,
        waits.hospital_id as hospital_id,
        waits.department_id as department_id,
        waits.period_type as period_type,
        waits.period_start as period_start,
        fixed_hours.hours as hours,
        waits.admissions as admissions,
        sum(coalesce(counted.admissions, 0)) over (
            partition by waits.scope, waits.hospital_id, waits.department_id, waits.period_type, waits.period_start
            order by fixed_hours.hours
            rows between unbounded preceding and current row
        ) as admissions_within
    from {{ ref('mart_waiting_by_period') }} as waits
    cross join fixed_hours
    left join counted
        on waits.scope = counted.scope
        and waits.hospital_id = counted.hospital_id
        and waits.department_id = counted.department_id
        and waits.period_type = counted.period_type
        and case when waits.period_type = 'whole' then {{ beginning }} else waits.period_start end = counted.period_start
        and fixed_hours.hours = counted.hours
)

select
    scope,
    hospital_id,
    department_id,
    period_type,
    period_start,
    hours,
    cast(admissions_within as bigint) as admissions_within,
    case when admissions > 0 then cast(admissions_within as double precision) / admissions end as share_within
from cumulative
