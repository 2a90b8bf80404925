-- The staged files that are loaded when a build begins. Files that are loaded during the build wait for the next one.
{{ config(order_by=['source_file']) }}

select source_file, table_name, month
from {{ source('raw', 'loaded_file') }}
where month is not null
