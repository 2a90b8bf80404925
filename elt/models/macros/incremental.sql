{# What an incremental model builds anew. Every such model replaces whole months (insert_overwrite): a build after one
   more month, or after late events, names the months that those files belong to, and how far they reach.

   A list of ranges of days, each [first day, first day after it], is how months are named here; the second is none where
   a range has no end. None instead of a list means everything. #}

{# Files of these event types that are loaded and that no whole build has seen, as ranges of their months. #}
{% macro months_changed(event_types) -%}
  {%- if model.config.materialized != 'incremental' or not is_incremental() or not is_recorded() -%} {{ return(none) }} {%- endif -%}
  {%- set found = run_query(
      "select distinct cast(loading.month as varchar) as month from " ~ build_record('files_to_build') ~ " as loading"
      ~ " left join " ~ build_record('built_files') ~ " as built on loading.source_file = built.source_file"
      ~ " where built.source_file is null and loading.table_name in ('" ~ event_types | join("', '") ~ "') order by 1"
  ) -%}
  {%- set ranges = [] -%}
  {%- for row in found.rows -%} {%- do ranges.append([row[0], month_after(row[0])]) -%} {%- endfor -%}
  {{ return(ranges) }}
{%- endmacro %}

{# The same, and the months in which another version of a department holds than at the last build. A department that is
   new had no facts: of it, the months in which it has events. #}
{% macro months_changed_or_renamed(event_types, departments, events, happened_at, named_by=['department_id']) -%}
  {%- set ranges = months_changed(event_types) -%}
  {%- if ranges is none -%} {{ return(none) }} {%- endif -%}
  {%- set before = build_record('built_departments') -%}
  {%- set found = run_query(
      "select cast(now.valid_from as varchar), cast(now.valid_to as varchar) from " ~ departments ~ " as now"
      ~ " left join " ~ before ~ " as before on now.department_key = before.department_key"
      ~ " where before.department_key is null and (now.hospital_id, now.department_id) in"
      ~ " (select hospital_id, department_id from " ~ before ~ ") union all"
      ~ " select cast(before.valid_from as varchar), cast(before.valid_to as varchar) from " ~ before ~ " as before"
      ~ " left join " ~ departments ~ " as now on before.department_key = now.department_key"
      ~ " where now.department_key is null union all"
      ~ " select cast(least(now.valid_to, before.valid_to) as varchar),"
      ~ " cast(greatest(now.valid_to, before.valid_to) as varchar) from " ~ departments ~ " as now"
      ~ " inner join " ~ before ~ " as before on now.department_key = before.department_key"
      ~ " where now.valid_to <> before.valid_to"
  ) -%}
  {%- for row in found.rows -%}
    {%- do ranges.append([month_of(row[0]), none if row[1] >= '2299' else month_after(month_of(row[1]))]) -%}
  {%- endfor -%}
  {%- set newcomers = "select hospital_id, department_id from " ~ departments ~ " where (hospital_id, department_id)"
      ~ " not in (select hospital_id, department_id from " ~ before ~ ")" -%}
  {%- if run_query("select count(*) from (" ~ newcomers ~ ") as newcomers").rows[0][0] | int > 0 -%}
    {%- for department in named_by -%}
      {%- set months = run_query(
          "select distinct cast(" ~ start_of('month', happened_at) ~ " as varchar) from " ~ events
          ~ " where (hospital_id, " ~ department ~ ") in (" ~ newcomers ~ ")"
      ) -%}
      {%- for row in months.rows -%} {%- do ranges.append([row[0], month_after(row[0])]) -%} {%- endfor -%}
    {%- endfor -%}
  {%- endif -%}
  {{ return(ranges) }}
{%- endmacro %}

{# Stays that are long, and delays, are counted on: everything from the first day that a change reaches. A delay is known
   when it is over, so it reaches back to its first day. A department that was not counted on the day before has no sum
   to go on from: then everything is built anew. #}
{% macro months_of_stays(counted, discharges, department_days) -%}
  {%- set changed = from_earliest(months_changed(['admission', 'discharge', 'dep_snapshot'])) -%}
  {%- if not changed -%} {{ return(changed) }} {%- endif -%}
  {%- set ready = run_query(
      "select count(*), cast(min(discharge_ready_at) as varchar) from " ~ discharges
      ~ " where is_delayed and " ~ in_days('discharged_on', months_changed(['discharge']))
  ).rows[0] -%}
  {%- set first = [changed[0][0], month_of(ready[1]) if ready[0] | int > 0 else changed[0][0]] | min -%}
  {%- set unknown = run_query(
      "select count(*) from (select hospital_id, department_id from " ~ department_days
      ~ " where date >= " ~ day_of("'" ~ first ~ "'") ~ " group by hospital_id, department_id) as counting"
      ~ " left join (select hospital_id, department_id from " ~ counted
      ~ " where date = " ~ add_days(day_of("'" ~ first ~ "'"), -1) ~ ") as before"
      ~ " on counting.hospital_id = before.hospital_id and counting.department_id = before.department_id"
      ~ " where before.department_id is null"
  ).rows[0][0] -%}
  {{ return(none if unknown | int > 0 else [[first, none]]) }}
{%- endmacro %}

{# A level holds since the first day of its unbroken run, which may be of another month: everything that follows. #}
{% macro months_of_pressure(stays, discharges, department_days) -%}
  {%- set of_stays = months_of_stays(stays, discharges, department_days) -%}
  {%- if of_stays is none -%} {{ return(none) }} {%- endif -%}
  {{ return(from_earliest(of_stays + months_changed(['wait_snapshot', 'dep_snapshot']))) }}
{%- endmacro %}

{# A condition: a column's day, or instant, lies in the ranges. #}
{% macro in_days(column, ranges) -%}
  {{ return(in_ranges(column, ranges, day_of)) }}
{%- endmacro %}

{% macro in_instants(column, ranges) -%}
  {{ return(in_ranges(column, ranges, start_of_written_day)) }}
{%- endmacro %}

{% macro in_ranges(column, ranges, literal) -%}
  {%- if ranges is none -%} {{ return('1 = 1') }} {%- endif -%}
  {%- set conditions = [] -%}
  {%- for first, end in ranges -%}
    {%- set condition = column ~ " >= " ~ literal("'" ~ first ~ "'") | trim -%}
    {%- do conditions.append(condition if end is none else condition ~ " and " ~ column ~ " < " ~ literal("'" ~ end ~ "'") | trim) -%}
  {%- endfor -%}
  {{ return("(" ~ conditions | join(" or ") ~ ")" if conditions else '1 = 0') }}
{%- endmacro %}

{% macro start_of_written_day(quoted) -%}
  {{ return(instant(quoted[1:-1] ~ " 00:00:00")) }}
{%- endmacro %}

{# Ranges made wider: by the month after, by the month before, by all that follows the earliest. #}
{% macro with_month_after(ranges) -%}
  {%- set wider = [] -%}
  {%- for first, end in ranges or [] -%} {%- do wider.append([first, none if end is none else month_after(end)]) -%} {%- endfor -%}
  {{ return(none if ranges is none else wider) }}
{%- endmacro %}

{% macro with_month_before(ranges) -%}
  {%- set wider = [] -%}
  {%- for first, end in ranges or [] -%} {%- do wider.append([month_before(first), end]) -%} {%- endfor -%}
  {{ return(none if ranges is none else wider) }}
{%- endmacro %}

{% macro from_earliest(ranges) -%}
  {%- if not ranges -%} {{ return(ranges) }} {%- endif -%}
  {{ return([[ranges | map(attribute=0) | min, none]]) }}
{%- endmacro %}

{% macro month_of(written) -%}
  {{ return(written[:7] ~ '-01') }}
{%- endmacro %}

{% macro month_after(month) -%}
  {%- set year, number = month[:4] | int, month[5:7] | int -%}
  {{ return('%04d-%02d-01' % (year + number // 12, number % 12 + 1)) }}
{%- endmacro %}

{% macro month_before(month) -%}
  {%- set year, number = month[:4] | int, month[5:7] | int -%}
  {{ return('%04d-%02d-01' % (year - (1 if number == 1 else 0), 12 if number == 1 else number - 1)) }}
{%- endmacro %}

{# Where there are no partitions: the months of what was built are removed, then filled. One transaction, as dbt-redshift
   runs every model. #}
{% macro get_incremental_replace_months_sql(arguments) -%}
  {%- set day, columns = config.require('partition_by'), get_quoted_csv(arguments['dest_columns'] | map(attribute='name')) -%}
  delete from {{ arguments['target_relation'] }}
  where date_trunc('month', {{ day }}) in (select date_trunc('month', {{ day }}) from {{ arguments['temp_relation'] }});

  insert into {{ arguments['target_relation'] }} ({{ columns }})
  select {{ columns }} from {{ arguments['temp_relation'] }}
{%- endmacro %}

{# The tables in which a build keeps what it set out to build, and what the last whole one built. #}
{% macro build_record(name) -%}
  {{ return(api.Relation.create(database=target.database | default(''), schema=target.schema ~ '_curated', identifier=name)) }}
{%- endmacro %}

{% macro is_recorded() -%}
  {%- for name in ['files_to_build', 'built_files', 'built_departments'] -%}
    {%- set record = build_record(name) -%}
    {%- if adapter.get_relation(record.database, record.schema, record.identifier) is none -%} {{ return(false) }} {%- endif -%}
  {%- endfor -%}
  {{ return(true) }}
{%- endmacro %}

{# Whether every model is being built: only then may a build say that it has built the files. #}
{% macro is_whole_build() -%}
  {%- if not execute -%} {{ return(true) }} {%- endif -%}
  {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.unique_id not in selected_resources -%}
    {{ return(false) }}
  {%- endfor -%}
  {{ return(true) }}
{%- endmacro %}

{# What an earlier build recorded, or nothing. #}
{% macro what_was_built(record, columns_of) -%}
  {%- if adapter.get_relation(record.database, record.schema, record.identifier) is not none -%}
    {{ return(record) }}
  {%- endif -%}
  {{ return('(select * from ' ~ columns_of ~ ' where 1 = 0) as nothing') }}
{%- endmacro %}

{# Before the first model: what is loaded now. What is loaded while this build runs is left to the next. #}
{% macro note_files_to_build() -%}
  {%- if execute and flags.WHICH in ['build', 'run'] -%}
    {%- set loaded = adapter.get_relation(target.database | default(''), target.schema ~ '_raw', 'loaded_file') -%}
    {%- if loaded is not none -%}
      {%- do adapter.dispatch('note_files', 'hospital')(build_record('files_to_build'), loaded) -%}
    {%- endif -%}
  {%- endif -%}
{%- endmacro %}

{% macro default__note_files(noted, loaded) -%}
  {%- call statement('drop_noted') -%} drop table if exists {{ noted }} {%- endcall -%}
  {%- call statement('note') -%} create table {{ noted }} as {{ staged_files_in(loaded) }} {%- endcall -%}
  {%- do adapter.commit() -%}
{%- endmacro %}

{% macro clickhouse__note_files(noted, loaded) -%}
  {%- call statement('note') -%}
    create or replace table {{ noted }} engine = MergeTree order by source_file as {{ staged_files_in(loaded) }}
  {%- endcall -%}
{%- endmacro %}

{% macro staged_files_in(loaded) -%}
  {{ return("select source_file, table_name, month from " ~ loaded ~ " where month is not null") }}
{%- endmacro %}
