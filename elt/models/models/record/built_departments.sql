-- The versions of departments that the last whole build has seen: where they differ, the next one builds facts anew.
{{ config(order_by=['department_key']) }}

-- depends_on: {{ ref('built_files') }}

select hospital_id, department_id, department_key, valid_from, valid_to
from {{ ref('dim_department') if is_whole_build() else what_was_built(this, ref('dim_department')) }}
