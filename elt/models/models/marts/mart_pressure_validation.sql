-- Checks of the data against the run record.
{{ config(materialized='view') }}

{%- set checks = ['int_validated_requests', 'int_validated_stays', 'int_validated_occupancy'] %}

with checks as (
    {%- for check in checks %}
    select check_name, scope, expected, observed, tolerance from {{ ref(check) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    check_name,
    scope,
    expected,
    observed,
    tolerance,
    cast(abs(observed - expected) <= tolerance as boolean) as passed
from checks
