-- Runs of one history continue each other, so they form one period. The newest run names the hospital.
with runs as (
    select
        hospital_id,
        history_id,
        hospital_name,
        start_date,
        end_date,
        row_number() over (partition by hospital_id, history_id order by end_date desc, hospital_name desc) as run_from_last
    from {{ source('raw', 'run') }}
)

select
    hospital_id,
    history_id,
    max(case when run_from_last = 1 then hospital_name else '' end) as hospital_name,
    min(start_date) as start_date,
    max(end_date) as end_date
from runs
group by hospital_id, history_id
