{#
    The lake as views in the schema `lake`: one per table declared in models/staging/lake.yml.

    A batch counts once its manifest exists, and only manifests say which files there are: a Parquet file that
    no manifest names is never opened. Of the agenda's snapshots only the latest counts. A table that no batch
    has yet is a view without rows.
#}

{% macro lake_folder() %}
    {{- return(var('lake', env_var('CAIRN_LAKE', 'build/demo/store/lake'))) -}}
{% endmacro %}

{% macro as_of() %}
    {#- The moment whose knowledge is asked for, ISO 8601; empty means all there is. -#}
    {{- return(var('as_of', env_var('CAIRN_AS_OF', ''))) -}}
{% endmacro %}

{% macro open_lake() %}
    {% if execute %}
        {% set pattern = as_pattern(lake_folder()) ~ '/batches/*.json' %}
        {% if run_query("select count(*) from glob('" ~ pattern ~ "')").columns[0][0] == 0 %}
            {% do exceptions.raise_compiler_error(
                'there is no lake at ' ~ lake_folder() ~ ' (it holds no batch); collect first, or name another by the'
                ~ ' environment variable CAIRN_LAKE'
            ) %}
        {% endif %}
        {% do run_query(lake_manifests_sql(pattern)) %}
        {% set newer = run_query('select max(format) from lake.manifests').columns[0][0] %}
        {% if newer is not none and newer > 1 %}
            {% do exceptions.raise_compiler_error(
                'the lake holds batches of format ' ~ newer ~ ' and this version reads format 1; use a newer Cairn'
            ) %}
        {% endif %}
        {% set lists = {} %}
        {% for row in run_query(lake_file_lists_sql()).rows %}
            {% do lists.update({row[0]: row[1]}) %}
        {% endfor %}
        {% set has_repeats = run_query('select count(*) from lake.repeats').columns[0][0] > 0 %}
        {% for table in graph.sources.values() if table.source_name == 'lake' %}
            {% do run_query(lake_view_sql(table, lists.get(table.name), has_repeats)) %}
        {% endfor %}
    {% endif %}
{% endmacro %}

{% macro lake_manifests_sql(pattern) %}
    {%- set columns -%}
        {format: 'INTEGER', batch: 'VARCHAR', kind: 'VARCHAR', known_at: 'TIMESTAMP WITH TIME ZONE',
        files: 'STRUCT("table" VARCHAR, path VARCHAR)[]', readings: 'VARCHAR[]'}
    {%- endset -%}
    create schema if not exists lake;

    create or replace table lake.manifests as
    with manifests as (
        select *
        from read_json('{{ pattern }}', format = 'unstructured', columns = {{ columns }})
        {% if as_of() %}where known_at <= timestamp with time zone '{{ as_of() }}'{% endif %}
    ),

    latest_agenda as (
        select batch from manifests
        where kind = 'agenda'
        order by known_at desc, batch desc
        limit 1
    )

    select * from manifests
    where kind <> 'agenda' or batch in (select batch from latest_agenda);

    create or replace table lake.files as
    select
        batch,
        known_at,
        file."table" as table_name,
        '{{ quoted(lake_folder()) }}/' || file.path as path,
        '{{ as_pattern(lake_folder()) }}/' || file.path as pattern
    from (select batch, known_at, unnest(files) as file from lake.manifests);

    -- A reading that two collectors landed at the same time counts from the batch committed first;
    -- here are the other places where it stands. Normally there are none.
    create or replace table lake.repeats as
    with landed as (
        select batch, known_at, unnest(readings) as reading from lake.manifests
    ),

    later as (
        select batch, reading
        from landed
        qualify row_number() over (partition by reading order by known_at, batch) > 1
    )

    select files.path, later.reading
    from later
    inner join lake.files as files on later.batch = files.batch;
{% endmacro %}

{% macro lake_file_lists_sql() %}
    select
        table_name,
        string_agg('''' || replace(pattern, '''', '''''') || '''', ', ' order by path)
    from lake.files
    group by table_name
{% endmacro %}

{% macro lake_view_sql(table, files, has_repeats) %}
    {%- set names = table.columns.keys() | list -%}
    create or replace view lake.{{ adapter.quote(table.name) }} as
    select
    {% for column in table.columns.values() %}
        {% if not files %}
        null::{{ column.data_type }} as {{ column.name }}
        {%- elif column.name in ('batch', 'known_at') %}
        files.{{ column.name }}
        {%- else %}
        rows.{{ column.name }}::{{ column.data_type }} as {{ column.name }}
        {%- endif %}{{ ',' if not loop.last }}
    {% endfor %}
    {% if not files %}
    where false
    {% elif 'batch' in names %}
    from {{ lake_rows_sql(table, files) }} as rows
    inner join lake.files as files on rows.filename = files.path
    {% elif has_repeats and 'reading' in names %}
    from {{ lake_rows_sql(table, files) }} as rows
    anti join lake.repeats as repeats on rows.filename = repeats.path and rows.reading = repeats.reading
    {% else %}
    from {{ lake_rows_sql(table, files) }} as rows
    {% endif %}
{% endmacro %}

{% macro lake_rows_sql(table, files) %}
    {#- The rows of these files. A column in the table's `meta.added` is null in files that are older than it. -#}
    {%- set added = table.config.meta.get('added', []) -%}
    {%- if not added -%}
    read_parquet([{{ files }}], filename = true)
    {%- else -%}
    (
        select * from read_parquet([{{ files }}], filename = true, union_by_name = true)
        union all by name
        select {% for name in added %}null::{{ table.columns[name].data_type }} as {{ name }}{{ ', ' if not loop.last }}{% endfor %}
        where false
    )
    {%- endif -%}
{% endmacro %}

{% macro quoted(text) %}
    {{- return(text | replace("'", "''")) -}}
{% endmacro %}

{% macro as_pattern(path) %}
    {#- A path for functions that take patterns; a folder may well be called `draft [2]`. -#}
    {{- return(quoted(path) | replace('[', '[[]') | replace('*', '[*]') | replace('?', '[?]')) -}}
{% endmacro %}
