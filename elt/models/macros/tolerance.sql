{# How far an observed value may lie from the expected one by chance. Both add to the standard errors the first
   correction for skewness (Cornish and Fisher), without which rare events would be called wrong too often. #}

{% macro poisson_tolerance(mean) -%}
  {{ var('standard_errors') }} * sqrt({{ mean }}) + {{ skewness_factor() }}
{%- endmacro %}

{# Of a mean of n values: the sum of their variances and of their third central moments, both over n. #}
{% macro mean_tolerance(variance, third_moment, n) -%}
  {{ var('standard_errors') }} * sqrt({{ variance }} / {{ n }})
      + {{ skewness_factor() }} * {{ third_moment }} / (greatest({{ variance }}, 1e-12) * {{ n }})
{%- endmacro %}

{# The k-th moment of a value that is uniform between two: the mean of its k-th power. #}
{% macro uniform_moment(k, low, high) -%}
  (
    {%- for power in range(k + 1) %}
    {{ ([low] * power + [high] * (k - power)) | join(' * ') }} {{ '+' if not loop.last }}
    {%- endfor %}
  ) / {{ k + 1 }}
{%- endmacro %}

{% macro skewness_factor() -%}
  {{ (var('standard_errors') * var('standard_errors') - 1) / 6 }}
{%- endmacro %}
