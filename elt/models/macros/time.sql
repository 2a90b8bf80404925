{# Functions of instants and days that differ between engines. Days range from 1900 to 2299 at least. #}

{# The UTC day of an instant, or a day written as text. #}
{% macro day_of(value) -%}
  {{ return(adapter.dispatch('day_of', 'hospital')(value)) }}
{%- endmacro %}

{% macro default__day_of(value) -%}
  cast({{ value }} as date)
{%- endmacro %}

{% macro clickhouse__day_of(value) -%}
  toDate32({{ value }})
{%- endmacro %}

{# An instant written as text, such as '1900-01-01 00:00:00'. #}
{% macro instant(text) -%}
  {{ return(adapter.dispatch('instant', 'hospital')(text)) }}
{%- endmacro %}

{% macro default__instant(text) -%}
  cast('{{ text }}' as timestamp)
{%- endmacro %}

{% macro clickhouse__instant(text) -%}
  toDateTime64('{{ text }}', 6, 'UTC')
{%- endmacro %}

{# Versions hold from the first instant that an event may have to the first that none may have. #}
{% macro beginning_of_time() -%}
  {{ return(instant('1900-01-01 00:00:00')) }}
{%- endmacro %}

{% macro end_of_time() -%}
  {{ return(instant('2300-01-01 00:00:00')) }}
{%- endmacro %}

{# A day from the numbers of its year, month and day. #}
{% macro make_day(year, month, day) -%}
  {{ return(adapter.dispatch('make_day', 'hospital')(year, month, day)) }}
{%- endmacro %}

{% macro default__make_day(year, month, day) -%}
  to_date(cast({{ year }} * 10000 + {{ month }} * 100 + {{ day }} as varchar), 'YYYYMMDD')
{%- endmacro %}

{% macro clickhouse__make_day(year, month, day) -%}
  makeDate32({{ year }}, {{ month }}, {{ day }})
{%- endmacro %}

{# The first day of the month, quarter or year of a day. #}
{% macro start_of(part, day) -%}
  {{ day_of("date_trunc('" ~ part ~ "', " ~ day ~ ")") }}
{%- endmacro %}

{% macro add_days(day, number) -%}
  {{ return(adapter.dispatch('add_days', 'hospital')(day, number)) }}
{%- endmacro %}

{% macro default__add_days(day, number) -%}
  cast(dateadd(day, {{ number }}, {{ day }}) as date)
{%- endmacro %}

{% macro clickhouse__add_days(day, number) -%}
  addDays({{ day }}, {{ number }})
{%- endmacro %}

{% macro add_seconds(instant, number) -%}
  {{ return(adapter.dispatch('add_seconds', 'hospital')(instant, number)) }}
{%- endmacro %}

{% macro default__add_seconds(instant, number) -%}
  dateadd(second, {{ number }}, {{ instant }})
{%- endmacro %}

{% macro clickhouse__add_seconds(instant, number) -%}
  addSeconds({{ instant }}, {{ number }})
{%- endmacro %}

{# Days from one day to another, as an integer. #}
{% macro whole_days_between(first, last) -%}
  {{ return(adapter.dispatch('whole_days_between', 'hospital')(first, last)) }}
{%- endmacro %}

{% macro default__whole_days_between(first, last) -%}
  datediff(day, {{ first }}, {{ last }})
{%- endmacro %}

{% macro clickhouse__whole_days_between(first, last) -%}
  dateDiff('day', {{ first }}, {{ last }})
{%- endmacro %}

{# Seconds from one instant to another, fractions included, as a double. #}
{% macro seconds_between(first, last) -%}
  {{ return(adapter.dispatch('seconds_between', 'hospital')(first, last)) }}
{%- endmacro %}

{% macro default__seconds_between(first, last) -%}
  cast(datediff(microsecond, {{ first }}, {{ last }}) as double precision) / 1000000
{%- endmacro %}

{% macro clickhouse__seconds_between(first, last) -%}
  cast(dateDiff('microsecond', {{ first }}, {{ last }}) as double precision) / 1000000
{%- endmacro %}

{% macro hours_between(first, last) -%}
  {{ seconds_between(first, last) }} / 3600
{%- endmacro %}

{% macro days_between(first, last) -%}
  {{ seconds_between(first, last) }} / 86400
{%- endmacro %}

{# The day of the week, 1 for Monday to 7 for Sunday. #}
{% macro weekday(value) -%}
  {{ return(adapter.dispatch('weekday', 'hospital')(value)) }}
{%- endmacro %}

{% macro default__weekday(value) -%}
  cast((extract(dow from {{ value }}) + 6) % 7 + 1 as bigint)
{%- endmacro %}

{% macro clickhouse__weekday(value) -%}
  cast(toDayOfWeek({{ value }}) as bigint)
{%- endmacro %}

{# Partition expression for the month of a day; on engines without partitions, the day whose months are replaced. #}
{% macro by_month(day) -%}
  {{ return(adapter.dispatch('by_month', 'hospital')(day)) }}
{%- endmacro %}

{% macro default__by_month(day) -%}
  {{ day }}
{%- endmacro %}

{% macro clickhouse__by_month(day) -%}
  toYYYYMM({{ day }})
{%- endmacro %}

{# The first instant of a day. #}
{% macro start_of_day(day) -%}
  {{ return(adapter.dispatch('start_of_day', 'hospital')(day)) }}
{%- endmacro %}

{% macro default__start_of_day(day) -%}
  cast({{ day }} as timestamp)
{%- endmacro %}

{% macro clickhouse__start_of_day(day) -%}
  toDateTime64({{ day }}, 6, 'UTC')
{%- endmacro %}
