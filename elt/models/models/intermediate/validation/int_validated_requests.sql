-- Requests are a Poisson process whose rate depends on the month: counts by department and month, by either, and the
-- strength of the season. Requests that a department turned away emit no event, but the run record counts them. Requests
-- whose admission was forgotten are added again.
{{ config(materialized='table') }}

with days as (
    select
        growth.hospital_id as hospital_id,
        growth.hospital_id || '/' || growth.department_id as department,
        substring(cast(growth.date as varchar), 1, 7) as month,
        growth.requests + coalesce(turned_away.diverted, 0) + coalesce(admissions.forgotten, 0) as requests_of_day,
        expectation.requests_per_day * season.multiplier as expected_of_day,
        season.multiplier - 1 as weight
    {{ from_days_with_expectations(ref('stg_run_departments')) }}
),

counts as (
    {%- for name, scope in [
        ('requests_in_month', "department || ' ' || month"),
        ('requests_in_month', "hospital_id || ' ' || month"),
        ('requests', 'department'),
        ('requests', 'hospital_id'),
    ] %}
    select
        '{{ name }}' as check_name,
        cast({{ scope }} as varchar) as scope,
        {{ exact_sum('expected_of_day') }} as expected,
        cast(sum(requests_of_day) as double precision) as observed
    from days
    group by 1, 2
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

season as (
    select
        hospital_id,
        -- More digits, because a weak season has small weights.
        {{ exact_sum('weight * expected_of_day', digits=18) }} as expected_of_season,
        {{ exact_sum('weight * requests_of_day', digits=18) }} as observed_of_season,
        sqrt({{ exact_sum('weight * weight * expected_of_day', digits=18) }}) as standard_error
    from days
    group by hospital_id
)

select check_name, scope, expected, observed, {{ poisson_tolerance('expected') }} as tolerance
from counts
union all
select
    'season' as check_name,
    cast(hospital_id as varchar) as scope,
    cast(1 as double precision) as expected,
    observed_of_season / expected_of_season as observed,
    {{ var('standard_errors') }} * standard_error / abs(expected_of_season) as tolerance
from season
where expected_of_season <> 0
