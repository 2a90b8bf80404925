{# No value of these columns is null. Not every engine enforces the types of a contract. #}
{% test filled(model, columns) %}
select {{ columns | join(', ') }}
from {{ model }}
where {{ columns | join(' is null or ') }} is null
{% endtest %}
