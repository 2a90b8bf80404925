-- The month rows of mart_waiting_by_period.
{{ config(
    materialized='incremental',
    order_by=['scope', 'hospital_id', 'department_id', 'period_start'],
    partition_by=by_month('period_start')
) }}

{{ waits_by_period({'month': start_of('month', 'date')}, months_changed(['admission', 'dep_snapshot'])) }}
