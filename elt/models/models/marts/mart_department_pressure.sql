-- The rules of mart_pressure_index for each department.
{{ config(materialized='view') }}

with departments as (
    {{ pressure_counts() }}
),

department_points as (
    select
        hospital_id,
        department_id,
        date,
        {{ pressure_rates_and_points() }}
    from departments
),

levels as (
    select
        *,
        occupancy_points + delayed_points + waiting_points as points,
        {{ pressure_level() }} as level
    from department_points
),

numbered as (
    select
        *,
        row_number() over (partition by hospital_id, department_id order by date)
            - row_number() over (partition by hospital_id, department_id, level order by date) as run_number
    from levels
)

select
    hospital_id,
    department_id,
    date,
    occupancy_rate,
    delayed_share,
    over_12h_share,
    occupancy_points,
    delayed_points,
    waiting_points,
    points,
    level,
    {{ main_component('numbered') }} as main_component,
    min(date) over (partition by hospital_id, department_id, level, run_number) as level_since
from numbered
