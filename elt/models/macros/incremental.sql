{# An incremental model replaces whole months (insert_overwrite). Three models say which: int_months_to_build,
   int_departments_changed and int_stays_to_build. dbt needs the answer as literals when it compiles a model, because an
   engine skips partitions by literals only: so the macros here read those models with run_query.

   Months are a list of ranges of days, each [first day, first day after it]; the second is none if the range has no
   end. None instead of a list means everything. #}

{# The ranges of the months with new files of these event types. #}
{% macro months_changed(event_types) -%}
  {%- if execute and not builds_months() -%} {{ return(none) }} {%- endif -%}
  {%- set months = ref('int_months_to_build') -%}
  {%- if not execute -%} {{ return(none) }} {%- endif -%}
  {{ return(months_in("select distinct month from " ~ months ~ " where event_type in ('" ~ event_types | join("', '") ~ "')")) }}
{%- endmacro %}

{# The same, and the months in which another version of a department is valid. A new department had no facts: the months
   of its events. They are read only if there is such a department, because that reads all events of its hospital. #}
{% macro months_changed_or_renamed(event_types, events, happened_at, named_by=['department_id']) -%}
  {%- set ranges = months_changed(event_types) -%}
  {%- if execute and ranges is none -%} {{ return(none) }} {%- endif -%}
  {%- set departments = ref('int_departments_changed') -%}
  {%- if not execute -%} {{ return(none) }} {%- endif -%}
  {%- set changes = run_query(
      "select distinct cast(changed_from as varchar), cast(changed_to as varchar), is_new from " ~ departments
  ) -%}
  {%- for first, end, is_new in changes.rows if not is_new -%}
    {%- do ranges.append([month_of(first), none if end >= '2299' else month_after(month_of(end))]) -%}
  {%- endfor -%}
  {%- if changes.rows | selectattr(2) | list -%}
    {%- for department in named_by -%}
      {%- do ranges.extend(months_in(
          "select distinct " ~ start_of('month', 'event.' ~ happened_at) ~ " as month from " ~ events ~ " as event"
          ~ " inner join " ~ departments ~ " as department on event.hospital_id = department.hospital_id"
          ~ " and event." ~ department ~ " = department.department_id where department.is_new"
      )) -%}
    {%- endfor -%}
  {%- endif -%}
  {{ return(ranges) }}
{%- endmacro %}

{# Everything from the first day on which long or delayed stays may have changed. #}
{% macro months_of_stays() -%}
  {%- if execute and not builds_months() -%} {{ return(none) }} {%- endif -%}
  {%- set stays = ref('int_stays_to_build') -%}
  {%- if not execute -%} {{ return(none) }} {%- endif -%}
  {%- set first, has_sums_before = run_query("select cast(first_day as varchar), has_sums_before from " ~ stays).rows[0] -%}
  {%- if not first -%} {{ return([]) }} {%- endif -%}
  {{ return([[first, none]] if has_sums_before else none) }}
{%- endmacro %}

{# The same, and everything from the first month with new waits or censuses: a level is valid since the first day of its
   unbroken run, which may lie in an earlier month. #}
{% macro months_of_pressure() -%}
  {%- set of_stays, of_waits = months_of_stays(), months_changed(['wait_snapshot', 'dep_snapshot']) -%}
  {{ return(none if of_stays is none else from_earliest(of_stays + of_waits)) }}
{%- endmacro %}

{# The ranges of the months that a query returns in a column `month`. #}
{% macro months_in(query) -%}
  {%- set ranges = [] -%}
  {%- for row in run_query("select cast(month as varchar) from (" ~ query ~ ") as months order by 1").rows -%}
    {%- do ranges.append([row[0], month_after(row[0])]) -%}
  {%- endfor -%}
  {{ return(ranges) }}
{%- endmacro %}

{# A condition: a column with days, or with instants, lies in the ranges. #}
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

{# Wider ranges: with the month after each, with the month before each, with everything after the earliest. #}
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

{# The strategy of an engine without partitions: deletes the months of the new rows, then inserts the rows. dbt-redshift
   runs every model in one transaction. #}
{% macro get_incremental_replace_months_sql(arguments) -%}
  {%- set day, columns = config.require('partition_by'), get_quoted_csv(arguments['dest_columns'] | map(attribute='name')) -%}
  delete from {{ arguments['target_relation'] }}
  where date_trunc('month', {{ day }}) in (select date_trunc('month', {{ day }}) from {{ arguments['temp_relation'] }});

  insert into {{ arguments['target_relation'] }} ({{ columns }})
  select {{ columns }} from {{ arguments['temp_relation'] }}
{%- endmacro %}

{# True if this model can replace months: see follows_a_build. #}
{% macro builds_months() -%}
  {{ return(follows_a_build() and model.config.materialized == 'incremental' and is_incremental()) }}
{%- endmacro %}

{# True if a whole build is recorded, and this build finds out what is new since. False for a unit test, whose rows are
   all new, and for a command that builds nothing, such as dbt show. #}
{% macro follows_a_build() -%}
  {%- for name in ['int_months_to_build', 'int_departments_changed', 'int_stays_to_build'] if 'model.hospital.' ~ name not in selected_resources -%}
    {{ return(false) }}
  {%- endfor -%}
  {{ return(
      makes_models() and not should_full_refresh()
      and recorded('built_departments') is not none and recorded('built_repeats') is not none
      and recorded('built_files') is not none
  ) }}
{%- endmacro %}

{# True for the commands of dbt that make models. #}
{% macro makes_models() -%}
  {{ return(flags.WHICH in ['build', 'run', 'retry']) }}
{%- endmacro %}

{# A query of the event types and months of staged files that no whole build has seen. #}
{% macro months_of_new_files() -%}
  {%- set files = ref('stg_loaded_files') -%}
  select distinct loaded.table_name as event_type, loaded.month as month
  from {{ files }} as loaded
  left join {{ last_built('built_files', columns_of=files) }} as built
      on loaded.source_file = built.source_file
  where built.source_file is null
{%- endmacro %}

{# A table as the last build left it, or an empty one with the columns of another if it does not exist. No ref, because
   this build replaces the table after the models that read it. #}
{% macro last_built(name, columns_of, layer='intermediate') -%}
  {{ return(recorded(name, layer) or '(select * from ' ~ columns_of ~ ' where 1 = 0)') }}
{%- endmacro %}

{% macro recorded(name, layer='intermediate') -%}
  {{ return(adapter.get_relation(target.database | default(''), target.schema ~ '_' ~ layer, name) if execute else none) }}
{%- endmacro %}
