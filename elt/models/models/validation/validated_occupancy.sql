-- Work is conserved: the bed-days used in a period are those of its requests, plus the remaining stays of the patients at
-- its start, minus the remaining stays at its end. The mean remaining stay is half the second moment over the mean for a
-- patient in bed, a whole stay for one who waits, and none for one turned away. A department without a longest stay has
-- no moments.

with brought as (
    select
        growth.hospital_id as hospital_id,
        growth.department_id as department_id,
        {{ exact_sum('expectation.requests_per_day * season.multiplier - coalesce(turned_away.diverted, 0)') }} as requests
    from {{ ref('mart_queue_growth') }} as growth
    inner join {{ ref('promised_stays') }} as expectation
        on growth.hospital_id = expectation.hospital_id
        and growth.department_id = expectation.department_id
    inner join {{ ref('stg_run_months') }} as season
        on growth.hospital_id = season.hospital_id
        and growth.department_id = season.department_id
        and extract(month from growth.date) = season.month_number
    left join {{ ref('stg_run_diversions') }} as turned_away
        on growth.hospital_id = turned_away.hospital_id
        and growth.department_id = turned_away.department_id
        and growth.date = turned_away.event_date
    group by 1, 2
),

-- Bed-days of stays within the period, and patients in bed at its start and end.
used as (
    select
        hospital_id,
        department_id,
        {{ exact_sum(days_between('greatest(admitted_at, starts_at)', 'least(coalesce(discharged_at, ends_at), ends_at)')) }} as bed_days,
        sum(case when admitted_at < starts_at then 1 else 0 end) as in_bed_at_start,
        sum(case when discharged_at is null or discharged_at >= ends_at then 1 else 0 end) as in_bed_at_end
    from {{ ref('validation_stays') }}
    where discharged_at is null or discharged_at > starts_at
    group by 1, 2
),

first_days as (
    select days.hospital_id, days.department_id, days.waiting_sod
    from {{ ref('department_days') }} as days
    inner join {{ ref('validation_periods') }} as period
        on days.hospital_id = period.hospital_id
        and days.department_id = period.department_id
        and days.date = period.first_date
),

last_days as (
    select days.hospital_id, days.department_id, days.waiting_eod
    from {{ ref('department_days') }} as days
    inner join {{ ref('validation_periods') }} as period
        on days.hospital_id = period.hospital_id
        and days.department_id = period.department_id
        and days.date = period.last_date
),

departments as (
    select
        period.hospital_id as hospital_id,
        period.hospital_id || '/' || period.department_id as department,
        period.bed_days as bed_days,
        coalesce(used.bed_days, 0) as used,
        brought.requests * expectation.mean_stay_days
            + (coalesce(used.in_bed_at_start, 0) - coalesce(used.in_bed_at_end, 0)) * expectation.second_moment / (2 * expectation.mean_stay_days)
            + (first_days.waiting_sod - last_days.waiting_eod) * expectation.mean_stay_days as expected,
        brought.requests * expectation.second_moment
            + (coalesce(used.in_bed_at_start, 0) + coalesce(used.in_bed_at_end, 0)) * expectation.third_moment / (3 * expectation.mean_stay_days)
            + (first_days.waiting_sod + last_days.waiting_eod) * expectation.second_moment as variance
    from {{ ref('validation_periods') }} as period
    inner join {{ ref('promised_stays') }} as expectation
        on period.hospital_id = expectation.hospital_id and period.department_id = expectation.department_id
    inner join brought
        on period.hospital_id = brought.hospital_id and period.department_id = brought.department_id
    inner join first_days
        on period.hospital_id = first_days.hospital_id and period.department_id = first_days.department_id
    inner join last_days
        on period.hospital_id = last_days.hospital_id and period.department_id = last_days.department_id
    left join used
        on period.hospital_id = used.hospital_id and period.department_id = used.department_id
    where expectation.max_stay_days is not null and period.bed_days > 0
),

scopes as (
    {%- for scope in ['department', 'hospital_id'] %}
    select
        cast({{ scope }} as varchar) as scope,
        {{ exact_sum('bed_days') }} as all_bed_days,
        {{ exact_sum('expected') }} as all_expected,
        {{ exact_sum('used') }} as all_used,
        {{ exact_sum('variance') }} as all_variance
    from departments
    group by 1
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    'mean_occupancy' as check_name,
    scope,
    coalesce(all_expected / all_bed_days, 0) as expected,
    coalesce(all_used / all_bed_days, 0) as observed,
    coalesce({{ var('standard_errors') }} * sqrt(all_variance) / all_bed_days, 0) as tolerance
from scopes
