{# Statistics of the waits of a group of admissions. #}
{% macro wait_statistics(wait_hours) -%}
        count(*) as admissions,
        {{ exact_mean(wait_hours) }} as wait_hours_mean,
        {{ percentile(wait_hours, 0.5) }} as wait_hours_p50,
        {{ percentile(wait_hours, 0.9) }} as wait_hours_p90,
        {{ percentile(wait_hours, 0.95) }} as wait_hours_p95,
        max({{ wait_hours }}) as wait_hours_max,
        cast({{ count_if(wait_hours ~ ' > 4') }} as double precision) / count(*) as share_over_4h,
        cast({{ count_if(wait_hours ~ ' > 12') }} as double precision) / count(*) as share_over_12h
{%- endmacro %}

{# The same columns from joined statistics: without an admission the count is 0 and the rest is null. #}
{% macro wait_columns(waits) -%}
    cast(coalesce({{ waits }}.admissions, 0) as bigint) as admissions
    {%- for column in ['wait_hours_mean', 'wait_hours_p50', 'wait_hours_p90', 'wait_hours_p95', 'wait_hours_max',
                       'share_over_4h', 'share_over_12h'] %},
    {{ waits }}.{{ column }} as {{ column }}
    {%- endfor %}
{%- endmacro %}
