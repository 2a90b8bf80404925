"""What the report asks of the marts: one statement for each dataset of the page.

Only plain SQL that every warehouse understands; an order is given outside a union, where it orders all of it.
``{marts}``, ``{curated}``, ``{raw}`` and ``{quality}`` stand for the schemas. Sums and means here are over counts of
departments and days; a percentile is always a row of a mart, because percentiles do not combine.
"""

NAMES = """
select hospital_id, department_id, department_name
from {curated}.dim_department
where is_current
order by hospital_id, department_id
"""

HOSPITALS = """
select hospital_id, max(hospital_name) as hospital_name
from {raw}.run
group by hospital_id
order by hospital_id
"""

DATASETS: dict[str, str] = {
    "pressure": """
select
  hospital_id, date as day, occupancy_points, delayed_points, waiting_points, points, level,
  occupancy_rate, delayed_share, over_12h_share, main_component,
  department_id as most_pressed_department_id, level_since
from {marts}.mart_pressure_index
order by hospital_id, date
""",
    "queue": """
with waiting as (
  select
    hospital_id, department_id, date as day, waiting, waiting_up_to_4h, waiting_4h_to_12h, waiting_12h_to_24h,
    waiting_over_24h
  from {marts}.mart_waiting_now
  union all
  select
    hospital_id, '' as department_id, date as day, sum(waiting) as waiting, sum(waiting_up_to_4h) as waiting_up_to_4h,
    sum(waiting_4h_to_12h) as waiting_4h_to_12h, sum(waiting_12h_to_24h) as waiting_12h_to_24h,
    sum(waiting_over_24h) as waiting_over_24h
  from {marts}.mart_waiting_now
  group by hospital_id, date
)
select
  hospital_id, department_id, day, waiting, waiting_up_to_4h, waiting_4h_to_12h, waiting_12h_to_24h, waiting_over_24h
from waiting
order by hospital_id, department_id, day
""",
    "beds": """
select hospital_id, department_id, date as day, beds, occupied_beds, occupancy_rate, occupancy_rate_7d
from {marts}.mart_bed_utilisation
order by hospital_id, department_id, date
""",
    "held": """
with held as (
  select
    stays.hospital_id as hospital_id, stays.department_id as department_id, stays.date as day,
    used.occupied_beds as occupied_beds, stays.beds_7_days as beds_7_days, stays.beds_21_days as beds_21_days,
    stays.beds_delayed as beds_delayed
  from {marts}.mart_long_stays as stays
  inner join {marts}.mart_bed_utilisation as used
    on used.hospital_id = stays.hospital_id and used.department_id = stays.department_id and used.date = stays.date
),
with_hospitals as (
  select hospital_id, department_id, day, occupied_beds, beds_7_days, beds_21_days, beds_delayed
  from held
  union all
  select
    hospital_id, '' as department_id, day, sum(occupied_beds) as occupied_beds, sum(beds_7_days) as beds_7_days,
    sum(beds_21_days) as beds_21_days, sum(beds_delayed) as beds_delayed
  from held
  group by hospital_id, day
)
select hospital_id, department_id, day, occupied_beds, beds_7_days, beds_21_days, beds_delayed
from with_hospitals
order by hospital_id, department_id, day
""",
    "waits": """
select
  hospital_id, department_id, period_start as day, admissions, wait_hours_mean, wait_hours_p50, wait_hours_p90,
  wait_hours_p95, wait_hours_max, share_over_4h, share_over_12h
from {marts}.mart_waiting_by_period
where period_type = 'month'
order by hospital_id, department_id, period_start
""",
    "flow": """
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
}

BED_DAYS = """
select
  hospital_id, department_id, sum(occupied_beds) as occupied, sum(beds) as beds,
  count(distinct date) as days, min(date) as first_day, max(date) as last_day
from {marts}.mart_bed_utilisation
group by hospital_id, department_id
order by hospital_id, department_id
"""

WHOLE_PERIOD = """
select
  hospital_id, department_id, admissions, wait_hours_p50, wait_hours_p90, wait_hours_p95, share_over_4h, share_over_12h
from {marts}.mart_waiting_by_period
where period_type = 'whole'
order by hospital_id, department_id
"""

VALIDATION = """
select check_name, scope, expected, observed, tolerance, passed
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

MARTS = (
    "mart_bed_utilisation",
    "mart_long_stays",
    "mart_pressure_index",
    "mart_pressure_validation",
    "mart_queue_growth",
    "mart_waiting_by_period",
    "mart_waiting_now",
)
"""What must be there before there is anything to report."""
