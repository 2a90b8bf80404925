{# Records what a build of every model has seen, after its last model: the loaded files, the versions of departments and
   the repeated events. The next build finds out what is new since. A build of a part of the project, or one in which a
   model failed, records nothing. #}
{% macro record_build(results) -%}
  {%- if execute and makes_models() and is_whole_build(results) -%}
    {%- set files = recorded('stg_loaded_files', 'staging') -%}
    {%- if run_query("select count(*) from " ~ files ~ " where build_id <> '" ~ invocation_id ~ "'").rows[0][0] -%}
      {{ forget_builds(files) }}
    {%- else -%}
      {{ replace_with_copy('built_departments', recorded('dim_department', 'curated')) }}
      {{ replace_with_copy('built_repeats', recorded('stg_wrong_events', 'staging'), "where problem = 'repeated'") }}
      {{ replace_with_copy('built_files', files) }}
    {%- endif -%}
  {%- endif -%}
{%- endmacro %}

{# True if every model of the project, the user's own too, was built in this run of dbt. #}
{% macro is_whole_build(results) -%}
  {%- set built = results | selectattr('status', 'equalto', 'success') | map(attribute='node.unique_id') | list -%}
  {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.unique_id not in built -%}
    {{ return(false) }}
  {%- endfor -%}
  {{ return(true) }}
{%- endmacro %}

{# Two builds at once may each have replaced months that the other had built from more files. Neither is recorded, so the
   next build makes everything: this one drops the record, and leaves the other a sign among its files. #}
{% macro forget_builds(files) -%}
  {%- do log("another build of this warehouse ran at the same time, so the next one builds everything", info=true) -%}
  {%- do run_query("drop table if exists " ~ record_of('built_files')) -%}
  {%- do run_query(
      "insert into " ~ files ~ " select source_file, table_name, month, '" ~ invocation_id ~ "' from " ~ files
  ) -%}
{%- endmacro %}

{# Not one statement, because not every server allows CREATE TABLE AS SELECT. A build that is killed between them leaves
   less of a record than it could, so the next one builds more than it must. #}
{% macro replace_with_copy(name, original, condition='') -%}
  {%- set copy = record_of(name) -%}
  {%- do run_query("drop table if exists " ~ copy) -%}
  {%- do run_query("create table " ~ copy ~ (" (like " ~ original ~ ")" if target.type == 'redshift' else " as " ~ original)) -%}
  {%- do run_query("insert into " ~ copy ~ " select * from " ~ original ~ " " ~ condition) -%}
{%- endmacro %}

{% macro record_of(name) -%}
  {{ return(api.Relation.create(database=target.database | default(none), schema=target.schema ~ '_intermediate', identifier=name)) }}
{%- endmacro %}
