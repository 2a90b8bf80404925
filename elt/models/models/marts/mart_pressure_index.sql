-- A measure of this project's own, not a national one. Points for beds, delays and waits add up to a level; the level
-- has held since the first day of the unbroken run of days on which it was the same.
{{ config(order_by=['hospital_id', 'date']) }}

with departments as (
    select
        days.hospital_id as hospital_id,
        days.department_id as department_id,
        days.date as date,
        days.beds as beds,
        days.occupied_eod as occupied_beds,
        stays.beds_delayed as beds_delayed,
        waiting.waiting_12h_to_24h + waiting.waiting_over_24h as waiting_over_12h
    from {{ ref('department_days') }} as days
    inner join {{ ref('mart_long_stays') }} as stays
        on days.hospital_id = stays.hospital_id
        and days.department_id = stays.department_id
        and days.date = stays.date
    inner join {{ ref('mart_waiting_now') }} as waiting
        on days.hospital_id = waiting.hospital_id
        and days.department_id = waiting.department_id
        and days.date = waiting.date
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
        ) as place
    from department_points
),

hospital_points as (
    select
        hospital_id,
        date,
        {{ rate('occupied_beds', 'beds') }} as occupancy_rate,
        {{ rate('beds_delayed', 'occupied_beds') }} as delayed_share,
        {{ rate('waiting_over_12h', 'beds') }} as over_12h_share,
        {{ occupancy_points() }} as occupancy_points,
        {{ delayed_points() }} as delayed_points,
        {{ waiting_points() }} as waiting_points
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
        {{ quotient('occupancy_points + delayed_points + waiting_points', 2) }} + 1 as level
    from hospital_points
),

numbered as (
    select
        *,
        row_number() over (partition by hospital_id order by date)
            - row_number() over (partition by hospital_id, level order by date) as run_number
    from levels
)

select
    numbered.hospital_id as hospital_id,
    numbered.date as date,
    numbered.occupancy_rate as occupancy_rate,
    numbered.delayed_share as delayed_share,
    numbered.over_12h_share as over_12h_share,
    numbered.occupancy_points as occupancy_points,
    numbered.delayed_points as delayed_points,
    numbered.waiting_points as waiting_points,
    numbered.points as points,
    numbered.level as level,
    case
        when numbered.points = 0 then 'none'
        when numbered.occupancy_points >= numbered.delayed_points
            and numbered.occupancy_points >= numbered.waiting_points then 'occupancy'
        when numbered.delayed_points >= numbered.waiting_points then 'delayed discharges'
        else 'waiting over 12 hours'
    end as main_component,
    most_pressed.department_id as department_id,
    min(numbered.date) over (
        partition by numbered.hospital_id, numbered.level, numbered.run_number
    ) as level_since
from numbered
inner join most_pressed
    on numbered.hospital_id = most_pressed.hospital_id
    and numbered.date = most_pressed.date
where most_pressed.place = 1
