-- The repeated events that the last whole build has left out.
{{ config(order_by=['event_type', 'event_id']) }}

-- depends_on: {{ ref('built_files') }}

select event_type, event_id, event_time
from {{ ref('wrong_events') if is_whole_build() else last_built('built_repeats', columns_of=ref('wrong_events')) }}
{%- if is_whole_build() %}
where problem = 'repeated'
{%- endif %}
