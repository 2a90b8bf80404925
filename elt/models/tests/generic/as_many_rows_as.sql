{# A model has as many rows as another, so that none is lost and none is doubled. #}
{% test as_many_rows_as(model, other) %}
select model_rows.number as number, other_rows.number as expected
from (select count(*) as number from {{ model }}) as model_rows
cross join (select count(*) as number from {{ other }}) as other_rows
where model_rows.number <> other_rows.number
{% endtest %}
