{#
    An initiative's own models; see models/intermediate/int_modelled.sql.
#}

{% macro own_models() -%}
    {#- The SQL of all of them, one query, as a text: a variable of the connection, for the models are the lake's. -#}
    getvariable('own_models')
{%- endmacro %}

{% macro set_own_models() -%}
    set variable own_models = (
        select
            'select null as measure, null as partner, null as period, null as place, '
            || 'cast(null as map(varchar, varchar)) as members, null as value, null as status where false'
            || coalesce(string_agg(
                ' union all by name (with observations as (select * exclude (made, status_rank) from inputs where made = '''
                || measure || '''), reference as (select * exclude (made) from series where made = ''' || measure
                || ''') select ''' || measure || ''' as measure, * from (' || query || chr(10) || '))', '' order by measure
            ), '')
        from lake.agenda_models
    )
{%- endmacro %}

{% macro members_map(members) -%}
    {#- `age_group=infant|sex=f` as a map: members['sex'] is f. -#}
    map_from_entries(list_transform(
        list_filter(string_split({{ members }}, '|'), part -> part <> ''),
        part -> struct_pack(key := split_part(part, '=', 1), value := split_part(part, '=', 2))
    ))
{%- endmacro %}
