{# Overrides a macro of dbt-redshift: sorts a table by the day whose months are replaced, then as on every engine. #}
{% macro sort(sort_type, sort) -%}
  {%- set first = [config.get('partition_by')] if config.get('partition_by') else [] -%}
  {%- set names = (first + (config.get('order_by') or [])) | unique | list -%}
  {%- if names -%} compound sortkey({{ names | join(', ') }}) {%- endif -%}
{%- endmacro %}
