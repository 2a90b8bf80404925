{# The versions of a thing (type 2) follow each other without a gap or an overlap, from the first instant to the last. #}
{% test versions_meet(model, columns, first, last) %}
select *
from (
    select
        {{ columns | join(', ') }},
        valid_from,
        valid_to,
        lag(valid_to) over (partition by {{ columns | join(', ') }} order by valid_from) as end_before,
        row_number() over (partition by {{ columns | join(', ') }} order by valid_from) as place,
        row_number() over (partition by {{ columns | join(', ') }} order by valid_from desc) as place_from_last
    from {{ model }}
) as version
where valid_from >= valid_to
    or (place = 1 and valid_from <> {{ instant(first) }})
    or (place > 1 and valid_from <> end_before)
    or (place_from_last = 1 and valid_to <> {{ instant(last) }})
{% endtest %}
