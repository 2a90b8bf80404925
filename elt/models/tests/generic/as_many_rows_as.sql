{# A model has as many rows as another: none was lost on the way, and none doubled. #}
{% test as_many_rows_as(model, other) %}
select own.found as found, others.found as expected
from (select count(*) as found from {{ model }}) as own
cross join (select count(*) as found from {{ other }}) as others
where own.found <> others.found
{% endtest %}
