-- One row for every scope and period that a page shows, because percentiles do not combine.
{{ config(materialized='view') }}

{%- for waits in ['int_waits_by_month', 'int_waits_by_longer_period'] %}
select
    scope,
    hospital_id,
    department_id,
    period_type,
    period_start,
    admissions,
    wait_hours_mean,
    wait_hours_p50,
    wait_hours_p90,
    wait_hours_p95,
    wait_hours_max,
    share_without_wait,
    share_over_4h,
    share_over_12h
from {{ ref(waits) }}
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
