-- The staged files that the last whole build has seen. The last model of a build, and skipped if a model before it fails.
-- A build of a part of the project leaves it as it is.
{{ config(order_by=['source_file']) }}

{%- set incremental_models = [
    'fact_admissions', 'fact_discharges', 'fact_waiting_list', 'fact_department_occupancy', 'department_days',
    'observed_admissions', 'flow_by_month', 'waits_by_month', 'mart_bed_utilisation', 'mart_long_stays',
    'mart_pressure_index', 'mart_queue_growth', 'mart_waiting_now', 'mart_waiting_times',
] %}
{%- for model in incremental_models %}
-- depends_on: {{ ref(model) }}
{%- endfor %}

select source_file, table_name, month
from {{ ref('files_to_build') if is_whole_build() else last_built('built_files', columns_of=ref('files_to_build')) }}
