{# Drops the tables with new months that a killed run left, because each run gives them another name. Another run may be
   at work on a server: only those of an earlier day are dropped there. #}
{% macro drop_leftovers() -%}
  {{ return(adapter.dispatch('drop_leftovers', 'hospital')()) }}
{%- endmacro %}

{% macro default__drop_leftovers() -%}
{%- endmacro %}

{% macro clickhouse__drop_leftovers() -%}
  {%- if execute and makes_models() -%}
    {%- set leftovers = run_query(
        "select database, name from system.tables where startsWith(database, '" ~ target.schema ~ "_')"
        ~ " and position(name, '__dbt_new_data_') > 0"
        ~ ("" if target.type == 'chdb' else " and metadata_modification_time < now() - interval 1 day")
    ) -%}
    {%- for database, name in leftovers.rows -%}
      {%- do run_query("drop table if exists " ~ database ~ ".`" ~ name ~ "`") -%}
    {%- endfor -%}
  {%- endif -%}
{%- endmacro %}
