-- A measure of this project, not a national one. Points for beds, delays and waits add up to a level. level_since is the
-- first day of the unbroken run of days at that level.
{{ config(
    materialized='incremental',
    order_by=['hospital_id', 'date'],
    partition_by=by_month('date')
) }}

{%- set building = months_of_pressure() %}

with departments as (
    {{ pressure_counts(building) }}
),

hospitals as (
    select
        hospital_id,
        date,
        sum(beds) as beds,
        sum(occupied_beds) as occupied_beds,
        sum(beds_delayed) as beds_delayed,
        sum(waiting_over_12h) as waiting_over_12h
    from departments
    group by hospital_id, date
),

department_points as (
    select
        hospital_id,
        department_id,
        date,
        {{ rate('occupied_beds', 'beds') }} as occupancy_rate,
        {{ occupancy_points() }} + {{ delayed_points() }} + {{ waiting_points() }} as points
    from departments
),

most_pressed as (
    select
        hospital_id,
        date,
        department_id,
        row_number() over (
            partition by hospital_id, date order by points desc, occupancy_rate desc, department_id
        ) as pressure_rank
    from department_points
),

hospital_points as (
    select
        hospital_id,
        date,
        {{ pressure_rates_and_points() }}
    from hospitals
),

levels as (
    select
        hospital_id,
        date,
        occupancy_rate,
        delayed_share,
        over_12h_share,
        occupancy_points,
        delayed_points,
        waiting_points,
        occupancy_points + delayed_points + waiting_points as points,
        {{ pressure_level() }} as level
    from hospital_points
),

-- In a build of some months, the last day before them continues its unbroken run.
days_of_levels as (
    select hospital_id, date, level, date as level_since from levels
    {%- if building %}
    union all
    select earlier.hospital_id as hospital_id, earlier.date as date, earlier.level as level, earlier.level_since as level_since
    from {{ this }} as earlier
    inner join (
        select hospital_id, max(date) as date
        from {{ this }}
        where date < {{ day_of("'" ~ building[0][0] ~ "'") }}
        group by hospital_id
    ) as last_day
        on earlier.hospital_id = last_day.hospital_id
        and earlier.date = last_day.date
    {%- endif %}
),

numbered as (
    select
        *,
        row_number() over (partition by hospital_id order by date)
            - row_number() over (partition by hospital_id, level order by date) as run_number
    from days_of_levels
),

runs as (
    select
        hospital_id,
        date,
        min(level_since) over (partition by hospital_id, level, run_number) as level_since
    from numbered
)

select
    levels.hospital_id as hospital_id,
    levels.date as date,
    levels.occupancy_rate as occupancy_rate,
    levels.delayed_share as delayed_share,
    levels.over_12h_share as over_12h_share,
    levels.occupancy_points as occupancy_points,
    levels.delayed_points as delayed_points,
    levels.waiting_points as waiting_points,
    levels.points as points,
    levels.level as level,
    {{ main_component('levels') }} as main_component,
    most_pressed.department_id as department_id,
    runs.level_since as level_since
from levels
inner join runs
    on levels.hospital_id = runs.hospital_id
    and levels.date = runs.date
inner join most_pressed
    on levels.hospital_id = most_pressed.hospital_id
    and levels.date = most_pressed.date
where most_pressed.pressure_rank = 1
