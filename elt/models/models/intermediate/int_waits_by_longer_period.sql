-- The quarter, year and whole-period rows of mart_waiting_by_period. They are read whole in every build, because
-- percentiles of months do not combine.
{{ config(order_by=['scope', 'period_type', 'hospital_id', 'department_id', 'period_start']) }}

{{ waits_by_period({
    'quarter': start_of('quarter', 'date'),
    'year': start_of('year', 'date'),
    'whole': 'first_date',
}) }}
