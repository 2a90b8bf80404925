-- Bank holidays of England and Wales on the days they are kept: one that falls on a weekend is kept on the next free
-- weekday. Easter by the anonymous Gregorian computus (Meeus, Astronomical Algorithms, chapter 8).
{{ config(materialized='table', order_by=['date']) }}

{%- set moved = {
    '1995-05-01': '1995-05-08', '2020-05-04': '2020-05-08',
    '2002-05-27': '2002-06-04', '2012-05-28': '2012-06-04', '2022-05-30': '2022-06-02',
} %}
{%- set once = {
    '1999-12-31': 'Millennium Eve',
    '2002-06-03': 'Golden Jubilee', '2011-04-29': 'Royal Wedding', '2012-06-05': 'Diamond Jubilee',
    '2022-06-03': 'Platinum Jubilee', '2022-09-19': 'State Funeral', '2023-05-08': 'Coronation',
} %}

with digits as (
    {%- for digit in range(10) %}
    select {{ digit }} as digit {{ 'union all' if not loop.last }}
    {%- endfor %}
),

years as (
    select cast(1980 + tens.digit * 10 + ones.digit as bigint) as year
    from digits as tens
    cross join digits as ones
    union all
    select cast(2080 + tens.digit * 10 + ones.digit as bigint) as year
    from digits as tens
    cross join digits as ones
),

computus_1 as (
    select
        year,
        year % 19 as a,
        {{ quotient('year', 100) }} as b,
        year % 100 as c
    from years
),

computus_2 as (
    select
        year, a, b, c,
        {{ quotient('b', 4) }} as d,
        b % 4 as e,
        {{ quotient('b - ' ~ quotient('b + 8', 25) ~ ' + 1', 3) }} as g,
        {{ quotient('c', 4) }} as i,
        c % 4 as k
    from computus_1
),

computus_3 as (
    select year, a, e, i, k, (19 * a + b - d - g + 15) % 30 as h
    from computus_2
),

computus_4 as (
    select year, a, h, (32 + 2 * e + 2 * i - h - k) % 7 as l
    from computus_3
),

computus_5 as (
    select year, h + l - 7 * {{ quotient('a + 11 * h + 22 * l', 451) }} + 114 as n
    from computus_4
),

anchors as (
    select
        year,
        {{ make_day('year', quotient('n', 31), 'n % 31 + 1') }} as easter_sunday,
        {{ make_day('year', 1, 1) }} as new_year,
        {{ make_day('year', 5, 1) }} as first_of_may,
        {{ make_day('year', 5, 31) }} as last_of_may,
        {{ make_day('year', 8, 31) }} as last_of_august,
        {{ make_day('year', 12, 25) }} as christmas
    from computus_5
),

usual as (
    select
        case {{ weekday('new_year') }}
            when 6 then {{ add_days('new_year', 2) }}
            when 7 then {{ add_days('new_year', 1) }}
            else new_year
        end as date,
        'New Year''s Day' as name
    from anchors
    union all
    select {{ add_days('easter_sunday', -2) }} as date, 'Good Friday' as name from anchors
    union all
    select {{ add_days('easter_sunday', 1) }} as date, 'Easter Monday' as name from anchors
    union all
    select
        {{ add_days('first_of_may', '(8 - ' ~ weekday('first_of_may') ~ ') % 7') }} as date,
        'Early May' as name
    from anchors
    union all
    select {{ add_days('last_of_may', '1 - ' ~ weekday('last_of_may')) }} as date, 'Spring' as name from anchors
    union all
    select {{ add_days('last_of_august', '1 - ' ~ weekday('last_of_august')) }} as date, 'Summer' as name from anchors
    union all
    select
        case
            when {{ weekday('christmas') }} in (6, 7) then {{ add_days('christmas', 2) }}
            else christmas
        end as date,
        'Christmas Day' as name
    from anchors
    union all
    select
        case
            when {{ weekday('christmas') }} in (5, 6) then {{ add_days('christmas', 3) }}
            else {{ add_days('christmas', 1) }}
        end as date,
        'Boxing Day' as name
    from anchors
)

select
    case date
        {%- for usually, kept in moved.items() %}
        when {{ day_of("'" ~ usually ~ "'") }} then {{ day_of("'" ~ kept ~ "'") }}
        {%- endfor %}
        else date
    end as date,
    name
from usual
{%- for date, name in once.items() %}
union all
select {{ day_of("'" ~ date ~ "'") }} as date, '{{ name }}' as name
{%- endfor %}
