{# An exact percentile with linear interpolation between the two nearest values. #}
{% macro percentile(value, fraction) -%}
  {{ return(adapter.dispatch('percentile', 'hospital')(value, fraction)) }}
{%- endmacro %}

{% macro default__percentile(value, fraction) -%}
  percentile_cont({{ fraction }}) within group (order by {{ value }})
{%- endmacro %}

{% macro clickhouse__percentile(value, fraction) -%}
  quantileExactInclusive({{ fraction }})({{ value }})
{%- endmacro %}
