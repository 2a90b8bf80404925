-- What Redshift has and PostgreSQL has not, as far as the loader, the models and dbt-redshift ask for it.

-- Their first argument is a word in Redshift; the proxy writes it as text.
CREATE FUNCTION pg_catalog.dateadd(part text, number bigint, since timestamp) RETURNS timestamp
LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE lower(part)
    WHEN 'day' THEN since + number * interval '1 day'
    WHEN 'hour' THEN since + number * interval '1 hour'
    WHEN 'second' THEN since + number * interval '1 second'
  END
$$;

CREATE FUNCTION pg_catalog.datediff(part text, first timestamp, last timestamp) RETURNS bigint
LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE lower(part)
    WHEN 'day' THEN last::date - first::date
    WHEN 'second' THEN extract(epoch FROM date_trunc('second', last) - date_trunc('second', first))
    WHEN 'microsecond' THEN extract(epoch FROM last - first) * 1000000
  END::bigint
$$;

-- Of a day, Redshift makes an instant without a zone.
CREATE FUNCTION pg_catalog.date_trunc(part text, day date) RETURNS timestamp
LANGUAGE sql IMMUTABLE AS $$ SELECT pg_catalog.date_trunc(part, day::timestamp) $$;

CREATE FUNCTION pg_catalog.getdate() RETURNS timestamp
LANGUAGE sql STABLE AS $$ SELECT date_trunc('second', now() AT TIME ZONE 'UTC') $$;

-- Views without schema binding do not exist here: the proxy makes ordinary ones.
CREATE FUNCTION pg_catalog.pg_get_late_binding_view_cols() RETURNS SETOF record
LANGUAGE sql STABLE AS $$
  SELECT ''::name, ''::name, ''::name, ''::varchar, 0 WHERE false
$$;

CREATE VIEW pg_catalog.svv_external_columns AS
SELECT ''::varchar AS schemaname, ''::varchar AS tablename, ''::varchar AS columnname, ''::varchar AS external_type,
  0 AS columnnum WHERE false;

CREATE VIEW pg_catalog.svv_table_info AS
SELECT current_database()::varchar AS "database", schemaname::varchar AS schema, relname::varchar AS "table",
  ''::varchar AS encoded, ''::varchar AS diststyle, ''::varchar AS sortkey1, 0 AS max_varchar, ''::varchar AS sortkey1_enc,
  0 AS sortkey_num, 0::bigint AS size, 0::numeric AS pct_used, 0::numeric AS stats_off, n_live_tup AS tbl_rows,
  0::numeric AS skew_sortkey1, 0::numeric AS skew_rows, relid AS table_id
FROM pg_stat_user_tables;

CREATE VIEW pg_catalog.sys_query_detail AS
SELECT 0::bigint AS table_id, ''::varchar AS table_name, now()::timestamp AS start_time, now()::timestamp AS end_time,
  ''::varchar AS step_name WHERE false;

GRANT SELECT ON pg_catalog.svv_external_columns, pg_catalog.svv_table_info, pg_catalog.sys_query_detail TO PUBLIC;
