{# Waits of every hospital and department by period: a dictionary of period types, each with the SQL of its first day. #}
{% macro waits_by_period(periods, building=none) -%}
{%- set scopes = {'hospital': "''", 'department': 'department_id'} %}
with days as (
    select
        hospital_id,
        department_id,
        date,
        min(date) over (partition by hospital_id) as first_date
    from {{ ref('int_department_days') }}
    where {{ in_days('date', building) }}
),

waits as (
    select
        days.hospital_id as hospital_id,
        days.department_id as department_id,
        days.date as date,
        days.first_date as first_date,
        admission.wait_hours as wait_hours
    from {{ ref('int_observed_admissions') }} as admission
    inner join days
        on admission.hospital_id = days.hospital_id
        and admission.requested_department_id = days.department_id
        and admission.admitted_on = days.date
    where {{ in_days('admission.admitted_on', building) }}
),

all_periods as (
    {%- for scope, department in scopes.items() %}
    {%- for period_type, period_start in periods.items() %}
    select distinct
        '{{ scope }}' as scope,
        hospital_id,
        cast({{ department }} as varchar) as department_id,
        '{{ period_type }}' as period_type,
        {{ period_start }} as period_start
    from days
    {%- if not (loop.last and scope == 'department') %}
    union all
    {%- endif %}
    {%- endfor %}
    {%- endfor %}
),

statistics as (
    {%- for scope, department in scopes.items() %}
    {%- for period_type, period_start in periods.items() %}
    select
        '{{ scope }}' as scope,
        hospital_id,
        cast({{ department }} as varchar) as department_id,
        '{{ period_type }}' as period_type,
        {{ period_start }} as period_start,
        {{ wait_statistics('wait_hours') }}
    from waits
    group by 1, 2, 3, 4, 5
    {%- if not (loop.last and scope == 'department') %}
    union all
    {%- endif %}
    {%- endfor %}
    {%- endfor %}
)

select
    all_periods.scope as scope,
    all_periods.hospital_id as hospital_id,
    all_periods.department_id as department_id,
    all_periods.period_type as period_type,
    all_periods.period_start as period_start,
    {{ wait_columns('statistics') }}
from all_periods
left join statistics
    on all_periods.scope = statistics.scope
    and all_periods.hospital_id = statistics.hospital_id
    and all_periods.department_id = statistics.department_id
    and all_periods.period_type = statistics.period_type
    and all_periods.period_start = statistics.period_start
{%- endmacro %}
