-- Months with staged files that no whole build has seen, or with an event that is left out and was not, or the other way
-- round. An incremental model replaces those of its event types.
{{ config(order_by=['event_type']) }}

with left_out as (
    select event_type, event_id, event_time, 1 as builds
    from {{ ref('stg_wrong_events') }}
    where problem = 'repeated'
    union all
    select event_type, event_id, event_time, -1 as builds
    from {{ last_built('built_repeats', columns_of=ref('stg_wrong_events')) }}
),

changed as (
    select event_type, {{ start_of('month', 'event_time') }} as month
    from left_out
    group by event_type, event_id, event_time
    having sum(builds) <> 0
)

select distinct event_type, month
from (
    {{ months_of_new_files() }}
    union all
    select event_type, month from changed
) as months
