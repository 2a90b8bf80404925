{# Points of the pressure index. Comparisons use integers, so that a share equal to a threshold reaches it. #}

{# 85, 92 and 95 per cent of beds occupied. #}
{% macro occupancy_points() -%}
  cast(case
    when beds = 0 then 0
    when occupied_beds * 100 >= beds * 95 then 3
    when occupied_beds * 100 >= beds * 92 then 2
    when occupied_beds * 100 >= beds * 85 then 1
    else 0
  end as bigint)
{%- endmacro %}

{# 7 and 14 per cent of occupied beds held by patients who are fit to leave. #}
{% macro delayed_points() -%}
  cast(case
    when occupied_beds = 0 then 0
    when beds_delayed * 100 >= occupied_beds * 14 then 2
    when beds_delayed * 100 >= occupied_beds * 7 then 1
    else 0
  end as bigint)
{%- endmacro %}

{# Patients waiting over 12 hours: any, and more than 1 per cent of beds. #}
{% macro waiting_points() -%}
  cast(case
    when waiting_over_12h * 100 > beds then 2
    when waiting_over_12h > 0 then 1
    else 0
  end as bigint)
{%- endmacro %}

{# Counts of each department at the end of each day, of which the index is made. #}
{% macro pressure_counts(building=none) -%}
    select
        days.hospital_id as hospital_id,
        days.department_id as department_id,
        days.date as date,
        days.beds as beds,
        days.occupied_eod as occupied_beds,
        stays.beds_delayed as beds_delayed,
        waiting.waiting_12h_to_24h + waiting.waiting_over_24h as waiting_over_12h
    from {{ ref('int_department_days') }} as days
    inner join {{ ref('mart_long_stays') }} as stays
        on days.hospital_id = stays.hospital_id
        and days.department_id = stays.department_id
        and days.date = stays.date
    inner join {{ ref('mart_waiting_now') }} as waiting
        on days.hospital_id = waiting.hospital_id
        and days.department_id = waiting.department_id
        and days.date = waiting.date
    where {{ in_days('days.date', building) }} and {{ in_days('stays.date', building) }} and {{ in_days('waiting.date', building) }}
{%- endmacro %}

{# Rates and points of these counts, of a department or a hospital. #}
{% macro pressure_rates_and_points() -%}
        {{ rate('occupied_beds', 'beds') }} as occupancy_rate,
        {{ rate('beds_delayed', 'occupied_beds') }} as delayed_share,
        {{ rate('waiting_over_12h', 'beds') }} as over_12h_share,
        {{ occupancy_points() }} as occupancy_points,
        {{ delayed_points() }} as delayed_points,
        {{ waiting_points() }} as waiting_points
{%- endmacro %}

{% macro pressure_level() -%}
  {{ quotient('occupancy_points + delayed_points + waiting_points', 2) }} + 1
{%- endmacro %}

{# The component with most points; among equals, the first in the order of the index. #}
{% macro main_component(levels) -%}
    case
        when {{ levels }}.points = 0 then 'none'
        when {{ levels }}.occupancy_points >= {{ levels }}.delayed_points
            and {{ levels }}.occupancy_points >= {{ levels }}.waiting_points then 'occupancy'
        when {{ levels }}.delayed_points >= {{ levels }}.waiting_points then 'delayed discharges'
        else 'waiting over 12 hours'
    end
{%- endmacro %}
