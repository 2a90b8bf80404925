{# Which columns there are is asked of system tables, as on a server. #}
{% macro chdb__get_catalog(information_schema, schemas) -%}
  {{ return(clickhouse__get_catalog(information_schema, schemas)) }}
{%- endmacro %}
