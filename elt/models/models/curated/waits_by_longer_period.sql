-- The quarter, year and whole-period rows of mart_waiting_by_period: percentiles do not combine, so a quarter is read
-- whole when one of its months is new.
{{ config(order_by=['scope', 'period_type', 'hospital_id', 'department_id', 'period_start']) }}

{{ waits_by_period({
    'quarter': start_of('quarter', 'date'),
    'year': start_of('year', 'date'),
    'whole': 'first_date',
}) }}
