-- First day from which long and delayed stays are counted again. A delay is known when it is over, so a discharge reaches
-- back to the day on which its delay began. A department without a sum on the day before has to be counted from its start.
{{ config(order_by=['has_sums_before']) }}

with new_months as (
    select event_type, month
    from {{ ref('int_months_to_build') }}
    where event_type in ('admission', 'discharge', 'dep_snapshot')
),

-- The lower bound is a single value, so that an engine with partitions reads the later ones only.
months_reached as (
    select month from new_months
    union all
    select {{ start_of('month', 'discharge_ready_at') }} as month
    from {{ ref('fact_discharges') }}
    where is_delayed
        and discharged_on >= (select min(month) from new_months where event_type = 'discharge')
        and {{ start_of('month', 'discharged_on') }} in (select month from new_months where event_type = 'discharge')
),

start as (
    select min(month) as first_day from months_reached
),

counted_before as (
    select hospital_id, department_id
    from {{ last_built('mart_long_stays', columns_of=ref('int_department_days'), layer='marts') }}
    where date = {{ add_days('(select first_day from start)', -1) }}
),

uncounted as (
    select count(*) as days
    from {{ ref('int_department_days') }} as days
    left join counted_before
        on days.hospital_id = counted_before.hospital_id
        and days.department_id = counted_before.department_id
    where days.date >= (select first_day from start) and counted_before.department_id is null
)

select
    start.first_day as first_day,
    cast(uncounted.days = 0 as boolean) as has_sums_before
from start
cross join uncounted
