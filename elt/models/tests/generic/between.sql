{# Values of a column lie within bounds; nulls are ignored. #}
{% test between(model, column_name, low=none, high=none) %}
select {{ column_name }}
from {{ model }}
where
    {% if low is not none %}{{ column_name }} < {{ low }}{% endif %}
    {% if low is not none and high is not none %}or{% endif %}
    {% if high is not none %}{{ column_name }} > {{ high }}{% endif %}
{% endtest %}
