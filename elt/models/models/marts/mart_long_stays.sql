-- Beds held at the end of a day by patients with long stays, or fit to leave. A stay adds 1 on the first day at whose end
-- it is long or delayed and subtracts 1 on the day of discharge; the count is the running sum. The end of a day is its
-- last second. A long stay counts while it lasts, a delay only after discharge. A build of some months continues from the
-- counts of the day before.
{{ config(
    materialized='incremental',
    order_by=['hospital_id', 'department_id', 'date'],
    partition_by=by_month('date')
) }}

{%- set building = months_of_stays() %}
{%- set until_then = 'partition by hospital_id, department_id order by date rows between unbounded preceding and current row' %}

with discharges as (
    select hospital_id, spell_id, admitted_on, discharged_on, discharge_ready_at
    from {{ ref('fact_discharges') }}
    where {{ in_days('discharged_on', with_month_before(building)) }}
),

stays as (
    select
        admission.hospital_id as hospital_id,
        admission.department_id as department_id,
        {{ add_days('admission.admitted_on', 7) }} as long_7d_from,
        {{ add_days('admission.admitted_on', 21) }} as long_21d_from,
        {{ day_of(add_seconds('discharge.discharge_ready_at', 1)) }} as delayed_from,
        discharge.discharged_on as discharged_on
    from {{ ref('fact_admissions') }} as admission
    left join discharges as discharge
        on admission.hospital_id = discharge.hospital_id
        and admission.spell_id = discharge.spell_id
    where {{ in_days('admission.admitted_on', with_month_before(building)) }}
        {%- if building %}
        or admission.admitted_on >= (select min(admitted_on) from discharges where {{ in_days('discharged_on', building) }})
        {%- endif %}
),

changes as (
    {%- for kind in ['long_7d', 'long_21d', 'delayed'] %}
    {%- for change, day in [(1, kind ~ '_from'), (-1, 'discharged_on')] %}
    select
        hospital_id,
        department_id,
        {{ day }} as date,
        {{ change if kind == 'long_7d' else 0 }} as long_7d,
        {{ change if kind == 'long_21d' else 0 }} as long_21d,
        {{ change if kind == 'delayed' else 0 }} as delayed
    from stays
    where {{ in_days(day, building) }} and
        {%- if kind == 'delayed' %} discharged_on > delayed_from
        {%- elif change == 1 %} (discharged_on is null or discharged_on > {{ kind }}_from)
        {%- else %} discharged_on > {{ kind }}_from
        {%- endif %}
    union all
    {%- endfor %}
    {%- endfor %}
    {%- if building %}
    select hospital_id, department_id, date, beds_7_days as long_7d, beds_21_days as long_21d, beds_delayed as delayed
    from {{ this }}
    where date = {{ add_days(day_of("'" ~ building[0][0] ~ "'"), -1) }}
    union all
    {%- endif %}
    select hospital_id, department_id, date, 0 as long_7d, 0 as long_21d, 0 as delayed
    from {{ ref('int_department_days') }}
    where {{ in_days('date', building) }}
),

daily as (
    select
        hospital_id,
        department_id,
        date,
        sum(long_7d) as long_7d,
        sum(long_21d) as long_21d,
        sum(delayed) as delayed
    from changes
    group by hospital_id, department_id, date
),

held as (
    select
        hospital_id,
        department_id,
        date,
        sum(long_7d) over ({{ until_then }}) as long_7d,
        sum(long_21d) over ({{ until_then }}) as long_21d,
        sum(delayed) over ({{ until_then }}) as delayed
    from daily
)

select
    days.hospital_id as hospital_id,
    days.department_id as department_id,
    days.date as date,
    cast(held.long_7d as bigint) as beds_7_days,
    cast(held.long_21d as bigint) as beds_21_days,
    cast(held.delayed as bigint) as beds_delayed
from {{ ref('int_department_days') }} as days
inner join held
    on days.hospital_id = held.hospital_id
    and days.department_id = held.department_id
    and days.date = held.date
where {{ in_days('days.date', building) }}
