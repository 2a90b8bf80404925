{# A share, and 0 where there is nothing to share. #}
{% macro rate(part, whole) -%}
  case when {{ whole }} = 0 then cast(0 as double precision)
       else cast({{ part }} as double precision) / {{ whole }} end
{%- endmacro %}

{# How many rows meet a condition. #}
{% macro count_if(condition) -%}
  cast(sum(case when {{ condition }} then 1 else 0 end) as bigint)
{%- endmacro %}

{# The whole part of a quotient of two positive integers. #}
{% macro quotient(dividend, divisor) -%}
  cast(floor(({{ dividend }}) / {{ divisor }}) as bigint)
{%- endmacro %}
