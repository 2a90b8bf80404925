{# Joins each day of a department to what the run record expects of it, and to its requests that left no admission: those
   turned away, and those whose admission was forgotten. #}
{% macro from_days_with_expectations(expectations) -%}
from {{ ref('int_department_flow') }} as growth
    inner join {{ expectations }} as expectation
        on growth.hospital_id = expectation.hospital_id
        and growth.department_id = expectation.department_id
        and growth.date >= expectation.valid_from
        and growth.date <= expectation.valid_to
    inner join {{ ref('stg_run_months') }} as season
        on growth.hospital_id = season.hospital_id
        and growth.department_id = season.department_id
        and extract(month from growth.date) = season.month_number
        and growth.date >= season.valid_from
        and growth.date <= season.valid_to
    left join {{ ref('stg_run_diversions') }} as turned_away
        on growth.hospital_id = turned_away.hospital_id
        and growth.department_id = turned_away.department_id
        and growth.date = turned_away.event_date
    left join {{ ref('stg_forgotten_admissions') }} as admissions
        on growth.hospital_id = admissions.hospital_id
        and growth.department_id = admissions.department_id
        and growth.date = admissions.event_date
{%- endmacro %}
