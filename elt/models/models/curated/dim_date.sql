-- Every day from the first that a fact refers to, to the last.
{{ config(order_by=['date']) }}

{%- set months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October',
                  'November', 'December'] %}
{%- set weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] %}

with referred as (
    select requested_on as date from {{ ref('fact_admissions') }}
    union all
    select admitted_on as date from {{ ref('fact_admissions') }}
    union all
    select admitted_on as date from {{ ref('fact_discharges') }}
    union all
    select discharge_ready_on as date from {{ ref('fact_discharges') }}
    union all
    select discharged_on as date from {{ ref('fact_discharges') }}
    union all
    select requested_on as date from {{ ref('fact_waiting_list') }}
    union all
    select snapshot_date as date from {{ ref('fact_waiting_list') }}
    union all
    select snapshot_date as date from {{ ref('fact_department_occupancy') }}
),

span as (
    select min(date) as first_date, max(date) as last_date from referred
),

-- Enough days for all years of an event, because one wrong date is enough to refer to a day of another century.
digits as (
    {%- for digit in range(20) %}
    select {{ digit }} as digit {{ 'union all' if not loop.last }}
    {%- endfor %}
),

days as (
    select {{ add_days('span.first_date', 'ones.digit + 20 * tens.digit + 400 * hundreds.digit + 8000 * thousands.digit') }} as date
    from span
    cross join digits as ones
    cross join digits as tens
    cross join digits as hundreds
    cross join digits as thousands
    where ones.digit + 20 * tens.digit + 400 * hundreds.digit + 8000 * thousands.digit
        <= {{ whole_days_between('span.first_date', 'span.last_date') }}
),

numbered as (
    select
        date,
        cast(extract(year from date) as bigint) as year,
        cast(extract(month from date) as bigint) as month_number,
        cast(extract(day from date) as bigint) as day_of_month,
        {{ weekday('date') }} as weekday
    from days
),

financial as (
    select
        date,
        year,
        month_number,
        day_of_month,
        weekday,
        case when month_number >= 4 then year else year - 1 end as financial_year_start,
        (month_number + 8) % 12 + 1 as financial_month
    from numbered
)

select
    day.date as date,
    day.year as year,
    {{ quotient('day.month_number + 2', 3) }} as quarter,
    day.month_number as month_number,
    case day.month_number
        {%- for name in months %} when {{ loop.index }} then '{{ name }}'{% endfor %} else '' end as month_name,
    {{ start_of('month', 'day.date') }} as month,
    day.day_of_month as day_of_month,
    day.weekday as weekday,
    case day.weekday
        {%- for name in weekdays %} when {{ loop.index }} then '{{ name }}'{% endfor %} else '' end as weekday_name,
    cast(day.weekday >= 6 as boolean) as is_weekend,
    cast(holiday.date is not null as boolean) as is_bank_holiday,
    coalesce(holiday.name, '') as bank_holiday_name,
    cast(day.financial_year_start as varchar) || '/'
        || substring(cast(day.financial_year_start + 1 as varchar), 3, 2) as financial_year,
    day.financial_year_start as financial_year_start,
    {{ quotient('day.financial_month + 2', 3) }} as financial_quarter,
    cast(day.financial_month as bigint) as financial_month
from financial as day
left join {{ ref('stg_bank_holidays') }} as holiday
    on day.date = holiday.date
