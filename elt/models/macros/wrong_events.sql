{# The events of a table that repeat no earlier one (see stg_wrong_events). #}
{% macro not_repeated(events, event_type) -%}
(
    select event.*
    from {{ events }} as event
    left join {{ ref('stg_wrong_events') }} as repeated
        on event.event_id = repeated.event_id
        and event.event_time = repeated.event_time
        and repeated.event_type = '{{ event_type }}'
        and repeated.problem = 'repeated'
    where repeated.event_id is null
)
{%- endmacro %}

{# The ranges of the months whose wrong events a build finds again: those with new files, those with another event of a
   spell in them, and those with events of a department that has a census in them. None if there is no earlier build. #}
{% macro months_of_wrong_events() -%}
  {%- set new_files = months_of_new_files() -%}
  {%- set raw = {} -%}
  {%- for event_type in ['admission', 'discharge', 'dep_snapshot'] -%} {%- do raw.update({event_type: source('raw', event_type)}) -%} {%- endfor -%}
  {%- if not execute or not follows_a_build() or recorded('stg_wrong_events', 'staging') is none -%} {{ return(none) }} {%- endif -%}
  {%- set new = months_in("select distinct month from (" ~ new_files ~ ") as new_files") -%}
  {%- set month, is_new = start_of('month', 'event_time'), in_instants('event_time', new) -%}
  {%- set reached = ["select month from (" ~ new_files ~ ") as new_files"] -%}
  {%- for event_type in ['admission', 'discharge'] -%}
    {%- set spells = "(select spell_id from " ~ raw[event_type] ~ " where " ~ is_new ~ ")" -%}
    {%- do reached.append("select " ~ month ~ " as month from " ~ raw[event_type] ~ " where spell_id in " ~ spells) -%}
  {%- endfor -%}
  {%- set counted = "(select distinct hospital_id, department_id from " ~ raw['dep_snapshot'] ~ " where " ~ is_new ~ ")" -%}
  {%- do reached.append(
      "select " ~ month ~ " as month from " ~ this ~ " as wrong inner join " ~ counted ~ " as counted"
      ~ " on wrong.hospital_id = counted.hospital_id and wrong.department_id = counted.department_id"
      ~ " where wrong.problem = 'unknown_department'"
  ) -%}
  {{ return(months_in("select distinct month from (" ~ reached | join(" union all ") ~ ") as reached")) }}
{%- endmacro %}
