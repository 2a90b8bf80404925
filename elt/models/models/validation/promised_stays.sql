-- What the run record says of each department's stays, and the moments that follow from it under the simple rule:
-- ordinary stays are uniform from one day to the longest, long ones uniform above it, delays uniform from zero. Where
-- the record leaves a bound open, the widest that its means allow is taken.

with means as (
    select
        hospital_id,
        department_id,
        requests_per_day,
        max_stay_days,
        long_stay_share,
        delay_share,
        mean_stay_days,
        mean_stay_days - mean_ready_days as mean_delay,
        case when delay_share > 0 then 2 * (mean_stay_days - mean_ready_days) / delay_share else 0 end as longest_delay_days,
        case
            when long_stay_share > 0 then greatest(
                (mean_ready_days - (1 - long_stay_share) * (1 + max_stay_days) / 2) / long_stay_share, max_stay_days
            )
            else max_stay_days
        end as mean_long_days,
        mean_ready_days
    from {{ ref('stg_run_departments') }}
),

moments as (
    select
        *,
        2 * mean_long_days - max_stay_days as longest_ready_days,
        (1 - long_stay_share) * (1 + max_stay_days + max_stay_days * max_stay_days) / 3
            + long_stay_share * (
                mean_long_days * mean_long_days
                + (mean_long_days - max_stay_days) * (mean_long_days - max_stay_days) / 3
            ) as ready_second_moment,
        (1 - long_stay_share) * (1 + max_stay_days) * (1 + max_stay_days * max_stay_days) / 4
            + long_stay_share * mean_long_days * (
                mean_long_days * mean_long_days
                + (mean_long_days - max_stay_days) * (mean_long_days - max_stay_days)
            ) as ready_third_moment,
        delay_share * longest_delay_days * longest_delay_days / 3 as delay_second_moment,
        delay_share * longest_delay_days * longest_delay_days * longest_delay_days / 4 as delay_third_moment
    from means
)

select
    hospital_id,
    department_id,
    requests_per_day,
    max_stay_days,
    long_stay_share,
    delay_share,
    mean_stay_days,
    longest_delay_days,
    longest_ready_days + longest_delay_days as longest_stay_days,
    ready_second_moment + 2 * mean_ready_days * mean_delay + delay_second_moment as second_moment,
    ready_third_moment + 3 * ready_second_moment * mean_delay + 3 * mean_ready_days * delay_second_moment
        + delay_third_moment as third_moment
from moments
