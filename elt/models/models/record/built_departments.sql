-- The versions of departments that the last whole build has seen.
{{ config(order_by=['department_key']) }}

-- depends_on: {{ ref('built_files') }}

select hospital_id, department_id, department_key, valid_from, valid_to
from {{ ref('dim_department') if is_whole_build() else last_built('built_departments', columns_of=ref('dim_department')) }}
