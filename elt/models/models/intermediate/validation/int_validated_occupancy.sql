-- Work is conserved: the bed-days used in a period are those of its requests, plus the remaining stays of the patients at
-- its start, minus the remaining stays at its end. The mean remaining stay is half the second moment over the mean for a
-- patient in bed, a whole stay for one who waits, and none for one turned away, or whose admission was forgotten. A
-- department without a longest stay has no moments.
{{ config(materialized='table') }}

with requests as (
    select
        growth.hospital_id as hospital_id,
        growth.department_id as department_id,
        expectation.requests_per_day * season.multiplier - coalesce(turned_away.diverted, 0) as requests_of_day,
        coalesce(admissions.forgotten, 0) as forgotten_of_day,
        expectation.max_stay_days as max_stay_days,
        expectation.mean_stay_days as mean_stay_days,
        expectation.second_moment as second_moment
    {{ from_days_with_expectations(ref('int_expected_stays')) }}
),

brought as (
    select
        hospital_id,
        department_id,
        {{ exact_sum('(requests_of_day - forgotten_of_day) * mean_stay_days') }} as expected,
        {{ exact_sum('requests_of_day * second_moment') }} as variance
    from requests
    group by 1, 2
    having count(*) = count(max_stay_days)
),

-- Bed-days of stays within the period, and the remaining stays of the patients in bed at its start and end.
stays as (
    select
        stay.hospital_id as hospital_id,
        stay.department_id as department_id,
        {{ days_between('greatest(stay.admitted_at, stay.starts_at)', 'least(coalesce(stay.discharged_at, stay.ends_at), stay.ends_at)') }} as bed_days,
        case when stay.admitted_at < stay.starts_at then 1 else 0 end as in_bed_at_start,
        case when stay.discharged_at is null or stay.discharged_at >= stay.ends_at then 1 else 0 end as in_bed_at_end,
        expectation.second_moment / (2 * expectation.mean_stay_days) as remaining,
        expectation.third_moment / (3 * expectation.mean_stay_days) as remaining_variance
    from {{ ref('int_validation_stays') }} as stay
    inner join {{ ref('int_expected_stays') }} as expectation
        on stay.hospital_id = expectation.hospital_id
        and stay.department_id = expectation.department_id
        and stay.requested_on >= expectation.valid_from
        and stay.requested_on <= expectation.valid_to
    where stay.discharged_at is null or stay.discharged_at > stay.starts_at
),

used as (
    select
        hospital_id,
        department_id,
        {{ exact_sum('bed_days') }} as bed_days,
        {{ exact_sum('(in_bed_at_start - in_bed_at_end) * remaining') }} as expected,
        {{ exact_sum('(in_bed_at_start + in_bed_at_end) * remaining_variance') }} as variance
    from stays
    group by 1, 2
),

-- Patients who wait at the start and at the end. A department that has closed has no expectation, and nobody waits on its
-- last day.
{%- for name, day, waiting in [('first_days', 'first_date', 'waiting_sod'), ('last_days', 'last_date', 'waiting_eod')] %}
{{ name }} as (
    select
        days.hospital_id as hospital_id,
        days.department_id as department_id,
        days.{{ waiting }} * coalesce(expectation.mean_stay_days, 0) as expected,
        days.{{ waiting }} * coalesce(expectation.second_moment, 0) as variance
    from {{ ref('int_department_days') }} as days
    inner join {{ ref('int_validation_periods') }} as period
        on days.hospital_id = period.hospital_id
        and days.department_id = period.department_id
        and days.date = period.{{ day }}
    left join {{ ref('int_expected_stays') }} as expectation
        on days.hospital_id = expectation.hospital_id
        and days.department_id = expectation.department_id
        and days.date >= expectation.valid_from
        and days.date <= expectation.valid_to
),
{%- endfor %}

departments as (
    select
        period.hospital_id as hospital_id,
        period.hospital_id || '/' || period.department_id as department,
        period.bed_days as bed_days,
        coalesce(used.bed_days, 0) as used,
        brought.expected + coalesce(used.expected, 0) + first_days.expected - last_days.expected as expected,
        brought.variance + coalesce(used.variance, 0) + first_days.variance + last_days.variance as variance
    from {{ ref('int_validation_periods') }} as period
    inner join brought
        on period.hospital_id = brought.hospital_id and period.department_id = brought.department_id
    inner join first_days
        on period.hospital_id = first_days.hospital_id and period.department_id = first_days.department_id
    inner join last_days
        on period.hospital_id = last_days.hospital_id and period.department_id = last_days.department_id
    left join used
        on period.hospital_id = used.hospital_id and period.department_id = used.department_id
    where period.bed_days > 0
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
