-- Shares and means of stays, each over a complete cohort: patients whose outcome is known before the end of the run. A
-- stay is held to the expectation on the day of its request, on which it was drawn.
{{ config(materialized='table') }}

with stays as (
    select
        stay.hospital_id as hospital_id,
        stay.hospital_id || '/' || stay.department_id as department,
        expectation.long_stay_share as long_stay_share,
        expectation.delay_share as delay_share,
        expectation.mean_stay_days as mean_stay_days,
        expectation.second_moment as second_moment,
        expectation.third_moment as stay_third_moment,
        expectation.max_stay_days as max_stay_days,
        expectation.longest_delay_days as longest_delay_days,
        expectation.longest_stay_days as longest_stay_days,
        stay.starts_at as starts_at,
        {{ days_between('stay.admitted_at', 'stay.ends_at') }} as days_since_admission,
        {{ days_between('stay.discharge_ready_at', 'stay.ends_at') }} as days_since_ready,
        {{ days_between('stay.admitted_at', 'stay.discharge_ready_at') }} as ready_days,
        stay.admitted_at as admitted_at,
        stay.discharge_ready_at as discharge_ready_at,
        stay.length_of_stay_days as length_of_stay_days,
        stay.is_delayed as is_delayed
    from {{ ref('int_validation_stays') }} as stay
    inner join {{ ref('int_expected_stays') }} as expectation
        on stay.hospital_id = expectation.hospital_id
        and stay.department_id = expectation.department_id
        and stay.requested_on >= expectation.valid_from
        and stay.requested_on <= expectation.valid_to
),

-- Patients admitted so long ago that only a long stay can still be in bed.
long_stays as (
    select
        hospital_id,
        department,
        long_stay_share as expected,
        long_stay_share * (1 - long_stay_share) as variance,
        long_stay_share as third_moment,
        case when ready_days is null or ready_days > max_stay_days then 1.0 else 0.0 end as observed
    from stays
    where admitted_at >= starts_at and days_since_admission > max_stay_days + longest_delay_days
),

-- Patients fit to leave so long before the end that every delay is over.
delays as (
    select
        hospital_id,
        department,
        delay_share as expected,
        delay_share * (1 - delay_share) as variance,
        delay_share as third_moment,
        case when is_delayed then 1.0 else 0.0 end as observed
    from stays
    where discharge_ready_at >= starts_at and days_since_ready > longest_delay_days
),

-- Patients admitted so long ago that the longest stay is over.
lengths as (
    select
        hospital_id,
        department,
        mean_stay_days as expected,
        second_moment - mean_stay_days * mean_stay_days as variance,
        stay_third_moment as third_moment,
        length_of_stay_days as observed
    from stays
    where admitted_at >= starts_at and days_since_admission > longest_stay_days
),

means as (
    {%- for name, cohort in [('long_stay_share', 'long_stays'), ('delay_share', 'delays'), ('mean_stay_days', 'lengths')] %}
    {%- for scope in ['department', 'hospital_id'] %}
    select
        '{{ name }}' as check_name,
        cast({{ scope }} as varchar) as scope,
        {{ exact_mean('expected') }} as mean_expected,
        {{ exact_mean('observed') }} as mean_observed,
        {{ exact_mean('variance') }} as mean_variance,
        {{ exact_mean('third_moment') }} as mean_third_moment,
        count(*) as n
    from {{ cohort }}
    group by 1, 2
    {{ 'union all' if not loop.last }}
    {%- endfor %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    check_name,
    scope,
    coalesce(mean_expected, 0) as expected,
    coalesce(mean_observed, 0) as observed,
    coalesce({{ mean_tolerance('mean_variance', 'mean_third_moment', 'n') }}, 0) as tolerance
from means
