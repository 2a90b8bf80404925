{# A surrogate key: the same natural key gives the same one in every build and on every engine. #}
{% macro surrogate_key(columns) -%}
  {{ dbt.hash(columns | join(" || '|' || ")) }}
{%- endmacro %}

{# The key of a version of a department. It depends on the start of the version only, so a later version changes no key. #}
{% macro department_key(hospital_id, department_id, valid_from) -%}
  {{ surrogate_key([hospital_id, department_id, text_of(valid_from)]) }}
{%- endmacro %}

{# The key of the first version of a department, or of its unknown member if no census counts it. #}
{% macro first_department_key(hospital_id, department_id) -%}
  {{ department_key(hospital_id, department_id, beginning_of_time()) }}
{%- endmacro %}

{# The key of the version of a department that a fact has joined; that of its unknown member if there is none, so that no
   row is lost. #}
{% macro joined_department_key(version, event, department_id='department_id') -%}
  coalesce({{ version }}.department_key, {{ first_department_key(event ~ '.hospital_id', event ~ '.' ~ department_id) }})
{%- endmacro %}

{% macro hospital_key(hospital_id) -%}
  cast({{ surrogate_key([hospital_id]) }} as varchar)
{%- endmacro %}

{% macro patient_key(hospital_id, patient_id) -%}
  {{ surrogate_key([hospital_id, patient_id]) }}
{%- endmacro %}

{% macro text_of(value) -%}
  {{ return(adapter.dispatch('text_of', 'hospital')(value)) }}
{%- endmacro %}

{% macro default__text_of(instant) -%}
  to_char({{ instant }}, 'YYYY-MM-DD HH24:MI:SS.US')
{%- endmacro %}

{% macro clickhouse__text_of(instant) -%}
  toString({{ instant }})
{%- endmacro %}
