{# Statistics of the waits of a group of admissions. #}
{% macro wait_statistics(wait_hours) -%}
        count(*) as admissions,
        {{ exact_mean(wait_hours) }} as wait_hours_mean,
        {{ percentile(wait_hours, 0.5) }} as wait_hours_p50,
        {{ percentile(wait_hours, 0.9) }} as wait_hours_p90,
        {{ percentile(wait_hours, 0.95) }} as wait_hours_p95,
        max({{ wait_hours }}) as wait_hours_max,
        cast({{ count_if(wait_hours ~ ' = 0') }} as double precision) / count(*) as share_without_wait,
        cast({{ count_if(wait_hours ~ ' > 4') }} as double precision) / count(*) as share_over_4h,
        cast({{ count_if(wait_hours ~ ' > 12') }} as double precision) / count(*) as share_over_12h
{%- endmacro %}

{# The same columns from joined statistics: without an admission the count is 0 and the rest is null. #}
{% macro wait_columns(waits) -%}
    cast(coalesce({{ waits }}.admissions, 0) as bigint) as admissions
    {%- for column in ['wait_hours_mean', 'wait_hours_p50', 'wait_hours_p90', 'wait_hours_p95', 'wait_hours_max',
                       'share_without_wait', 'share_over_4h', 'share_over_12h'] %},
    {{ waits }}.{{ column }} as {{ column }}
    {%- endfor %}
{%- endmacro %}

{# The hours of a distribution of waits, from 0: closest where waits are shortest. They are exact in binary, so a join may
   compare them. #}
{% macro distribution_hours() -%}
  {{ return([0, 0.25, 0.5, 1, 2, 3, 4, 6, 8, 10, 12, 16, 20, 24, 30, 36, 48, 60, 72, 96, 120, 168, 240, 336, 504, 672, 1344]) }}
{%- endmacro %}

{# The shortest of these hours that a wait does not exceed, if it is not longer than all of them. #}
{% macro within_hours(wait_hours) -%}
  case
    {%- for hours in distribution_hours()[:-1] %}
    when {{ wait_hours }} <= {{ hours }} then {{ hours }}
    {%- endfor %}
    else {{ distribution_hours() | last }}
  end
{%- endmacro %}
