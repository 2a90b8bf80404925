{# A condition: an event does not repeat an earlier one (see wrong_events). #}
{% macro not_repeated(event_type) -%}
  (event_id, event_time) not in (
      select event_id, event_time from {{ ref('wrong_events') }} where event_type = '{{ event_type }}' and problem = 'repeated'
  )
{%- endmacro %}

{# The ranges of the months whose wrong events a build finds again: those with new files, those with another event of a
   spell in them, and those with events of a department that has a census in them. None if there is no earlier build. #}
{% macro months_of_wrong_events() -%}
  {%- set new_files = months_of_new_files() -%}
  {%- set raw = {} -%}
  {%- for event_type in ['admission', 'discharge', 'dep_snapshot'] -%} {%- do raw.update({event_type: source('raw', event_type)}) -%} {%- endfor -%}
  {%- if not execute or not follows_a_build() or recorded('wrong_events') is none -%} {{ return(none) }} {%- endif -%}
  {%- set new = months_in("select distinct month from (" ~ new_files ~ ") as new_files") -%}
  {%- set month, is_new = start_of('month', 'event_time'), in_instants('event_time', new) -%}
  {%- set reached = ["select month from (" ~ new_files ~ ") as new_files"] -%}
  {%- for event_type in ['admission', 'discharge'] -%}
    {%- set spells = "(select spell_id from " ~ raw[event_type] ~ " where " ~ is_new ~ ")" -%}
    {%- do reached.append("select " ~ month ~ " as month from " ~ raw[event_type] ~ " where spell_id in " ~ spells) -%}
  {%- endfor -%}
  {%- set counted = "(select hospital_id, department_id from " ~ raw['dep_snapshot'] ~ " where " ~ is_new ~ ")" -%}
  {%- do reached.append(
      "select " ~ month ~ " as month from " ~ this
      ~ " where problem = 'unknown_department' and (hospital_id, department_id) in " ~ counted
  ) -%}
  {{ return(months_in("select distinct month from (" ~ reached | join(" union all ") ~ ") as reached")) }}
{%- endmacro %}
