{# A condition: an event does not repeat an earlier one (see wrong_events). #}
{% macro not_repeated(event_type) -%}
  (event_id, event_time) not in (
      select event_id, event_time from {{ ref('wrong_events') }} where event_type = '{{ event_type }}' and problem = 'repeated'
  )
{%- endmacro %}
