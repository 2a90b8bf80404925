{# Largest difference between an observed and an expected value that chance explains. The macros add the first correction
   for skewness (Cornish and Fisher) to the standard errors, because rare events would fail too often without it. #}

{% macro poisson_tolerance(mean) -%}
  {{ var('standard_errors') }} * sqrt({{ mean }}) + {{ skewness_factor() }}
{%- endmacro %}

{# The same for a mean of n values, from the means of their variances and of their third central moments. #}
{% macro mean_tolerance(variance, third_moment, n) -%}
  {{ var('standard_errors') }} * sqrt({{ variance }} / {{ n }})
      + {{ skewness_factor() }} * {{ third_moment }} / (greatest({{ variance }}, 1e-12) * {{ n }})
{%- endmacro %}

{# The k-th moment of a uniform distribution between two values: the mean of the k-th power. #}
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
