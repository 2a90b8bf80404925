-- Runs of one history continue each other, so they form one period.
select
    hospital_id,
    history_id,
    min(start_date) as start_date,
    max(end_date) as end_date
from {{ source('raw', 'run') }}
group by hospital_id, history_id
