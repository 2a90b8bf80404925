{# Two rows of the other make one of this model: every day has its census at the start and at the end. #}
{% test half_as_many_rows_as(model, other) %}
select own.found as found, others.found as expected
from (select count(*) as found from {{ model }}) as own
cross join (select count(*) as found from {{ other }}) as others
where 2 * own.found <> others.found
{% endtest %}
