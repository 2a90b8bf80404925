{# A quotient, and 0 if the divisor is 0. #}
{% macro rate(part, whole) -%}
  case when {{ whole }} = 0 then cast(0 as double precision)
       else cast({{ part }} as double precision) / {{ whole }} end
{%- endmacro %}

{# Number of rows that meet a condition. #}
{% macro count_if(condition) -%}
  cast(sum(case when {{ condition }} then 1 else 0 end) as bigint)
{%- endmacro %}

{# The whole part of a quotient of two positive integers. #}
{% macro quotient(dividend, divisor) -%}
  cast(floor(({{ dividend }}) / {{ divisor }}) as bigint)
{%- endmacro %}
