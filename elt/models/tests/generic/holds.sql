{# A condition holds for every row. #}
{% test holds(model, expression) %}
select 1 as broken
from {{ model }}
where not ({{ expression }})
{% endtest %}
