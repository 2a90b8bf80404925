"""The SQL of the report: one statement for each dataset of the pages.

It is plain SQL that every warehouse understands. ``{marts}``, ``{curated}``, ``{raw}`` and ``{quality}`` stand for the
schemas. ``order by`` stands outside a union, so that it orders all rows. Sums and means are over counts of departments
and days; a percentile is always a row of a mart, because percentiles do not combine.
"""

NAMES = """
select hospital_id, department_id, department_name
from {curated}.dim_department
where is_current
order by hospital_id, department_id
"""

HOSPITALS = """
select hospital_id, max(hospital_name) as hospital_name
from (
    select hospital_id, hospital_name, rank() over (partition by hospital_id order by end_date desc) as run_from_last
    from {raw}.run
) as runs
where run_from_last = 1
group by hospital_id
order by hospital_id
"""

DATASETS: dict[str, str] = {
    "pressure": """
with departments_and_hospital as (
  select
    hospital_id, department_id, date as day, occupancy_points, delayed_points, waiting_points, points, level,
    occupancy_rate, delayed_share, over_12h_share, main_component, '' as most_pressed_department_id, level_since
  from {marts}.mart_department_pressure
  union all
  select
    hospital_id, '' as department_id, date as day, occupancy_points, delayed_points, waiting_points, points, level,
    occupancy_rate, delayed_share, over_12h_share, main_component,
    hospital.department_id as most_pressed_department_id, level_since
  from {marts}.mart_pressure_index as hospital
)
select
  hospital_id, department_id, day, occupancy_points, delayed_points, waiting_points, points, level,
  occupancy_rate, delayed_share, over_12h_share, main_component, most_pressed_department_id, level_since
from departments_and_hospital
order by hospital_id, department_id, day
""",
    "days": """
select
  used.hospital_id as hospital_id, used.department_id as department_id, used.date as day,
  used.beds as beds, used.occupied_beds as occupied_beds,
  used.occupancy_rate as occupancy_rate, used.occupancy_rate_7d as occupancy_rate_7d,
  stays.beds_7_days as beds_7_days, stays.beds_21_days as beds_21_days, stays.beds_delayed as beds_delayed,
  queue.waiting as waiting, queue.waiting_up_to_4h as waiting_up_to_4h, queue.waiting_4h_to_12h as waiting_4h_to_12h,
  queue.waiting_12h_to_24h as waiting_12h_to_24h, queue.waiting_over_24h as waiting_over_24h,
  growth.requests as requests, growth.admissions as admissions, growth.discharges as discharges,
  growth.queue_growth as queue_growth
from {marts}.mart_bed_utilisation as used
join {marts}.mart_long_stays as stays
  on stays.hospital_id = used.hospital_id and stays.department_id = used.department_id and stays.date = used.date
join {marts}.mart_waiting_now as queue
  on queue.hospital_id = used.hospital_id and queue.department_id = used.department_id and queue.date = used.date
join {marts}.mart_queue_growth as growth
  on growth.hospital_id = used.hospital_id and growth.department_id = used.department_id and growth.date = used.date
order by hospital_id, department_id, day
""",
    "waits": """
select
  hospital_id, department_id, period_type, period_start as day, admissions, wait_hours_mean, wait_hours_p50,
  wait_hours_p90, wait_hours_p95, wait_hours_max, share_without_wait,
  share_over_4h, share_over_12h
from {marts}.mart_waiting_by_period
order by hospital_id, department_id, period_type, period_start
""",
    "distribution": """
with shorter_and_longest as (
  select
    curve.hospital_id as hospital_id, curve.department_id as department_id, curve.period_type as period_type,
    curve.period_start as day, curve.hours as hours, curve.admissions_within as admissions_within,
    curve.share_within as share_within
  from {marts}.mart_wait_distribution as curve
  join {marts}.mart_waiting_by_period as waits
    on waits.hospital_id = curve.hospital_id and waits.department_id = curve.department_id
    and waits.period_type = curve.period_type and waits.period_start = curve.period_start
  where curve.hours = 0 and waits.admissions > 0 or curve.hours < waits.wait_hours_max
  union all
  select
    hospital_id, department_id, period_type, period_start as day, wait_hours_max as hours,
    admissions as admissions_within, 1.0 as share_within
  from {marts}.mart_waiting_by_period
  where wait_hours_max > 0
)
select hospital_id, department_id, period_type, day, hours, admissions_within, share_within
from shorter_and_longest
order by hospital_id, department_id, period_type, day, hours
""",
    "weeks": """
select
  growth.hospital_id as hospital_id, growth.department_id as department_id, date_trunc('week', growth.date) as day,
  avg(growth.discharge_rate) as discharge_rate, sum(growth.queue_growth) as queue_growth,
  sum(growth.requests) as requests, sum(growth.admissions) as admissions, sum(growth.discharges) as discharges,
  cast(sum(used.occupied_beds) as double precision)
    / nullif(cast(sum(used.beds) as double precision), 0) as occupancy_rate
from {marts}.mart_queue_growth as growth
join {marts}.mart_bed_utilisation as used
  on used.hospital_id = growth.hospital_id and used.department_id = growth.department_id and used.date = growth.date
group by growth.hospital_id, growth.department_id, date_trunc('week', growth.date)
order by hospital_id, department_id, day
""",
    "profile": """
with departments_and_hospital as (
  select hospital_id, department_id, weekday, hour, admissions, discharges
  from {marts}.mart_flow_profile
  union all
  select
    hospital_id, '' as department_id, weekday, hour, sum(admissions) as admissions, sum(discharges) as discharges
  from {marts}.mart_flow_profile
  group by hospital_id, weekday, hour
)
select hospital_id, department_id, weekday, hour, admissions, discharges
from departments_and_hospital
order by hospital_id, department_id, weekday, hour
""",
    "hours": """
with departments_and_hospital as (
  select hospital_id, department_id, hour, sum(admissions) as admissions, sum(discharges) as discharges
  from {marts}.mart_flow_profile
  group by hospital_id, department_id, hour
  union all
  select hospital_id, '' as department_id, hour, sum(admissions) as admissions, sum(discharges) as discharges
  from {marts}.mart_flow_profile
  group by hospital_id, hour
)
select hospital_id, department_id, hour, admissions, discharges
from departments_and_hospital
order by hospital_id, department_id, hour
""",
}

VALIDATION = """
select check_name, scope, expected, observed, tolerance, passed, is_decisive
from {marts}.mart_pressure_validation
order by check_name, scope
"""

CHECKS = """
select check_name, scope, expected, observed, passed, detail
from {quality}.check_result
order by check_name, scope
"""

RECONCILIATION = """
select event_type, event_date, emitted, raw_objects, staged, quarantined, loaded, fact_rows
from {quality}.reconciliation
order by event_type, event_date
"""

WRONG_EVENTS = """
select hospital_id, event_type, event_id, event_time, department_id, problem, repeats_event_id
from {staging}.stg_wrong_events
order by hospital_id, event_type, event_time, event_id
"""

MARTS = (
    "mart_bed_utilisation",
    "mart_department_pressure",
    "mart_flow_profile",
    "mart_long_stays",
    "mart_pressure_index",
    "mart_pressure_validation",
    "mart_queue_growth",
    "mart_wait_distribution",
    "mart_waiting_by_period",
    "mart_waiting_now",
)
"""The marts that must exist before a report can be written."""
