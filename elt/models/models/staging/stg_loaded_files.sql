-- The staged files that are loaded when a build begins. Files that are loaded during the build wait for the next one.
{{ config(materialized='table', order_by=['source_file']) }}

select source_file, table_name, month, '{{ invocation_id }}' as build_id
from {{ source('raw', 'loaded_file') }}
where month is not null
