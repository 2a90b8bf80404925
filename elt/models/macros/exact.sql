{# Sums that do not depend on the order in which an engine adds, so the same rows give the same bytes. #}
{% macro exact_sum(measure, digits=12) -%}
    cast(sum(cast({{ measure }} as decimal(38, {{ digits }}))) as double precision)
{%- endmacro %}

{% macro exact_mean(measure) -%}
    {{ exact_sum(measure) }} / count(*)
{%- endmacro %}
