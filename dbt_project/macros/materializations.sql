{#
    How a model becomes a table or a view: it is written, and that is all.

    dbt's own ways write it beside what is there and rename it, for readers who look meanwhile. Nobody reads a
    warehouse before it is finished (flows/warehouse.py), and with small data renaming took longer than the models.
#}

{% materialization table, adapter='duckdb' -%}
    {% set table = this.incorporate(type='table') %}
    {% do make_room() %}
    {% call statement('main') %}
        {{ create_table_as(false, table, compiled_code) }}
    {% endcall %}
    {% do adapter.commit() %}
    {{ return({'relations': [table]}) }}
{%- endmaterialization %}

{% materialization view, adapter='duckdb' -%}
    {% set view = this.incorporate(type='view') %}
    {% do make_room() %}
    {% call statement('main') %}
        {{ create_view_as(view, compiled_code) }}
    {% endcall %}
    {% do adapter.commit() %}
    {{ return({'relations': [view]}) }}
{%- endmaterialization %}

{% macro make_room() -%}
    {#- For what a model needs beforehand; and where dbt is run by hand, its file holds what was built before. -#}
    {% do run_hooks(pre_hooks) %}
    {% do drop_relation_if_exists(load_cached_relation(this)) %}
{%- endmacro %}
