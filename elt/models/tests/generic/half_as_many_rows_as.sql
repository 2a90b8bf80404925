{# A model has half as many rows as another: each day has a census at its start and one at its end. #}
{% test half_as_many_rows_as(model, other) %}
select model_rows.number as number, other_rows.number as expected
from (select count(*) as number from {{ model }}) as model_rows
cross join (select count(*) as number from {{ other }}) as other_rows
where 2 * model_rows.number <> other_rows.number
{% endtest %}
