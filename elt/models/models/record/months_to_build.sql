-- Months with staged files that no whole build has seen. An incremental model replaces those of its event types.
{{ config(order_by=['event_type']) }}

select distinct
    loaded.table_name as event_type,
    loaded.month as month
from {{ ref('files_to_build') }} as loaded
left join {{ last_built('built_files', columns_of=ref('files_to_build')) }} as built
    on loaded.source_file = built.source_file
where built.source_file is null
