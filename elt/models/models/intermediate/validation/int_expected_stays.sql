-- Stays of each department as the run record describes them, and the moments that follow: ordinary stays are uniform from
-- one day to the longest, long stays and delays are uniform between their bounds. The bounds come from the record, so that
-- a wrong mean cannot widen them.
{{ config(materialized='table') }}

with moments as (
    select
        *,
        {%- for k in [1, 2, 3] %}
        (1 - long_stay_share) * {{ uniform_moment(k, '1', 'max_stay_days') }}
            + long_stay_share * {{ uniform_moment(k, 'shortest_long_stay_days', 'longest_long_stay_days') }} as ready_{{ k }},
        delay_share * {{ uniform_moment(k, 'shortest_delay_days', 'longest_delay_days') }} as delay_{{ k }},
        {%- endfor %}
        case when long_stay_share > 0 then longest_long_stay_days else max_stay_days end as longest_ready_days,
        -- Without a bound, twice the mean: the maximum of a uniform distribution from zero.
        case
            when delay_share > 0 then coalesce(longest_delay_days, 2 * (mean_stay_days - mean_ready_days) / delay_share)
            else 0
        end as longest_delay
    from {{ ref('stg_run_departments') }}
)

select
    hospital_id,
    department_id,
    valid_from,
    valid_to,
    requests_per_day,
    max_stay_days,
    long_stay_share,
    delay_share,
    mean_stay_days,
    longest_delay as longest_delay_days,
    longest_ready_days + longest_delay as longest_stay_days,
    ready_2 + 2 * ready_1 * delay_1 + delay_2 as second_moment,
    ready_3 + 3 * ready_2 * delay_1 + 3 * ready_1 * delay_2 + delay_3 as third_moment
from moments
