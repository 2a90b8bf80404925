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
