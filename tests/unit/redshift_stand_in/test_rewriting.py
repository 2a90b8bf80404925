"""The stand-in changes of a statement what PostgreSQL says in other words, and refuses what Redshift would not take."""

import pytest
from redshift.rewriting import NotOfRedshiftError, as_postgres, code_of

pytestmark = pytest.mark.unit


def test_what_is_said_in_other_words_is_rewritten_and_where_rows_lie_is_left_out() -> None:
    for sql, rewritten in {
        "select dateadd(day, 2 * n, d) from t": "select dateadd('day', 2 * n, d) from t",
        "select DATEDIFF( microsecond , a, b)": "select DATEDIFF( 'microsecond' , a, b)",
        "select cast(d as varchar)": "select cast(d as varchar(256))",
        "select md5(cast(d as TEXT)), text from t": "select md5(cast(d as varchar(256))), text from t",
        "select cast(d as varchar(10)), x::character varying": "select cast(d as varchar(10)), x::varchar(256)",
        "create view v as (select 1) with no schema binding": "create view v as (select 1) ",
        "select dateadd(day, 1, dateadd(second, 2, x))": "select dateadd('day', 1, dateadd('second', 2, x))",
        '/* "app" */ create temporary table "a"."b" (x bigint encode az64) diststyle key distkey (x) '
        "compound sortkey(x, y)": '/* "app" */ create temporary table "a"."b" (x bigint )   ',
        "create table t (x bigint) backup no diststyle all sortkey(x)": "create table t (x bigint)   ",
    }.items():
        assert as_postgres(sql) == rewritten


def test_what_stands_in_strings_names_and_comments_is_left() -> None:
    for sql in (
        "select encode base from t",
        "select 'dateadd(day, 1, x)'",
        "select 'it''s varchar' -- cast(x as varchar)\n",
        r"select 'a\' varchar'",
        'select "varchar" from t',
        "/* dateadd(day, 1, x) */ select 1",
        "comment on table t is $note$ varchar $note$",
    ):
        assert as_postgres(sql) == sql
    assert code_of("/* c */ select 'x' || \"y\" -- d\n from t") == "select '' || \"y\"  \n from t"


@pytest.mark.parametrize(
    "sql",
    [
        "create table t (x bigint primary key)",
        "create index i on t (x)",
        "insert into t values (1) returning x",
        "insert into t values (1) on conflict do nothing",
        "select distinct on (x) x from t",
        "select count(*) filter (where x > 1) from t",
        "select * from a, lateral (select 1) as b",
        "select string_agg(x, ',') from t",
        "select generate_series(1, 9)",
        "select make_date(2024, 1, 1)",
        "select every(x) from t",
        "select substr(x, 1, 2) from t",
        "select x from t where y < now() or y < current_timestamp",
        "select 1 from t where x is not distinct from y",
        "select x from (values (1), (2)) as t(x)",
        "select '{}'::jsonb",
        "truncate t",
        "unload ('select 1') to 's3://bucket'",
        "select 1 from t where (x, y) not in (select coalesce(x, 0), y from u)",
        "select x in (select y from u where y in (select lower(y), z from v)) from t",
        "select sum(x) over (partition by y order by greatest(z, 0)) from t",
    ],
)
def test_what_redshift_would_not_take_is_refused_loudly(sql: str) -> None:
    with pytest.raises(NotOfRedshiftError, match="the stand-in refuses"):
        as_postgres(sql)


def test_what_redshift_takes_of_subqueries_and_windows_passes() -> None:
    for sql in (
        "select 1 from t where x in (select greatest(x, y) from u, v) and z in (1, 2)",
        "select sum(x) over (partition by y), sum(x) over (order by z rows unbounded preceding) from t order by 1",
        "select lag(x) over (order by z), row_number() over (order by count(*)) from t group by x, z",
    ):
        assert as_postgres(sql) == sql
