-- Checks of the data against the run record.
{{ config(materialized='view') }}

{%- set checks = ['int_validated_requests', 'int_validated_stays', 'int_validated_occupancy'] %}
{%- set fractions = "'mean_occupancy', 'long_stay_share', 'delay_share'" %}

with checks as (
    {%- for check in checks %}
    select check_name, scope, expected, observed, tolerance from {{ ref(check) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

names as (
    select cast(hospital_id as varchar) as place, hospital_name as name from {{ ref('dim_hospital') }}
    union all
    select cast(hospital_id || '/' || department_id as varchar) as place, department_label as name
    from {{ ref('dim_department') }}
    where is_current
),

-- The scope of a month ends with a space and the month.
places as (
    select
        checks.*,
        case when check_name = 'requests_in_month' then substring(scope, 1, length(scope) - 8) else scope end as place,
        case when check_name = 'requests_in_month' then substring(scope, length(scope) - 7) else '' end as in_month
    from checks
)

select
    places.check_name as check_name,
    places.scope as scope,
    cast(coalesce(names.name, places.place) || places.in_month as varchar) as scope_name,
    places.expected as expected,
    places.observed as observed,
    places.tolerance as tolerance,
    cast(abs(places.observed - places.expected) <= places.tolerance as boolean) as passed,
    cast(
        places.tolerance <= places.expected / 2
        and (places.expected + places.tolerance <= 1 or places.check_name not in ({{ fractions }})) as boolean
    ) as is_decisive
from places
left join names
    on places.place = names.place
