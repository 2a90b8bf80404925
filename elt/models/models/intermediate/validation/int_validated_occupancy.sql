-- The bed-days that the patients of a department used in a period, against those expected of them: a whole stay for one
-- admitted in it, a remaining stay for one in bed at its start, and a remaining stay less for one in bed at its end. The mean
-- remaining stay is half the second moment over the mean. The number of patients is not judged here but in
-- int_validated_requests: with it given, the tolerance is little more than half as wide. A department without a longest stay
-- has no moments.
{{ config(materialized='table') }}

with departments_with_moments as (
    select hospital_id, department_id
    from {{ ref('int_expected_stays') }}
    group by 1, 2
    having count(*) = count(max_stay_days)
),

stays as (
    select
        stay.hospital_id as hospital_id,
        stay.department_id as department_id,
        {{ days_between('greatest(stay.admitted_at, stay.starts_at)', 'least(coalesce(stay.discharged_at, stay.ends_at), stay.ends_at)') }} as bed_days,
        case when stay.admitted_at < stay.starts_at then 1 else 0 end as in_bed_at_start,
        case when stay.discharged_at is null or stay.discharged_at >= stay.ends_at then 1 else 0 end as in_bed_at_end,
        expectation.mean_stay_days as mean_stay,
        expectation.second_moment - expectation.mean_stay_days * expectation.mean_stay_days as stay_variance,
        expectation.second_moment / (2 * expectation.mean_stay_days) as remaining,
        expectation.third_moment / (3 * expectation.mean_stay_days) as remaining_second_moment
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
        {{ exact_sum('(1 - in_bed_at_start) * mean_stay + (in_bed_at_start - in_bed_at_end) * remaining') }} as expected,
        {{ exact_sum(
            '(1 - in_bed_at_start) * stay_variance'
            ~ ' + (in_bed_at_start + in_bed_at_end) * (remaining_second_moment - remaining * remaining)'
        ) }} as variance
    from stays
    group by 1, 2
),

departments as (
    select
        period.hospital_id as hospital_id,
        period.hospital_id || '/' || period.department_id as department,
        period.bed_days as bed_days,
        coalesce(used.bed_days, 0) as used,
        coalesce(used.expected, 0) as expected,
        coalesce(used.variance, 0) as variance
    from {{ ref('int_validation_periods') }} as period
    inner join departments_with_moments as described
        on period.hospital_id = described.hospital_id and period.department_id = described.department_id
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
